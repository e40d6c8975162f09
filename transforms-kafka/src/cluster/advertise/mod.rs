//! What do clients see instead of the brokers? Decided here and nowhere else.

mod assign;
mod node;
mod presentation;
mod stand_ins;

pub(crate) use assign::Advertise;
pub(crate) use node::{AddressTemplate, ShotoverNode};
pub(crate) use presentation::Presentation;
pub(crate) use stand_ins::StandIns;
