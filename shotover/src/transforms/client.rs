//! Whose connection does a transform work for?

use std::net::SocketAddr;
use std::sync::Arc;

/// The client connection that a chain was made for.
#[derive(Clone, Debug)]
pub struct ClientDetails {
    /// Counts the connections of this process; the same number stands in the logs.
    pub connection_id: u64,
    /// Where the client connected from.
    pub peer: SocketAddr,
    /// Where it connected to: the address of this proxy that this client is known to reach.
    pub local: SocketAddr,
    /// The name it connected to, if the client said it in its TLS handshake (SNI, RFC 6066).
    pub server_name: Option<Arc<str>>,
    /// The name of the source that accepted the connection.
    pub source: Arc<str>,
}
