//! What do clients see instead of the brokers? Decided here and nowhere else.

mod assign;
mod node;

pub(crate) use assign::Advertise;
pub(crate) use node::{AddressTemplate, ShotoverNode};
