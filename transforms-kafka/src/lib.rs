//! Sinks and Kafka-aware transforms for Shotover.

mod answers;
mod broker;
pub mod cluster;
pub mod single;
