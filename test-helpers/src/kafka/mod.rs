//! Real Kafka clusters: one or more combined KRaft nodes, in containers or as plain processes.

mod broker;
mod builder;
mod cluster;
#[cfg(feature = "containers")]
mod container;
mod environment;
mod host;
mod listener;
mod node;
mod process;
mod rights;

pub use broker::Broker;
pub use builder::ClusterBuilder;
pub use cluster::Cluster;
pub use environment::{is_before_4, libs, prepared, version};
pub use listener::{Listener, USERS};

pub(crate) use environment::{JAVA_OPTIONS, LOG_CONFIG};
