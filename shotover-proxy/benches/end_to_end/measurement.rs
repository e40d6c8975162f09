//! What is one measurement of one contestant?

use super::arguments::Lengths;
use super::contestant::{Contestant, Setting, local, start_peers};
use super::load::{self, Counters, Crowd, Ring, Target};
use super::machine::{Processes, Usage};
use super::statistics::Percentiles;
use super::workload::{Drive, Request, Workload};
use anyhow::{Context, Result, bail, ensure};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use test_helpers::certs::{Authority, Leaf};
use test_helpers::ports::free_port;
use tokio::runtime::{Builder, Runtime};
use tokio::time::{Instant, sleep, timeout};
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// How often a measurement looks whether there is progress.
const LOOK: Duration = Duration::from_millis(100);

/// A contestant that answers nothing for so long has failed.
const PATIENCE: Duration = Duration::from_secs(10);

/// For a whole crowd of clients to connect.
const CROWD_PATIENCE: Duration = Duration::from_secs(120);

/// Until what idle connections do not need is given back.
const SETTLE: Duration = Duration::from_secs(2);

/// What was seen of one contestant in one round.
#[derive(Clone, Debug)]
pub(crate) struct Measured {
    pub(crate) answers: u64,
    /// Of requests and answers, at the clients.
    pub(crate) bytes: u64,
    pub(crate) usage: Usage,
    pub(crate) resident_bytes: Option<usize>,
    pub(crate) latency: Option<Percentiles>,
    pub(crate) bytes_per_connection: Option<f64>,
}

/// What all measurements have in common.
#[derive(Debug)]
pub(crate) struct Bench {
    runtime: Runtime,
    lengths: Lengths,
    leaf: Leaf,
    tls: Arc<ClientConfig>,
}

/// A contestant in front of brokers, and what to do with it.
#[derive(Debug)]
struct Run<'a> {
    workload: &'a Workload,
    requests: Vec<Request>,
    target: Target,
    processes: Processes,
    lengths: Lengths,
}

impl Bench {
    pub(crate) fn new(lengths: Lengths) -> Result<Self> {
        let authority = Authority::new("bench")?;
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(authority.certificate())?)?;
        let tls = ClientConfig::builder()
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self {
            // The load has one thread: it must not take more of the machine than it needs.
            runtime: Builder::new_current_thread().enable_all().build()?,
            lengths,
            leaf: authority.server()?,
            tls: Arc::new(tls),
        })
    }

    /// Starts brokers and the contestant anew, and ends them afterwards.
    pub(crate) fn measure(&self, workload: &Workload, contestant: &Contestant) -> Result<Measured> {
        let ports = (0..workload.brokers).map(|_| Ok(local(free_port()?)));
        let brokers = ports.collect::<Result<Vec<_>>>()?;
        let (peers, count) = start_peers(&brokers)?;
        let setting = Setting {
            workload,
            brokers,
            passages: Vec::new(),
            certificate: Some(&self.leaf).filter(|_| workload.tls),
        };
        let running = contestant.start(&setting)?;
        let tls = workload.tls && contestant.terminates_tls();
        let run = Run {
            workload,
            requests: workload.requests()?,
            target: Target {
                address: running.address,
                tls: tls.then(|| Arc::clone(&self.tls)),
            },
            processes: Processes {
                contestant: running.process(),
                peers: peers.process().context("peers without a process")?,
                count,
            },
            lengths: self.lengths,
        };
        let measured = self.runtime.block_on(run.measure());
        let measured = measured.with_context(|| format!("{}\n{}", running.log(), peers.log()))?;
        running.end()?;
        Ok(measured)
    }
}

