//! Where clients come in: listeners, connection limits, and the drain at the end.

mod accept;
mod config;
mod listener;
mod per_address;
mod workers;

pub use crate::halt::Halt;
pub use config::{KafkaSourceConfig, SourceConfig};
pub use listener::{Source, SourceRuntime};
pub use workers::Workers;
