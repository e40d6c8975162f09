//! `RequestThrottling`: lets so many requests per second pass, and holds the others back.

mod config;
mod rate;
#[cfg(test)]
mod tests;
mod transform;
mod turns;

pub use config::RequestThrottlingConfig;
