//! Which parts of a request belong to which brokers?

mod contents;
mod entities;
mod part;
mod placed;
mod produce;
mod resources;

pub(crate) use entities::{Entity, entities};
pub(crate) use part::{Place, Split, SplitError, SubRequest, split};
pub(crate) use resources::MAX_BROKERS;
pub(in crate::cluster::api) use resources::brokers_named;
