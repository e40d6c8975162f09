//! Sinks and Kafka-aware transforms for Shotover.

mod answers;
#[cfg(test)]
mod begun;
mod broker;
pub mod cluster;
#[cfg(test)]
mod problems;
mod settings;
pub mod single;
mod woken;
