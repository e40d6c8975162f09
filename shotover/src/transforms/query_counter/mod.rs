//! `QueryCounter`: counts requests by API, and by topic where that is asked for.

mod config;
mod counted;
#[cfg(test)]
mod tests;
mod topics;
mod transform;

pub use config::QueryCounterConfig;
