//! The sink in front of brokers that are slow, wrong, gone or elsewhere than believed.

mod config;
mod controllers;
mod coordinators;
mod elections;
pub(in crate::cluster) mod fake;
mod fetching;
mod gaps;
mod hedges;
mod identity;
mod leaderless;
pub(in crate::cluster) mod log;
mod logs;
mod open;
mod open_fetches;
mod open_requests;
mod outages;
mod peers;
mod proxies;
mod remembered;
mod repeated;
mod replicas;
mod routing;
mod sessions;
pub(in crate::cluster) mod stage;
mod versions;
