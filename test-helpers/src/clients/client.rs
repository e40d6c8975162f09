//! What does a test need of a client?

use super::{Received, Record};
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
