//! Does each rule about each API hold?

mod api_versions;
mod build;
mod conceal;
mod coordinators;
mod features;
mod fetch;
mod hostile;
mod keep;
mod leaderless;
mod leaders;
mod merge;
mod metadata;
mod outage;
mod page;
pub(in crate::cluster) mod parted;
mod parts;
mod present;
mod present_metadata;
mod resources;
mod route;
mod split;
mod split_produce;
