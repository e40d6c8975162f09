//! How is a broker reached?

use shotover::socket;
use shotover::tls::{Connector, TlsError, server_name};
use shotover::topology::Address;
use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Duration;
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

/// A socket to a broker, with or without TLS.
pub(crate) trait BrokerStream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> BrokerStream for S {}

/// A connection that is being made.
pub(crate) type Dialing =
    Pin<Box<dyn Future<Output = Result<Box<dyn BrokerStream>, DialError>> + Send>>;

/// Makes connections to one broker.
pub(crate) trait Dial: fmt::Debug + Send + Sync {
    /// Starts to connect. Nothing of the future outlives the time the dialler allows for it.
    fn dial(&self) -> Dialing;
}

/// A broker could not be reached.
#[derive(Debug, Error)]
pub(crate) enum DialError {
    /// The name has no address.
    #[error("cannot resolve {broker}")]
    Resolve {
        broker: Address,
        #[source]
        source: io::Error,
    },
    /// None of the addresses accepts connections.
    #[error("cannot connect to {broker} at {address}")]
    Connect {
        broker: Address,
        address: SocketAddr,
        #[source]
        source: io::Error,
    },
    /// The broker accepts connections, but no TLS session came of it.
    #[error("no TLS session with {broker}")]
    Tls {
        broker: Address,
        #[source]
        source: TlsError,
    },
}

/// Connects over TCP, one resolved address after the other.
#[derive(Clone, Debug)]
pub(crate) struct TcpDial {
    /// Where the broker is.
    pub(crate) broker: Address,
    /// How long to wait for each of its addresses.
    pub(crate) connect_timeout: Duration,
    /// TLS to the broker, whose certificate must be for its host.
    pub(crate) tls: Option<Connector>,
}

impl Dial for TcpDial {
    fn dial(&self) -> Dialing {
        let dial = self.clone();
        Box::pin(async move { dial.connect().await })
    }
}

impl TcpDial {
    async fn connect(self) -> Result<Box<dyn BrokerStream>, DialError> {
        let stream = self.connect_tcp().await?;
        let Some(connector) = &self.tls else {
            return Ok(Box::new(stream));
        };
        let stream = match server_name(self.broker.host()) {
            Ok(name) => connector.connect(name, stream).await,
            Err(error) => Err(error),
        };
        match stream {
            Ok(stream) => Ok(Box::new(stream)),
            Err(source) => Err(DialError::Tls {
                broker: self.broker,
                source,
            }),
        }
    }

    async fn connect_tcp(&self) -> Result<TcpStream, DialError> {
        let mut failure = None;
        for address in self.resolve().await? {
            let attempt = timeout(self.connect_timeout, TcpStream::connect(address)).await;
            let outcome = attempt.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
            match outcome.and_then(|stream| socket::prepare_for_broker(&stream).map(|()| stream)) {
                Ok(stream) => return Ok(stream),
                Err(source) => {
                    failure = Some(DialError::Connect {
                        broker: self.broker.clone(),
                        address,
                        source,
                    });
                }
            }
        }
        Err(failure.unwrap_or_else(|| self.unresolved(io::ErrorKind::NotFound.into())))
    }

    async fn resolve(&self) -> Result<Vec<SocketAddr>, DialError> {
        if let Some(ip) = self.broker.ip() {
            return Ok(vec![SocketAddr::new(ip, self.broker.port())]);
        }
        let lookup = timeout(
            self.connect_timeout,
            lookup_host((self.broker.host(), self.broker.port())),
        );
        match lookup
            .await
            .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
        {
            Ok(addresses) => Ok(addresses.collect()),
            Err(source) => Err(self.unresolved(source)),
        }
    }

    fn unresolved(&self, source: io::Error) -> DialError {
        DialError::Resolve {
            broker: self.broker.clone(),
            source,
        }
    }
}
