//! How does a client become a connection?

use super::accept::{BackOff, Failed};
use super::config::{KafkaSourceConfig, OverLimit};
use super::per_address::{PerAddress, Place};
use super::{SourceConfig, Workers};
use crate::codec::AnonymousAccess;
use crate::connection::{Connection, ConnectionLimits, LogLimit, Service};
use crate::halt::Halt;
use crate::observability::{CloseReason, Metrics, Reason, RejectReason, SourceMetrics};
use crate::once_a_minute::{OnceAMinute, SAID_AGAIN};
use crate::socket::{self, Socket};
use crate::tls::{Acceptor, TlsError};
use crate::topology::{Address, BuildContext, BuildError, Check, Unchecked};
use crate::transforms::{Blame, ClientDetails, TransformChainBuilder};
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use thiserror::Error;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep, timeout};
use tracing::{Instrument, debug, info, info_span, warn};

static NEXT_CONNECTION: AtomicU64 = AtomicU64::new(1);

/// What all sources of a process share.
#[derive(Clone, Debug)]
pub struct SourceRuntime {
    /// Where connections run.
    pub workers: Arc<Workers>,
    /// Called to stop accepting and to let every connection finish what is on its way.
    pub drain: Halt,
    /// Called to end connections where they are.
    pub abort: Halt,
    /// Where sources and transforms count.
    pub metrics: Metrics,
}

/// A source that is bound to its address.
#[derive(Debug)]
pub struct Source {
    listener: TcpListener,
    over_limit: OverLimit,
    permits: Arc<Semaphore>,
    per_ip: Option<Arc<PerAddress>>,
    runtime: SourceRuntime,
    shared: Arc<Shared>,
}

/// What the connections of a source share.
#[derive(Debug)]
struct Shared {
    name: Arc<str>,
    chain: TransformChainBuilder,
    limits: Arc<ConnectionLimits>,
    anonymous: AnonymousAccess,
    tls: Option<Acceptor>,
    metrics: Arc<SourceMetrics>,
    log_limit: Arc<LogLimit>,
    drain: Halt,
}

/// What a connection takes of the limits of its source, until it is dropped.
#[derive(Debug)]
struct Taken {
    _of_all: OwnedSemaphorePermit,
    _of_its_address: Option<Place>,
}

#[derive(Debug, Error)]
enum ListenError {
    #[error("cannot listen on {0}")]
    Bind(Address, #[source] io::Error),
}

impl Source {
    /// Builds the chain of a source at `path` of the topology and binds its address. Clients can connect from here
    /// on, and are served once [`run`](Self::run) runs.
    ///
    /// # Errors
    /// When the chain cannot be built, a certificate cannot be read or the address cannot be bound.
    pub async fn bind(
        config: &SourceConfig,
        path: &str,
        runtime: &SourceRuntime,
    ) -> Result<Self, BuildError> {
        match config {
            SourceConfig::Kafka(config) => Self::bind_kafka(config, path, runtime).await,
        }
    }

    async fn bind_kafka(
        config: &KafkaSourceConfig,
        path: &str,
        runtime: &SourceRuntime,
    ) -> Result<Self, BuildError> {
        let settings = config.settings(&mut Check::new()).ok_or(Unchecked)?;
        let name: Arc<str> = config.name().into();
        let context = BuildContext::new(
            runtime.metrics.clone(),
            Arc::clone(&name),
            format!("{path}.chain"),
        );
        let chain = config.chain.build(&context).await?;
        let tls = config.tls().map(Acceptor::new).transpose()?;
        let listen = (settings.listen.host(), settings.listen.port());
        let listener = TcpListener::bind(listen)
            .await
            .and_then(|listener| socket::widen_backlog(&listener).map(|()| listener))
            .map_err(|error| ListenError::Bind(settings.listen.clone(), error))?;
        let metrics = runtime.metrics.source(&name);
        metrics.set_connection_limit(settings.connection_limit.get());
        let log_limit = Arc::new(LogLimit::new(Arc::clone(&name)));
        info!(source = %name, address = %settings.listen, tls = tls.is_some(), "listening");
        Ok(Self {
            listener,
            over_limit: settings.over_limit,
            permits: Arc::new(Semaphore::new(settings.connection_limit.get())),
            per_ip: settings
                .connection_limit_per_ip
                .map(|limit| Arc::new(PerAddress::new(limit))),
            runtime: runtime.clone(),
            shared: Arc::new(Shared {
                name,
                chain,
                limits: Arc::new(settings.limits),
                anonymous: AnonymousAccess::default(),
                tls,
                metrics,
                log_limit,
                drain: runtime.drain.clone(),
            }),
        })
    }

    /// The address that is listened on.
    ///
    /// # Errors
    /// When the socket is broken.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Accepts clients until the runtime drains.
    pub async fn run(self) {
        let drain = self.runtime.drain.clone();
        let (mut back_off, mut full) = (BackOff::default(), OnceAMinute::default());
        let mut report = pin!(self.shared.log_limit.report());
        loop {
            // Biased: a listener that drains accepts nobody any more, however many wait.
            tokio::select! {
                biased;
                () = drain.called() => break,
                never = &mut report => match never {},
                () = self.accept_one(&mut back_off, &mut full) => {}
            }
        }
        debug!(source = %self.shared.name, "stopped accepting");
    }

    async fn accept_one(&self, back_off: &mut BackOff, full: &mut OnceAMinute) {
        let permit = match self.over_limit {
            OverLimit::Waits => self.room(full).await,
            OverLimit::IsRefused => None,
        };
        match self.listener.accept().await {
            Ok((stream, peer)) => {
                back_off.accepted();
                let permit = permit.or_else(|| Arc::clone(&self.permits).try_acquire_owned().ok());
                self.accepted(stream, peer, permit);
            }
            Err(error) => self.failed(&error, back_off).await,
        }
    }

