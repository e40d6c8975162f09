//! How is a broker reached?

use super::names::Names;
use shotover::socket::{self, Socket};
use shotover::tls::{Connector, TlsError, server_name};
use shotover::topology::Address;
use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// A socket to a broker, with or without TLS.
pub(crate) type BrokerStream = dyn Socket + Send;

/// A connection that is being made.
pub(crate) type Dialing =
    Pin<Box<dyn Future<Output = Result<Box<BrokerStream>, DialError>> + Send>>;

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
    /// What is known of the broker's name, and of those of others.
    pub(crate) names: Arc<Names>,
}

impl Dial for TcpDial {
    fn dial(&self) -> Dialing {
        let dial = self.clone();
        Box::pin(async move { dial.connect().await })
    }
}

impl TcpDial {
    async fn connect(self) -> Result<Box<BrokerStream>, DialError> {
        let stream = self.connect_tcp(self.resolve().await?).await?;
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

    async fn connect_tcp(&self, addresses: Vec<SocketAddr>) -> Result<TcpStream, DialError> {
        let mut failure = None;
        for address in addresses {
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
        let found = self.names.resolve(&self.broker, self.connect_timeout).await;
        found.map_err(|source| self.unresolved(source))
    }

    fn unresolved(&self, source: io::Error) -> DialError {
        DialError::Resolve {
            broker: self.broker.clone(),
            source,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{Ipv6Addr, TcpListener};

    fn listener() -> (TcpListener, SocketAddr) {
        let listener = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        (listener, address)
    }

    fn dial(broker: &str) -> TcpDial {
        TcpDial {
            broker: broker.parse().unwrap(),
            connect_timeout: Duration::from_secs(10),
            tls: None,
            names: Arc::new(Names::of_system()),
        }
    }

    /// Where nobody listens any more.
    fn nowhere() -> SocketAddr {
        listener().1
    }

    #[tokio::test]
    async fn every_address_of_a_name_is_tried() {
        let (_listener, address) = listener();
        let addresses = vec![nowhere(), address];
        let stream = dial("kafka:9092").connect_tcp(addresses).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), address);
    }

    #[tokio::test]
    async fn of_a_name_without_any_the_last_one_is_told() {
        let addresses = vec![nowhere(), nowhere()];
        let failed = dial("kafka:9092").connect_tcp(addresses.clone()).await;
        let told = failed.unwrap_err().to_string();
        assert_eq!(
            told,
            format!("cannot connect to kafka:9092 at {}", addresses[1])
        );
    }

    #[tokio::test]
    async fn a_name_is_dialled_at_the_port_of_the_broker() {
        let addresses = dial("localhost:9092").resolve().await.unwrap();
        assert!(addresses.iter().all(|address| address.port() == 9092));
        assert!(addresses.iter().all(|address| address.ip().is_loopback()));
    }

    #[tokio::test]
    async fn an_ipv6_address_is_dialled_as_it_is_and_nothing_waits_for_more_to_send() {
        let (_listener, address) = listener();
        let dial = dial(&address.to_string());
        assert_eq!(dial.resolve().await.unwrap(), [address]);
        let stream = dial.connect_tcp(vec![address]).await.unwrap();
        assert!(stream.nodelay().unwrap());
    }
}
