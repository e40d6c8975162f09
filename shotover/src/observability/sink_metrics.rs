//! What does a sink count?

use super::api_table::{ApiSlot, ApiTable};
use super::histogram::{Histogram, HistogramTotal};
use super::sharded::Sharded;
use crate::wire::ApiKey;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The counters of one sink. Counting takes no lock; it allocates once per thread and API key.
#[derive(Debug)]
pub struct SinkMetrics {
    name: String,
    shards: Sharded<Shard>,
}

/// What one thread counts.
#[derive(Debug, Default)]
struct Shard {
    connects: AtomicU64,
    connect_failures: AtomicU64,
    hedged: AtomicU64,
    outages: AtomicU64,
    apis: ApiTable<Latency>,
}

#[derive(Debug, Default)]
#[repr(align(128))]
struct Latency(Histogram);

impl SinkMetrics {
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            shards: Sharded::default(),
        }
    }

    /// The `name` of the sink in the topology.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Counts an attempt to connect to a broker.
    pub fn connect(&self) {
        self.shards.local().connects.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts an attempt that failed: refused, timed out, or its TLS handshake went wrong.
    pub fn connect_failed(&self) {
        self.shards
            .local()
            .connect_failures
            .fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a request that one more broker is asked, for one that was asked before does not answer in time.
    pub fn hedge(&self) {
        self.shards.local().hedged.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a request, or a part of one, that is answered with an error because no broker is there for it.
    pub fn outage(&self) {
        self.shards.local().outages.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts an answer of a broker and how long after its request was sent it arrived.
    pub fn response(&self, api_key: i16, latency: Duration) {
        self.latencies(ApiSlot::of(api_key)).observe(latency);
    }

    /// Counts several answers that took the same time.
    pub fn count_responses(&self, api_key: ApiKey, latency: Duration, times: u64) {
        let latencies = self.latencies(api_key.into());
        latencies.observe_times(latency, times);
    }

    fn latencies(&self, slot: ApiSlot) -> &Histogram {
        &self.shards.local().apis.cell(slot).0
    }
}

/// What a scrape reads.
impl SinkMetrics {
    pub(crate) fn connects(&self) -> u64 {
        self.sum(|shard| &shard.connects)
    }

    pub(crate) fn connect_failures(&self) -> u64 {
        self.sum(|shard| &shard.connect_failures)
    }

    pub(crate) fn hedged(&self) -> u64 {
        self.sum(|shard| &shard.hedged)
    }

    pub(crate) fn outages(&self) -> u64 {
        self.sum(|shard| &shard.outages)
    }

    fn sum(&self, counter: impl Fn(&Shard) -> &AtomicU64) -> u64 {
        let shards = self.shards.iter();
        shards
            .map(|shard| counter(shard).load(Ordering::Relaxed))
            .sum()
    }

    pub(crate) fn latency(&self, api: ApiSlot) -> HistogramTotal {
        let mut total = HistogramTotal::default();
        let seen = self.shards.iter().filter_map(|shard| shard.apis.seen(api));
        seen.for_each(|latency| total.add(&latency.0));
        total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_counted_per_api() {
        let sink = SinkMetrics::new("sink");
        sink.response(1, Duration::from_millis(5));
        sink.response(1, Duration::from_millis(7));
        sink.response(-5, Duration::from_millis(1));
        assert_eq!(sink.latency(ApiSlot::of(1)).count(), 2);
        assert_eq!(sink.latency(ApiSlot::of(9_999)).count(), 1);
        assert_eq!(sink.latency(ApiSlot::of(0)).count(), 0);
    }

    #[test]
    fn a_failed_attempt_is_an_attempt_and_a_failure() {
        let sink = SinkMetrics::new("sink");
        sink.connect();
        sink.connect();
        sink.connect_failed();
        assert_eq!((sink.connects(), sink.connect_failures()), (2, 1));
    }
}
