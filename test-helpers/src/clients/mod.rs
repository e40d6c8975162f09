//! Real Kafka clients behind one small interface, so that a test can run with any of them.

mod acknowledged;
mod assigned;
mod client;
mod command;
mod java;
mod kcat;
mod librdkafka;
mod program;
mod python;
mod record;
mod security;

pub use acknowledged::{Acknowledged, Stored};
pub use assigned::Assigned;
pub use client::Client;
pub use java::Java;
pub use kcat::Kcat;
pub use librdkafka::Librdkafka;
pub use program::Program;
pub use python::Python;
pub use record::{Received, Record, check_round_trip, keyed_records};
pub use security::{ClientTls, Credentials, Mechanism, Security};
