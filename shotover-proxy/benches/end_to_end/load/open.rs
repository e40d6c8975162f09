//! How late are answers when requests come at a fixed rate, whatever became of those before?
//!
//! Times count from when a request was due, not from when it was sent. Threads and not tasks, because the timers of
//! tokio are a millisecond wide.

use super::counters::InOrder;
use super::{Counters, Ring, Target};
use crate::peers::{Cutter, Frames};
use anyhow::{Context, Result, ensure};
use rustix::thread::set_current_timer_slack;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::num::NonZeroU64;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use tokio::time::Instant;

/// How often a thread that reads looks whether it is over.
const LOOK: Duration = Duration::from_millis(100);

/// A contestant that reads or answers nothing for so long has failed.
const PATIENCE: Duration = Duration::from_secs(10);

/// How much later than asked for the kernel may end a sleep: 1 µs instead of 50.
const SLACK: Option<NonZeroU64> = NonZeroU64::new(1_000);

/// Clients that send at a fixed rate until they are asked to end.
#[derive(Debug)]
pub(crate) struct OpenLoop {
    threads: Vec<JoinHandle<Result<()>>>,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    start: Instant,
    interval: Duration,
    /// Connections take turns.
    connections: u32,
    ending: AtomicBool,
    /// Requests sent over all connections, right once `ending` was seen by the sender.
    sent: AtomicU64,
    all_sent: AtomicBool,
}

impl Shared {
    fn due(&self, number: u64) -> Instant {
        let nanoseconds = u64::try_from(self.interval.as_nanos()).unwrap_or(u64::MAX);
        self.start + Duration::from_nanos(nanoseconds.saturating_mul(number))
    }
}

/// Starts the clients.
pub(crate) fn start(
    target: &Target,
    ring: &Ring,
    (connections, per_second): (usize, u32),
    counters: &Arc<Counters>,
) -> Result<OpenLoop> {
    let connect = |_| {
        let stream = TcpStream::connect(target.address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(LOOK))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(stream)
    };
    let streams: Vec<TcpStream> = (0..connections).map(connect).collect::<Result<_>>()?;
    let shared = Arc::new(Shared {
        start: Instant::now() + Duration::from_millis(10),
        interval: Duration::from_secs(1) / per_second,
        connections: u32::try_from(connections)?,
        ending: AtomicBool::new(false),
        sent: AtomicU64::new(0),
        all_sent: AtomicBool::new(false),
    });
    let mut threads = Vec::new();
    for (index, stream) in (0..).zip(&streams) {
        let (stream, shared) = (stream.try_clone()?, Arc::clone(&shared));
        let reader = Reader {
            index,
            shared,
            counters: Arc::clone(counters),
            read: 0,
            order: InOrder::default(),
        };
        threads.push(thread::spawn(move || reader.run(stream)));
    }
    let (rings, sender) = (vec![ring.clone(); connections], Arc::clone(&shared));
    let bytes = Arc::clone(counters);
    threads.push(thread::spawn(move || send(streams, rings, &sender, &bytes)));
    Ok(OpenLoop { threads, shared })
}

impl OpenLoop {
    /// Sends nothing more, and waits for the answers to what was sent.
    pub(crate) fn end(self) -> Result<()> {
        self.shared.ending.store(true, Ordering::Relaxed);
        for thread in self.threads {
            let result = thread.join();
            result.map_err(|_| anyhow::anyhow!("a client panicked"))??;
        }
        Ok(())
    }
}

fn send(
    mut streams: Vec<TcpStream>,
    mut rings: Vec<Ring>,
    shared: &Shared,
    counters: &Counters,
) -> Result<()> {
    set_current_timer_slack(SLACK)?;
    let mut number = 0;
    while !shared.ending.load(Ordering::Relaxed) {
        for (stream, ring) in streams.iter_mut().zip(&mut rings) {
            // Nothing when it is late already.
            thread::sleep(shared.due(number).saturating_duration_since(Instant::now()));
            let (request, _) = ring.take(1)?;
            stream.write_all(request)?;
            counters.add(0, u64::try_from(request.len())?);
            number += 1;
        }
    }
    shared.sent.store(number, Ordering::Relaxed);
    shared.all_sent.store(true, Ordering::Release);
    Ok(())
}

/// Reads the answers of one connection.
#[derive(Debug)]
struct Reader {
    index: u64,
    shared: Arc<Shared>,
    counters: Arc<Counters>,
    read: u64,
    order: InOrder,
}

impl Reader {
    fn run(mut self, mut stream: TcpStream) -> Result<()> {
        let mut buffer = vec![0; 64 * 1024];
        let mut cutter = Cutter::new();
        let mut last = Instant::now();
        while !self.is_over() {
            match stream.read(&mut buffer) {
                Ok(0) => anyhow::bail!("the connection was closed"),
                Ok(length) => {
                    last = Instant::now();
                    let bytes = buffer.get(..length).context("read more than fits")?;
                    self.counters.add(0, u64::try_from(length)?);
                    cutter.feed(bytes, &mut self)?;
                }
                Err(error)
                    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) =>
                {
                    ensure!(last.elapsed() < PATIENCE, "no answer for 10 s");
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn is_over(&self) -> bool {
        let connections = u64::from(self.shared.connections);
        self.shared.all_sent.load(Ordering::Acquire)
            && self.read * connections >= self.shared.sent.load(Ordering::Relaxed)
    }
}

impl Frames<8> for Reader {
    fn begin(&mut self, _: &[u8; 8]) {}

    fn more(&mut self, _: &[u8]) {}

    fn end(&mut self, head: &[u8; 8]) -> Result<()> {
        self.order.check(head)?;
        let number = self.read * u64::from(self.shared.connections) + self.index;
        let late = self.shared.due(number).elapsed();
        self.read += 1;
        self.counters.latency(late);
        self.counters.add(1, 0);
        Ok(())
    }
}
