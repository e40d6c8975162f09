//! What a chain is made of, and the transforms that know no cluster.
//!
//! The three traits follow the three lives of a transform: [`TransformConfig`] is what stands in the topology file,
//! [`TransformBuilder`] is one place in a chain, shared by all connections, and [`Transform`] is that place in the
//! chain of one client connection.

mod answer;
mod api_set;
mod builder;
mod chain;
mod client;
mod config;
mod contract;
pub mod debug_printer;
mod error;
pub mod filter;
pub mod loopback;
pub mod null;
mod protocol;
pub mod query_counter;
mod refuse;
mod state;
pub mod tee;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
pub mod throttle;
mod timer;
mod topics;
mod transform;

pub use builder::{TransformBuilder, TransformChainBuilder};
pub use chain::TransformChain;
pub use client::ClientDetails;
pub use config::{TransformChainConfig, TransformConfig};
pub use error::{Blame, TransformError};
pub use protocol::{DownChain, Protocol};
pub use refuse::refuse;
pub use state::ChainState;
pub use timer::Timer;
pub use transform::{NothingOpen, Transform};
