//! TLS on both sides: clients that connect to this proxy, and brokers that it connects to.
//!
//! An [`Acceptor`] or a [`Connector`] is made once per place in the topology and used for every connection. Both
//! notice when their files change, so that certificates are renewed without a restart.

mod acceptor;
mod config;
mod connector;
mod error;
mod greeting;
mod identity;
mod pem;
mod reload;
mod stamp;
#[cfg(test)]
mod tests;
mod trust;
mod validity;

pub use acceptor::Acceptor;
pub use config::{TlsClientConfig, TlsProblem, TlsServerConfig};
pub use connector::{Connector, server_name};
pub use error::{HANDSHAKE_TIMEOUT, TlsError};
