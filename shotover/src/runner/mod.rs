//! From the command line to a process that serves clients and ends cleanly.
//!
//! The binary, and that of a third party, is [`Shotover`]; a test that wants a proxy within its own process starts a
//! [`Proxy`].

mod args;
mod deferred_spans;
mod descriptors;
mod log_line;
mod log_queue;
mod logging;
mod panics;
mod proxy;
mod shotover;
mod signals;
mod threads;

pub use args::{Args, LogFormat};
pub use proxy::{DRAIN_TIMEOUT, Proxy, ProxyError, Resources};
pub use shotover::Shotover;
