//! `KafkaSinkSingle`: every client connection gets a connection of its own to one broker.

mod answers;
mod config;
#[cfg(test)]
mod config_tests;
mod sink;
#[cfg(test)]
mod tests;

pub use config::KafkaSinkSingleConfig;
