//! `Tee`: a sub-chain sees copies of requests.

mod checksum;
mod complaints;
mod config;
mod counted;
mod selection;
mod sub_chain;
#[cfg(test)]
mod tests;
mod transform;
mod write;

pub use config::TeeConfig;