impl Run<'_> {
    async fn measure(&self) -> Result<Measured> {
        let first = load::check_first_answer(&self.target, &self.requests);
        timeout(PATIENCE, first)
            .await
            .context("no first answer for 10 s")??;
        let counters = Arc::new(Counters::default());
        match self.workload.drive {
            Drive::Closed { connections, depth } => {
                let ring = Ring::new(&self.requests, depth);
                let mut clients =
                    load::start_closed(&self.target, &ring, [connections, depth], &counters);
                let measured = tokio::select! {
                    measured = self.watch(&counters) => measured,
                    failed = clients.join_next() => match failed.transpose()?.transpose()? {
                        Some(()) | None => bail!("a client ended before its time"),
                    },
                };
                // Whom nobody reads from cannot end.
                clients.shutdown().await;
                measured
            }
            Drive::Open {
                connections,
                per_second,
            } => {
                let ring = Ring::new(&self.requests, 1);
                let clients =
                    load::start_open(&self.target, &ring, (connections, per_second), &counters)?;
                let measured = self.watch(&counters).await;
                clients.end()?;
                measured
            }
            Drive::Slow {
                connections,
                per_second,
            } => self.watch_slow(connections, per_second, &counters).await,
            Drive::Idle { connections } => {
                let crowd = load::connect_idle(&self.target, &self.requests, connections);
                Ok(self.watch_crowd(crowd).await?.0)
            }
            Drive::Unread { connections } => {
                let crowd = load::connect_unread(&self.target, &self.requests, connections);
                Ok(self.watch_crowd(crowd).await?.0)
            }
        }
    }

    /// Measures what clients do that were started before.
    async fn watch(&self, counters: &Counters) -> Result<Measured> {
        sleep(self.lengths.warm_up).await;
        let start = self.processes.snapshot()?;
        let (answers, bytes) = (counters.answers(), counters.bytes());
        counters.start_recording();
        self.wait_for_enough(counters).await?;
        let latencies = counters.stop_recording();
        let end = self.processes.snapshot()?;
        Ok(Measured {
            answers: counters.answers() - answers,
            bytes: counters.bytes() - bytes,
            usage: start.usage_until(&end),
            resident_bytes: self.processes.resident_bytes()?,
            latency: Percentiles::of(latencies).filter(|_| self.workload.has_latency()),
            bytes_per_connection: None,
        })
    }

    async fn wait_for_enough(&self, counters: &Counters) -> Result<()> {
        let start = Instant::now();
        let (processor, mut progress) = (
            self.processes.contestant_time()?,
            (counters.answers(), start),
        );
        loop {
            sleep(LOOK).await;
            let answers = counters.answers();
            if answers > progress.0 {
                progress = (answers, Instant::now());
            }
            ensure!(
                progress.1.elapsed() < PATIENCE,
                "no answer for 10 s, after {answers}"
            );
            let used = self.processes.contestant_time()?.saturating_sub(processor);
            let is_enough = self.processes.contestant.is_none() || used >= self.lengths.processor;
            let elapsed = start.elapsed();
            if elapsed >= self.lengths.most || elapsed >= self.lengths.least && is_enough {
                return Ok(());
            }
        }
    }

    /// Measures many clients that ask now and then, and what they cost when they do not.
    async fn watch_slow(
        &self,
        connections: usize,
        per_second: u32,
        counters: &Arc<Counters>,
    ) -> Result<Measured> {
        let crowd = load::connect_idle(&self.target, &self.requests, connections);
        let (resting, crowd) = self.watch_crowd(crowd).await?;
        let ring = Ring::new(&self.requests, 1);
        let mut clients = load::start_slow(crowd, &ring, per_second, counters)?;
        let measured = tokio::select! {
            measured = self.watch(counters) => measured?,
            failed = clients.join_next() => match failed.transpose()?.transpose()? {
                Some(()) | None => bail!("a client ended before its time"),
            },
        };
        Ok(Measured {
            bytes_per_connection: resting.bytes_per_connection,
            ..measured
        })
    }

    /// Measures what connections cost when nothing is said on them any more.
    async fn watch_crowd(
        &self,
        connecting: impl Future<Output = Result<Crowd>>,
    ) -> Result<(Measured, Crowd)> {
        let before = self.processes.resident_bytes()?;
        let crowd = timeout(CROWD_PATIENCE, connecting)
            .await
            .context("connecting clients")??;
        sleep(SETTLE).await;
        let start = self.processes.snapshot()?;
        sleep(self.lengths.least).await;
        let end = self.processes.snapshot()?;
        let after = self.processes.resident_bytes()?;
        let more = before
            .zip(after)
            .map(|(before, after)| after.saturating_sub(before));
        let measured = Measured {
            answers: 0,
            bytes: 0,
            usage: start.usage_until(&end),
            resident_bytes: after,
            latency: None,
            bytes_per_connection: more.map(|more| more as f64 / crowd.len() as f64),
        };
        Ok((measured, crowd))
    }
}
