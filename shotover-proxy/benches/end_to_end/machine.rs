//! What was the machine doing, and what of it was the contestant?

use anyhow::{Context, Result};
use std::fs;
use std::io::Read;
use std::net::{SocketAddr, TcpStream};
use std::thread::available_parallelism;
use std::time::Duration;
use test_helpers::usage;
use tokio::time::Instant;

/// The kernel counts time in `/proc/stat` in hundredths of a second.
const TICK: Duration = Duration::from_millis(10);

/// The processes of a measurement.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Processes {
    /// None where there is nothing between clients and brokers.
    pub(crate) contestant: Option<u32>,
    pub(crate) peers: u32,
    /// Where the peers tell how many requests they have had.
    pub(crate) count: SocketAddr,
}

/// What all clocks and counters showed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Snapshot {
    at: Instant,
    contestant: Duration,
    peers: Duration,
    load: Duration,
    requests: u64,
    ticks: Ticks,
}

/// Hundredths of a second of all cores since the machine was started.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ticks {
    pub(crate) busy: u64,
    pub(crate) stolen: u64,
    pub(crate) all: u64,
}

/// What happened between two snapshots.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    pub(crate) elapsed: Duration,
    /// Time on processors.
    pub(crate) contestant: Duration,
    pub(crate) peers: Duration,
    pub(crate) load: Duration,
    /// That reached brokers.
    pub(crate) requests: u64,
    /// The share of all cores that others used.
    pub(crate) foreign: f64,
    /// The share of all cores that the hypervisor gave to others.
    pub(crate) stolen: f64,
}

impl Usage {
    /// Whether somebody else had so much of the machine that the figures are doubtful.
    pub(crate) fn is_disturbed(&self) -> bool {
        self.foreign > 0.10 || self.stolen > 0.05
    }
}

impl Processes {
    pub(crate) fn snapshot(&self) -> Result<Snapshot> {
        Ok(Snapshot {
            at: Instant::now(),
            contestant: self.contestant_time()?,
            peers: processor_time(self.peers)?,
            load: processor_time(std::process::id())?,
            requests: requests(self.count)?,
            ticks: ticks()?,
        })
    }

    /// What the contestant has used so far.
    pub(crate) fn contestant_time(&self) -> Result<Duration> {
        self.contestant.map_or(Ok(Duration::ZERO), processor_time)
    }

    /// What the contestant holds in memory now.
    pub(crate) fn resident_bytes(&self) -> Result<Option<usize>> {
        self.contestant.map(usage::resident_bytes).transpose()
    }
}

impl Snapshot {
    pub(crate) fn usage_until(&self, end: &Self) -> Usage {
        let contestant = end.contestant.saturating_sub(self.contestant);
        let peers = end.peers.saturating_sub(self.peers);
        let load = end.load.saturating_sub(self.load);
        let all = as_seconds(end.ticks.all.saturating_sub(self.ticks.all)).max(f64::MIN_POSITIVE);
        let busy = as_seconds(end.ticks.busy.saturating_sub(self.ticks.busy));
        let ours = (contestant + peers + load).as_secs_f64();
        Usage {
            elapsed: end.at - self.at,
            contestant,
            peers,
            load,
            requests: end.requests.saturating_sub(self.requests),
            foreign: ((busy - ours) / all).max(0.0),
            stolen: as_seconds(end.ticks.stolen.saturating_sub(self.ticks.stolen)) / all,
        }
    }
}

fn as_seconds(ticks: u64) -> f64 {
    TICK.as_secs_f64() * ticks as f64
}

/// Time of all threads of a process, in nanoseconds where the kernel has them.
pub(crate) fn processor_time(process: u32) -> Result<Duration> {
    let Ok(threads) = fs::read_dir(format!("/proc/{process}/task")) else {
        return usage::processor_time(process);
    };
    let mut sum = 0;
    for thread in threads {
        // A thread may end meanwhile.
        let Ok(times) = fs::read_to_string(thread?.path().join("schedstat")) else {
            return usage::processor_time(process);
        };
        let first = times
            .split_whitespace()
            .next()
            .context("an empty schedstat")?;
        sum += first.parse::<u64>()?;
    }
    Ok(Duration::from_nanos(sum))
}

fn requests(count: SocketAddr) -> Result<u64> {
    let mut bytes = [0; 8];
    TcpStream::connect(count)?.read_exact(&mut bytes)?;
    Ok(u64::from_be_bytes(bytes))
}

pub(crate) fn ticks() -> Result<Ticks> {
    let stat = fs::read_to_string("/proc/stat")?;
    let line = stat.lines().next().context("an empty /proc/stat")?;
    let fields = line.split_whitespace().skip(1).take(8);
    let fields: Vec<u64> = fields.map(str::parse).collect::<Result<_, _>>()?;
    let [user, nice, system, idle, wait, irq, softirq, stolen] = *fields else {
        anyhow::bail!("/proc/stat has {} fields", fields.len());
    };
    let busy = user + nice + system + irq + softirq;
    Ok(Ticks {
        busy,
        stolen,
        all: busy + idle + wait + stolen,
    })
}

/// The machine in a line.
pub(crate) fn description() -> String {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name"));
    let model = model.map_or("unknown processor", |model| {
        model.trim_start_matches([' ', '\t', ':'])
    });
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let cores = available_parallelism().map_or(0, usize::from);
    format!("{cores} cores of {model}, Linux {}", kernel.trim())
}
