//! What is one measurement of one contestant with real clients?

use super::cluster::{Kafka, Leaders, RECORD, consume, produce};
use crate::contestant::{Contestant, Setting, Sink};
use crate::machine::{Ticks, processor_time, ticks};
use crate::workload::Workload;
use anyhow::{Context, Result};
use std::fs;
use std::net::SocketAddr;
use std::time::Duration;

/// Of one direction.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measured {
    /// Processor time per 10⁹ bytes of records; nothing where nobody stands between.
    pub(super) cost: Option<f64>,
    pub(super) megabytes_per_second: f64,
    /// From `send` to the acknowledgement, where records wait for others to be sent with them.
    pub(super) milliseconds: Option<[f64; 2]>,
    pub(super) disturbed: bool,
}

/// Of both.
#[derive(Clone, Copy, Debug)]
pub(super) struct Round {
    pub(super) produced: Measured,
    pub(super) consumed: Measured,
}

/// Whether a contestant can serve a topic with such leaders.
pub(super) fn takes_part(contestant: &Contestant, leaders: Leaders) -> bool {
    let knows_one = matches!(
        contestant,
        Contestant::Shotover {
            sink: Sink::Single,
            ..
        }
    );
    !knows_one || leaders == Leaders::One
}

/// Writes a topic through a contestant, and reads it.
pub(super) fn measure(
    kafka: &mut Kafka,
    (workload, contestant): (&Workload, &Contestant),
    leaders: Leaders,
    records: usize,
) -> Result<Round> {
    let setting = Setting {
        workload,
        brokers: kafka.brokers()?,
        passages: kafka.passages()?,
        certificate: None,
    };
    let topic = kafka.create(leaders)?;
    let running = contestant.start(&setting)?;
    let bootstrap = match contestant {
        Contestant::Direct => kafka.bootstrap()?,
        Contestant::Relay | Contestant::Floor | Contestant::HaProxy => listening(&setting.passages),
        Contestant::Shotover { .. } => running.address.to_string(),
    };
    let bytes = (records * RECORD) as f64;
    let (speed, usage) = watch(running.process(), || produce(&bootstrap, &topic, records))?;
    let produced = Measured {
        cost: usage
            .contestant
            .map(|time| time.as_secs_f64() * 1e9 / bytes),
        megabytes_per_second: speed.megabytes_per_second,
        milliseconds: Some([speed.p50_milliseconds, speed.p99_milliseconds]),
        disturbed: usage.disturbed,
    };
    let (megabytes_per_second, usage) =
        watch(running.process(), || consume(&bootstrap, &topic, records))?;
    let consumed = Measured {
        cost: usage
            .contestant
            .map(|time| time.as_secs_f64() * 1e9 / bytes),
        megabytes_per_second,
        milliseconds: None,
        disturbed: usage.disturbed,
    };
    running.end()?;
    kafka.delete(&topic)?;
    Ok(Round { produced, consumed })
}

fn listening(passages: &[[SocketAddr; 2]]) -> String {
    let listening = passages.iter().map(|[listen, _]| listen.to_string());
    listening.collect::<Vec<_>>().join(",")
}

#[derive(Clone, Copy, Debug)]
struct Usage {
    contestant: Option<Duration>,
    disturbed: bool,
}

fn watch<T>(contestant: Option<u32>, work: impl FnOnce() -> Result<T>) -> Result<(T, Usage)> {
    let time = || contestant.map(processor_time).transpose();
    let (before, ticks_before, ours_before) = (time()?, ticks()?, our_ticks()?);
    let done = work()?;
    let (after, ticks_after, ours_after) = (time()?, ticks()?, our_ticks()?);
    let usage = Usage {
        contestant: after.zip(before).map(|(after, before)| after - before),
        disturbed: is_disturbed(
            ticks_before,
            ticks_after,
            ours_after.saturating_sub(ours_before),
        ),
    };
    Ok((done, usage))
}

/// As in other measurements: others had over 10 % of all cores, or the hypervisor 5 %.
fn is_disturbed(before: Ticks, after: Ticks, ours: u64) -> bool {
    let all = (after.all - before.all).max(1) as f64;
    let foreign = (after.busy - before.busy).saturating_sub(ours) as f64 / all;
    let stolen = after.stolen.saturating_sub(before.stolen) as f64 / all;
    foreign > 0.10 || stolen > 0.05
}

/// Hundredths of a second that this process, what it has started and what that has started had on processors: they
/// share a network namespace that nobody else is in. Ended ones count for who waited for them.
fn our_ticks() -> Result<u64> {
    let namespace = fs::read_link("/proc/self/ns/net").context("reading the namespace")?;
    let mut sum = 0;
    for entry in fs::read_dir("/proc")? {
        let path = entry?.path();
        // Processes come and go, and some are none of our business.
        if fs::read_link(path.join("ns/net")).is_ok_and(|other| other == namespace) {
            let stat = fs::read_to_string(path.join("stat")).unwrap_or_default();
            sum += times(&stat).unwrap_or(0);
        }
    }
    Ok(sum)
}

/// The times of a process and of the children that it waited for.
fn times(stat: &str) -> Option<u64> {
    // The name is in parentheses, and may have spaces and more of them.
    let (_, fields) = stat.rsplit_once(") ")?;
    let times = fields.split(' ').skip(11).take(4);
    times.map(|time| time.parse::<u64>().ok()).sum()
}
