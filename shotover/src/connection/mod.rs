//! One client connection: the task that drives its socket, its chain and its deadlines.

#[expect(clippy::module_inception, reason = "the type this module is about")]
mod connection;
mod deadlines;
mod ending;
mod in_memory;
mod limits;
mod log_limit;
mod onward;
mod rest;
mod slots;
#[cfg(test)]
mod tests;
mod unsupported;

pub(crate) use connection::{Connection, Service};
#[doc(hidden)]
pub use in_memory::serve;
pub use limits::ConnectionLimits;
pub(crate) use log_limit::LogLimit;
