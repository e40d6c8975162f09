//! `QueryCounter`: counts requests by API, and by topic where that is asked for.

mod config;
mod counted;
mod label;
#[cfg(test)]
mod tests;
mod transform;

pub use config::QueryCounterConfig;
