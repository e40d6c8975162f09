//! An L7 data-layer proxy for Apache Kafka: messages, codec, transform chains, sources and runner.

pub mod observability;
pub mod wire;
pub mod yaml;
