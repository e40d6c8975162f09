//! Shotover: an L7 data-layer proxy for Apache Kafka.
//!
//! This crate is the core: [messages](message), the [wire] protocol, [chains of transforms](transforms), sources
//! and the runner. It knows no cluster; sinks live in crates of their own.

pub mod budget;
pub mod burst;
pub mod causes;
pub mod codec;
pub mod config;
pub mod connection;
#[doc(hidden)]
pub mod fuzzing;
mod halt;
pub mod message;
pub mod observability;
pub mod once_a_minute;
pub mod runner;
pub mod socket;
pub mod source;
pub mod tls;
pub mod topology;
pub mod transforms;
pub mod wire;
pub mod yaml;

/// Links the crate of a transform into the binary, so that topology files can name it.
///
/// ```
/// # mod my { pub struct TransformConfig; }
/// shotover::import_transform!(my::TransformConfig);
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! import_transform {
    ($config:path) => {
        const _: fn() -> &'static str = ::core::any::type_name::<$config>;
    };
}
