//! `Filter`: lets some of Kafka's APIs pass and refuses the others.

mod config;
mod refusal;
#[cfg(test)]
mod tests;
mod transform;

pub use config::FilterConfig;