    /// Waits until there may be one more client.
    async fn room(&self, full: &mut OnceAMinute) -> Option<OwnedSemaphorePermit> {
        let mut permit = pin!(Arc::clone(&self.permits).acquire_owned());
        loop {
            if self.permits.available_permits() == 0 && full.is_said(Instant::now()) {
                warn!(source = %self.shared.name, limit = RejectReason::ConnectionLimit.label(), "there are as many clients as there may be, further ones wait until others leave");
            }
            if let Ok(permit) = timeout(SAID_AGAIN, &mut permit).await {
                return permit.ok();
            }
        }
    }

    async fn failed(&self, error: &io::Error, back_off: &mut BackOff) {
        self.shared
            .metrics
            .connection_rejected(RejectReason::AcceptFailed);
        let Failed::Exhausted { pause, is_said } = back_off.failed(error, Instant::now()) else {
            return;
        };
        if is_said {
            warn!(source = %self.shared.name, %error, "cannot accept clients, trying again until it works");
        }
        sleep(pause).await;
    }

    /// What the connection of a client takes of the limits, or why it is turned away.
    fn take(
        &self,
        peer: SocketAddr,
        permit: Option<OwnedSemaphorePermit>,
    ) -> Result<Taken, RejectReason> {
        let of_all = permit.ok_or(RejectReason::ConnectionLimit)?;
        let of_its_address = match &self.per_ip {
            None => None,
            Some(per_ip) => {
                let place = per_ip.place(peer.ip());
                Some(place.ok_or(RejectReason::ConnectionLimitPerIp)?)
            }
        };
        Ok(Taken {
            _of_all: of_all,
            _of_its_address: of_its_address,
        })
    }

    fn turned_away(&self, peer: SocketAddr, reason: RejectReason) {
        self.shared.metrics.connection_rejected(reason);
        if self.shared.log_limit.admits(Blame::Client) {
            let limit = reason.label();
            warn!(source = %self.shared.name, client = %peer, limit, "closing the connection of a client: there are as many as there may be");
        }
    }

    fn accepted(&self, stream: TcpStream, peer: SocketAddr, permit: Option<OwnedSemaphorePermit>) {
        let taken = match self.take(peer, permit) {
            Ok(taken) => taken,
            Err(reason) => return self.turned_away(peer, reason),
        };
        let connection_id = NEXT_CONNECTION.fetch_add(1, Ordering::Relaxed);
        let span = info_span!("connection", id = connection_id, source = %self.shared.name, client = %peer);
        let abort = self.runtime.abort.clone();
        // A box: what waits for one future or another has room for it twice.
        let serve = Box::pin(serve(
            Arc::clone(&self.shared),
            (stream, peer),
            connection_id,
        ));
        let task = async move {
            let _taken = taken;
            if abort.run_until_called(serve).await.is_none() {
                debug!("connection cut off: it did not finish in time");
            }
        };
        self.runtime.workers.spawn(task.instrument(span));
    }
}

/// Serves one client, on the worker that it was given to.
async fn serve(shared: Arc<Shared>, (stream, peer): (TcpStream, SocketAddr), connection_id: u64) {
    let open = shared.metrics.connection_opened();
    let reason = match adopt(stream) {
        Err(error) => {
            debug!(%error, "the client was gone at once");
            CloseReason::IoError
        }
        Ok((stream, local)) => {
            let source = Arc::clone(&shared.name);
            let client = ClientDetails {
                connection_id,
                peer,
                local,
                server_name: None,
                source,
            };
            debug!("connection accepted");
            match &shared.tls {
                None => connection(&shared, stream, client).run().await,
                // A box: clients without TLS need no room for a session.
                Some(acceptor) => Box::pin(serve_tls(&shared, acceptor, stream, client)).await,
            }
        }
    };
    open.close(reason);
}

async fn serve_tls(
    shared: &Shared,
    acceptor: &Acceptor,
    stream: TcpStream,
    mut client: ClientDetails,
) -> CloseReason {
    // Its memory is given back when it is over.
    let handshake = Box::pin(acceptor.accept(stream));
    let session = shared.drain.run_until_called(handshake).await;
    match session {
        Some(Ok(session)) => {
            client.server_name = session.get_ref().1.server_name().map(Into::into);
            connection(shared, session, client).run().await
        }
        Some(Err(error @ TlsError::NothingSent)) => {
            debug!(%error, "the client was gone at once");
            CloseReason::ClientClosed
        }
        Some(Err(error)) => {
            if shared.log_limit.admits(Blame::Client) {
                warn!(%error, "closing the connection of a client: no TLS session");
            }
            CloseReason::TlsHandshake
        }
        None => CloseReason::Shutdown,
    }
}

/// In a box of its own: the futures around it have room for more than one, as with and without TLS.
fn connection<S: Socket>(shared: &Shared, stream: S, client: ClientDetails) -> Box<Connection<S>> {
    let service = Service {
        chain: shared.chain.build(&client),
        limits: Arc::clone(&shared.limits),
        anonymous: shared.anonymous.clone(),
        metrics: Arc::clone(&shared.metrics),
        log_limit: Arc::clone(&shared.log_limit),
    };
    Box::new(Connection::new(stream, service, &shared.drain))
}

/// Moves a socket from the runtime that accepted it to the one that serves it.
fn adopt(stream: TcpStream) -> io::Result<(TcpStream, SocketAddr)> {
    let stream = TcpStream::from_std(stream.into_std()?)?;
    socket::prepare(&stream)?;
    let local = stream.local_addr()?;
    Ok((stream, local))
}
