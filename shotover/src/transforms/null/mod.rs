//! `NullSink`: the end of a chain that talks to no broker.

mod config;
mod sink;
#[cfg(test)]
mod tests;

pub use config::NullSinkConfig;
