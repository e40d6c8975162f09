//! Sinks and Kafka-aware transforms for Shotover.

mod answers;
mod broker;
pub mod cluster;
#[cfg(test)]
mod problems;
pub mod single;
mod woken;
