//! Real Kafka clients behind one small interface, so that a test can run with any of them.

mod command;
mod java;
mod kcat;
mod librdkafka;
mod python;
mod record;
mod security;

pub use java::Java;
pub use kcat::Kcat;
pub use librdkafka::Librdkafka;
pub use python::Python;
pub use record::{Received, Record, check_round_trip, keyed_records};
pub use security::{ClientTls, Credentials, Mechanism, Security};

use anyhow::Result;

/// What every client can do.
pub trait Client: std::fmt::Debug {
    /// Produces `records` to `topic` in this order, and waits until all are acknowledged.
    ///
    /// # Errors
    /// When one is not acknowledged, with what the client said.
    fn produce(&self, topic: &str, records: &[Record]) -> Result<()>;

    /// Consumes `count` records of `topic` from its start, as the only member of a new group where the client has groups.
    ///
    /// # Errors
    /// When they do not arrive in time, with what the client said.
    fn consume(&self, topic: &str, count: usize) -> Result<Vec<Received>>;
}
