//! Why is there no TLS session?

use super::TlsProblem;
use std::io;
use std::time::Duration;
use thiserror::Error;

/// How long a handshake may take, from the connection to the session.
pub const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// TLS could not be set up, or a handshake failed.
#[derive(Debug, Error)]
pub enum TlsError {
    /// The configuration or the files it names cannot be used.
    #[error("the TLS configuration cannot be used: {}", listed(.0))]
    Configuration(Vec<TlsProblem>),
    /// No certificate can be for such a host.
    #[error("{0:?} is neither a DNS name nor an IP address")]
    Name(String),
    /// The handshake took too long.
    #[error("the TLS handshake was not complete after {} s", HANDSHAKE_TIMEOUT.as_secs())]
    TimedOut,
    /// The client sent nothing at all, as health checks and port scans do.
    #[error("the client closed the connection before the TLS handshake")]
    NothingSent,
    /// The client went away within the handshake, as one does that does not like the certificate.
    #[error("the client closed the connection during the TLS handshake")]
    ClientHungUp,
    /// The broker went away within the handshake, as a listener without TLS does.
    #[error(
        "the broker closed the connection during the TLS handshake: its port may be one without TLS"
    )]
    BrokerHungUp,
    /// The client sent something other than a TLS handshake.
    #[error("expected a TLS handshake, found {found}: this looks like a client without TLS")]
    NoTlsClient {
        /// What the first bytes look like.
        found: &'static str,
    },
    /// The broker sent something other than a TLS handshake.
    #[error("expected a TLS handshake: this looks like a broker without TLS")]
    NoTlsBroker,
    /// The two sides do not agree, or one of them does not trust the other.
    #[error("the TLS handshake failed: {0}")]
    Handshake(rustls::Error),
    /// The connection broke.
    #[error("the connection failed during the TLS handshake: {0}")]
    Io(io::Error),
}

impl TlsError {
    /// What `hung_up` is when the peer closed or reset the connection.
    pub(super) fn from_io(error: io::Error, hung_up: Self) -> Self {
        match error.downcast::<rustls::Error>() {
            Ok(error) => Self::Handshake(error),
            Err(error) if is_end(error.kind()) => hung_up,
            Err(error) => Self::Io(error),
        }
    }
}

fn is_end(kind: io::ErrorKind) -> bool {
    matches!(
        kind,
        io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
    )
}

fn listed(problems: &[TlsProblem]) -> String {
    let listed: Vec<_> = problems
        .iter()
        .map(|problem| format!("{}: {}", problem.field, problem.message))
        .collect();
    listed.join("; ")
}
