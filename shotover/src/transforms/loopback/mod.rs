//! `Loopback`: the end of a chain for benches, which succeeds as cheaply as it can.

mod config;
mod produced;
mod sink;
#[cfg(test)]
mod tests;

pub use config::LoopbackConfig;
