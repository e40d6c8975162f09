//! Sinks and Kafka-aware transforms for Shotover.

mod broker;
pub mod single;
