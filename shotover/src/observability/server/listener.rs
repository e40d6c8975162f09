//! Who serves the connections of the endpoint, and when do they end?

use super::routes::{Endpoints, Reach, respond};
use crate::once_a_minute::OnceAMinute;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream, ToSocketAddrs};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

/// Connections served at once; more wait in the backlog until one ends.
pub(super) const MAX_CONNECTIONS: usize = 64;
/// How long a client may take for the head of a request, and how long it may be silent between two.
pub(super) const HEADER_READ_TIMEOUT: Duration = Duration::from_secs(10);
/// The most bytes of a request that are held, its head above all.
pub(super) const MAX_BUFFER_BYTES: usize = 16 * 1024;
/// How long one connection may last, so that one that never reads its answer ends.
pub(super) const CONNECTION_LIFETIME: Duration = Duration::from_secs(120);
/// How long an answer that is under way may take after its connection was asked to end.
pub(super) const GRACE: Duration = Duration::from_secs(2);
/// The pause after the operating system could not accept, which it would fail to do again at once.
const ACCEPT_BACK_OFF: Duration = Duration::from_millis(200);

/// The endpoint, listening but not yet served.
#[derive(Debug)]
pub struct ObservabilityServer {
    listener: TcpListener,
    address: SocketAddr,
    endpoints: Endpoints,
}

impl ObservabilityServer {
    /// Listens on `address`.
    ///
    /// # Errors
    ///
    /// When the operating system refuses, mostly because the address is in use, not of this host, or a name nobody knows.
    pub async fn bind(address: impl ToSocketAddrs, endpoints: Endpoints) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok(Self {
            listener,
            address,
            endpoints,
        })
    }

    /// Where it listens: the port is known even if 0 was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `shutdown`, then ends its connections within two seconds; answers under way are finished.
    pub async fn run(self, shutdown: CancellationToken) {
        let reach = if self.address.ip().to_canonical().is_loopback() {
            Reach::ThisHost
        } else {
            Reach::Network
        };
        let mut connections = JoinSet::new();
        let mut said = OnceAMinute::default();
        loop {
            tokio::select! {
                // Shutdown first: a stream of new connections must not put it off.
                biased;
                () = shutdown.cancelled() => break,
                Some(ended) = connections.join_next() => log_panic(ended),
                accepted = self.listener.accept(), if connections.len() < MAX_CONNECTIONS => match accepted {
                    Ok((socket, _)) => {
                        let (endpoints, shutdown) = (self.endpoints.clone(), shutdown.clone());
                        connections.spawn(serve_socket(socket, endpoints, reach, shutdown));
                    }
                    Err(error) => {
                        if said.is_said(Instant::now()) {
                            tracing::warn!(%error, "observability endpoint cannot accept connections, trying again until it works");
                        }
                        sleep(ACCEPT_BACK_OFF).await;
                    }
                },
            }
        }
        drop(self.listener);
        // Each connection sees the shutdown too and ends within GRACE.
        while let Some(ended) = connections.join_next().await {
            log_panic(ended);
        }
    }
}

fn log_panic(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "observability endpoint lost a connection");
    }
}

async fn serve_socket(
    socket: TcpStream,
    endpoints: Endpoints,
    reach: Reach,
    shutdown: CancellationToken,
) {
    // A failure only means that a small answer may wait for an acknowledgement.
    socket.set_nodelay(true).ok();
    serve_connection(socket, &endpoints, reach, shutdown).await;
}

/// Serves the requests of one connection, one after the other.
pub(super) async fn serve_connection(
    io: impl AsyncRead + AsyncWrite + Unpin,
    endpoints: &Endpoints,
    reach: Reach,
    shutdown: CancellationToken,
) {
    let service = service_fn(move |request: Request<Incoming>| async move {
        Ok::<_, Infallible>(respond(endpoints, reach, request).await)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_READ_TIMEOUT)
        .max_buf_size(MAX_BUFFER_BYTES)
        .serve_connection(TokioIo::new(io), service);
    let mut connection = pin!(connection);
    tokio::select! {
        // The connection first, so that an answer that is ready goes out before the end.
        biased;
        ended = connection.as_mut() => return log_error(ended),
        () = shutdown.cancelled() => {}
        () = sleep(CONNECTION_LIFETIME) => {}
    }
    connection.as_mut().graceful_shutdown();
    if let Ok(ended) = timeout(GRACE, connection).await {
        log_error(ended);
    }
}

fn log_error(ended: hyper::Result<()>) {
    if let Err(error) = ended {
        tracing::debug!(?error, "observability connection ended early");
    }
}
