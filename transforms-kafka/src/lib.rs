//! Sinks and Kafka-aware transforms for Shotover.
