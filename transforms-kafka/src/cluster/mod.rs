//! `KafkaSinkCluster`: one port in front of all brokers of a cluster.

mod advertise;
mod apart;
mod api;
#[cfg(feature = "benching")]
#[doc(hidden)]
pub mod benching;
mod by_id;
mod config;
mod dealt;
mod effects;
mod events;
mod fetch;
mod gaps;
mod gather;
mod hedge;
mod kept;
mod line;
mod lookup;
mod loss;
mod metadata;
mod node;
mod open;
mod parked;
mod passing;
mod peers;
mod plan;
mod purpose;
mod repeated;
mod session;
mod shared;
mod sink;
mod straight;
#[cfg(test)]
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a script reacts to a few requests of many"
)]
mod tests;
mod turn;
mod upstream;
mod versions;
mod view;

pub use config::KafkaSinkClusterConfig;
