//! Drives proxies, Kafka clusters and clients for tests and for the quickstart.
//!
//! This crate depends on none of the proxy's crates: a proxy is a process here, as it is for its users.
//! Everything blocks, everything has a limit, and everything that is started ends with its owner.
//! The functions return results; a test unwraps them, so that a failure panics and shows the logs
//! of the brokers and proxies it ran against.

pub mod certs;
pub mod chance;
pub mod clients;
pub mod kafka;
pub mod log;
pub mod mock;
pub mod peers;
pub mod ports;
pub mod process;
pub mod proxy;
pub mod usage;
pub mod wait;

mod blocking;

/// The client library itself, for tests that need more of it than [`clients::Librdkafka`] offers.
pub use rdkafka;
/// The signals [`process::OwnedProcess::signal`] takes.
pub use rustix::process::Signal;
