//! The whole way of a request: a client's socket, the connection, the sink, a broker's socket, and back. All of it runs
//! in one thread, and only what the proxy does counts.

mod brokers;
mod client;
mod list;
mod run;
mod socket;

pub(crate) use list::cases;
