//! What makes a topology run, and what ends it?

use super::descriptors::Descriptors;
use super::threads::Threads;
use crate::budget::Budget;
use crate::config::Config;
use crate::observability::{Endpoints, LogControl, Metrics, ObservabilityServer, Readiness, Stage};
use crate::source::{Halt, Source, SourceRuntime, Workers};
use crate::topology::{Address, BuildError, Topology};
use std::io;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;
use tokio::runtime::Handle;
use tokio::task::{JoinError, JoinSet};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

/// How long a drain waits for requests in flight: short of the 30 seconds after which Kubernetes kills.
pub const DRAIN_TIMEOUT: Duration = Duration::from_secs(25);

/// How long connections that were cut off may take to end.
const ABORT_TIMEOUT: Duration = Duration::from_secs(1);

/// What a proxy is given beside its two files.
#[derive(Clone, Debug)]
pub struct Resources {
    /// Threads that serve clients.
    pub threads: NonZeroUsize,
    /// Bytes of stack of each.
    pub stack_bytes: usize,
    /// What `/log-filter` changes.
    pub log: LogControl,
}

/// Why a proxy did not start, or ended on its own.
#[derive(Debug, Error)]
pub enum ProxyError {
    /// The observability interface cannot be bound.
    #[error("cannot listen on the observability interface {0}")]
    Observability(Address, #[source] io::Error),
    /// The threads that serve clients cannot be started.
    #[error("cannot start the threads that serve clients")]
    Threads(#[source] io::Error),
    /// A source or its chain cannot be built.
    #[error("cannot build the topology: {0}")]
    Build(BuildError),
    /// A thread that serves clients ended, which is a defect.
    #[error("a thread that serves clients ended")]
    ThreadLost,
    /// Something that runs as long as the proxy ended, which is a defect.
    #[error("a listener ended")]
    ListenerLost(#[source] Option<JoinError>),
}

/// A running proxy: its sources accept clients. It listens on the runtime that it is started on.
///
/// Dropped without [`Proxy::drain`], it cuts its clients off.
#[derive(Debug)]
pub struct Proxy {
    threads: Threads,
    runtime: SourceRuntime,
    readiness: Readiness,
    listeners: JoinSet<()>,
    observability: Option<Observability>,
    addresses: Vec<SocketAddr>,
}

/// The endpoint outlives the sources, so that a drain can be watched.
#[derive(Debug)]
struct Observability {
    address: SocketAddr,
    served: JoinSet<()>,
    stop: CancellationToken,
}

impl Proxy {
    /// Starts what `config` and `topology` describe, and returns when every source accepts clients.
    ///
    /// # Errors
    /// When something cannot be built or listened on. What was started until then has ended again.
    pub async fn start(
        config: &Config,
        topology: &Topology,
        resources: Resources,
    ) -> Result<Self, ProxyError> {
        Budget::of_process().set_limit(config.held_bytes_limit);
        let readiness = Readiness::default();
        let metrics = Metrics::new();
        let endpoints = Endpoints {
            metrics: metrics.clone(),
            readiness: readiness.clone(),
            log_control: resources.log,
        };
        let observability = match &config.observability_interface {
            Some(address) => Some(Observability::serve(address, endpoints).await?),
            None => None,
        };
        let threads = Threads::start(resources.threads, resources.stack_bytes)
            .map_err(ProxyError::Threads)?;
        let runtime = SourceRuntime {
            workers: Arc::new(Workers::new(threads.runtimes(), Handle::current())),
            drain: Halt::default(),
            abort: Halt::default(),
            metrics,
        };
        let mut proxy = Self {
            threads,
            runtime,
            readiness,
            listeners: JoinSet::new(),
            observability,
            addresses: Vec::new(),
        };
        proxy.listen(topology).await.map_err(ProxyError::Build)?;
        proxy.readiness.advance(Stage::Accepting);
        Ok(proxy)
    }

    /// Binds all sources before the first of them accepts: a proxy that cannot start turns nobody's request away.
    async fn listen(&mut self, topology: &Topology) -> Result<(), BuildError> {
        let mut sources = Vec::new();
        for (path, config) in topology.sources() {
            sources.push(Source::bind(config, &path, &self.runtime).await?);
        }
        for source in sources {
            self.addresses.push(source.local_addr()?);
            self.listeners.spawn(source.run());
        }
        Ok(())
    }

    /// Where the sources listen, in the order of the topology.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Where metrics and health are served.
    pub fn observability_address(&self) -> Option<SocketAddr> {
        self.observability
            .as_ref()
            .map(|observability| observability.address)
    }

    /// What the proxy counts.
    pub fn metrics(&self) -> &Metrics {
        &self.runtime.metrics
    }

    /// Ends when the proxy cannot go on.
    ///
    /// # Cancel safety
    /// Nothing is lost when this is dropped; it can be asked for again.
    pub async fn failed(&mut self) -> ProxyError {
        let observability = async {
            match &mut self.observability {
                Some(observability) => observability.served.join_next().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = self.threads.lost() => ProxyError::ThreadLost,
            ended = self.listeners.join_next() => ProxyError::ListenerLost(ended.and_then(Result::err)),
            ended = observability => ProxyError::ListenerLost(ended.and_then(Result::err)),
        }
    }

    /// Stops accepting, lets every client have the answers to what it has sent, and ends. What is not finished within
    /// `limit` is cut off.
    pub async fn drain(mut self, limit: Duration) {
        self.readiness.advance(Stage::Draining);
        self.runtime.drain.call();
        while self.listeners.join_next().await.is_some() {}
        if timeout(limit, self.runtime.workers.finished())
            .await
            .is_err()
        {
            let connections = self.runtime.workers.open();
            warn!(
                connections,
                ?limit,
                "cutting off connections that did not finish in time"
            );
            self.runtime.abort.call();
            timeout(ABORT_TIMEOUT, self.runtime.workers.finished())
                .await
                .ok();
        }
        if let Some(mut observability) = self.observability.take() {
            observability.stop.cancel();
            while observability.served.join_next().await.is_some() {}
        }
        self.threads.stop().await;
    }
}

impl Observability {
    async fn serve(address: &Address, endpoints: Endpoints) -> Result<Self, ProxyError> {
        let server = ObservabilityServer::bind((address.host(), address.port()), endpoints)
            .await
            .map_err(|error| ProxyError::Observability(address.clone(), error))?;
        let (address, stop) = (server.address(), CancellationToken::new());
        info!(%address, "serving metrics and health");
        let mut served = JoinSet::new();
        served.spawn(server.run(stop.clone()));
        Ok(Self {
            address,
            served,
            stop,
        })
    }
}

/// Says what the operating system grants, and warns when it is less than the topology asks for.
pub(super) fn report_limits(topology: &Topology, resources: &Resources) {
    let descriptors = Descriptors::raise();
    info!(
        version = env!("CARGO_PKG_VERSION"),
        threads = resources.threads,
        stack_bytes = resources.stack_bytes,
        descriptors = Descriptors::shown(descriptors.soft),
        "starting"
    );
    let wanted = topology
        .sources()
        .map(|(_, source)| source.connection_limit())
        .sum::<usize>();
    let wanted = u64::try_from(wanted).unwrap_or(u64::MAX);
    if let Some(clients) = descriptors.clients().filter(|clients| *clients < wanted) {
        warn!(
            connection_limit = wanted,
            clients,
            "the descriptor limit allows fewer clients, each with a broker connection, than connection_limit: raise it with ulimit -n"
        );
    }
}
