//! What does a source count?

use super::api_table::{ApiSlot, ApiTable};
use super::histogram::{Histogram, HistogramTotal};
use super::reasons::{CloseReason, ErrorReason, Reason, RejectReason, Tally};
use super::sharded::Sharded;
use crate::wire::ApiKey;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The counters of one source. Counting takes no lock; it allocates once per thread and API key.
#[derive(Debug)]
pub struct SourceMetrics {
    name: String,
    connection_limit: AtomicU64,
    shards: Sharded<Shard>,
}

/// What one thread counts.
#[derive(Debug, Default)]
struct Shard {
    accepted: AtomicU64,
    rejected: Tally,
    closed: Tally,
    received_bytes: AtomicU64,
    sent_bytes: AtomicU64,
    chain: Histogram,
    apis: ApiTable<ApiCounters>,
}

#[derive(Debug, Default)]
#[repr(align(128))]
struct ApiCounters {
    requests: AtomicU64,
    errors: Tally,
    latency: Histogram,
}

impl SourceMetrics {
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            connection_limit: AtomicU64::new(0),
            shards: Sharded::default(),
        }
    }

    /// How many connections may be open.
    pub fn set_connection_limit(&self, connections: usize) {
        let connections = u64::try_from(connections).unwrap_or(u64::MAX);
        self.connection_limit.store(connections, Ordering::Relaxed);
    }

    /// Counts an accepted connection, which is active until the returned value is closed or dropped.
    pub fn connection_opened(self: &Arc<Self>) -> OpenConnection {
        self.shards.local().accepted.fetch_add(1, Ordering::Relaxed);
        OpenConnection {
            source: Arc::clone(self),
            reason: CloseReason::Aborted,
        }
    }

    /// Counts a client that was turned away; it was never an accepted connection.
    pub fn connection_rejected(&self, reason: RejectReason) {
        self.shards.local().rejected.count(reason);
    }

    /// Counts bytes read from clients, inside TLS.
    pub fn bytes_received(&self, bytes: u64) {
        self.shards
            .local()
            .received_bytes
            .fetch_add(bytes, Ordering::Relaxed);
    }

    /// Counts bytes written to clients, inside TLS.
    pub fn bytes_sent(&self, bytes: u64) {
        self.shards
            .local()
            .sent_bytes
            .fetch_add(bytes, Ordering::Relaxed);
    }

    /// Counts a request by the key in its header.
    pub fn request(&self, api_key: i16) {
        let requests = &self.api(ApiSlot::of(api_key)).requests;
        requests.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts several requests with the same key.
    pub fn count_requests(&self, api_key: ApiKey, times: u64) {
        let requests = &self.api(api_key.into()).requests;
        requests.fetch_add(times, Ordering::Relaxed);
    }

    /// Counts an answer and how long after its request was read it was handed to the client's socket.
    pub fn response(&self, api_key: i16, latency: Duration) {
        self.api(ApiSlot::of(api_key)).latency.observe(latency);
    }

    /// Counts several answers that took the same time.
    pub fn count_responses(&self, api_key: ApiKey, latency: Duration, times: u64) {
        let api = self.api(api_key.into());
        api.latency.observe_times(latency, times);
    }

    /// Counts a request that was not served as it was asked.
    pub fn error(&self, api_key: i16, reason: ErrorReason) {
        self.api(ApiSlot::of(api_key)).errors.count(reason);
    }

    /// Counts the time that a batch spent in its chain's `transform` calls.
    pub fn chain(&self, duration: Duration) {
        self.shards.local().chain.observe(duration);
    }

    fn api(&self, slot: ApiSlot) -> &ApiCounters {
        self.shards.local().apis.cell(slot)
    }
}

/// A client connection that counts as active.
#[derive(Debug)]
#[must_use = "the connection counts as closed when this is dropped"]
pub struct OpenConnection {
    source: Arc<SourceMetrics>,
    reason: CloseReason,
}

impl OpenConnection {
    /// Ends the connection. Dropped without this, as by a panic, it counts as [`CloseReason::Aborted`].
    pub fn close(mut self, reason: CloseReason) {
        self.reason = reason;
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.source.shards.local().closed.count(self.reason);
    }
}

/// What a scrape reads.
impl SourceMetrics {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn connection_limit(&self) -> u64 {
        self.connection_limit.load(Ordering::Relaxed)
    }

    pub(crate) fn active(&self) -> u64 {
        // Closed before accepted: a connection that opens and closes in between must not make the difference negative.
        let closed: u64 = CloseReason::ALL
            .iter()
            .map(|reason| self.closed(*reason))
            .sum();
        self.accepted().saturating_sub(closed)
    }

    pub(crate) fn accepted(&self) -> u64 {
        self.sum(|shard| shard.accepted.load(Ordering::Relaxed))
    }

    pub(crate) fn rejected(&self, reason: RejectReason) -> u64 {
        self.sum(|shard| shard.rejected.total(reason))
    }

    pub(crate) fn closed(&self, reason: CloseReason) -> u64 {
        self.sum(|shard| shard.closed.total(reason))
    }

    pub(crate) fn received_bytes(&self) -> u64 {
        self.sum(|shard| shard.received_bytes.load(Ordering::Relaxed))
    }

    pub(crate) fn sent_bytes(&self) -> u64 {
        self.sum(|shard| shard.sent_bytes.load(Ordering::Relaxed))
    }

    pub(crate) fn chain_total(&self) -> HistogramTotal {
        let mut total = HistogramTotal::default();
        self.shards.iter().for_each(|shard| total.add(&shard.chain));
        total
    }

    /// Whether any thread has counted something for this API.
    pub(crate) fn has_seen(&self, api: ApiSlot) -> bool {
        self.seen(api).next().is_some()
    }

    pub(crate) fn requests(&self, api: ApiSlot) -> u64 {
        self.seen(api)
            .map(|api| api.requests.load(Ordering::Relaxed))
            .sum()
    }

    pub(crate) fn responses(&self, api: ApiSlot) -> u64 {
        self.seen(api).map(|api| api.latency.count()).sum()
    }

    pub(crate) fn errors(&self, api: ApiSlot, reason: ErrorReason) -> u64 {
        self.seen(api).map(|api| api.errors.total(reason)).sum()
    }

    pub(crate) fn latency(&self, api: ApiSlot) -> HistogramTotal {
        let mut total = HistogramTotal::default();
        self.seen(api).for_each(|api| total.add(&api.latency));
        total
    }

    fn seen(&self, api: ApiSlot) -> impl Iterator<Item = &ApiCounters> {
        self.shards
            .iter()
            .filter_map(move |shard| shard.apis.seen(api))
    }

    fn sum(&self, value: impl Fn(&Shard) -> u64) -> u64 {
        self.shards.iter().map(value).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source() -> Arc<SourceMetrics> {
        Arc::new(SourceMetrics::new("kafka"))
    }

    #[test]
    fn a_connection_is_active_until_it_is_closed() {
        let source = source();
        let (one, two) = (source.connection_opened(), source.connection_opened());
        assert_eq!(source.active(), 2);
        one.close(CloseReason::Idle);
        assert_eq!((source.active(), source.closed(CloseReason::Idle)), (1, 1));
        drop(two);
        assert_eq!(
            (source.active(), source.closed(CloseReason::Aborted)),
            (0, 1)
        );
        assert_eq!(source.accepted(), 2);
    }

    #[test]
    fn a_connection_may_close_on_another_thread() {
        let source = source();
        let connection = source.connection_opened();
        std::thread::scope(|scope| {
            scope.spawn(|| connection.close(CloseReason::ClientClosed));
        });
        assert_eq!(source.active(), 0);
    }

    #[test]
    fn requests_without_an_answer_are_not_answers() {
        let source = source();
        source.request(0);
        source.request(0);
        source.response(0, Duration::from_millis(2));
        let produce = ApiSlot::of(0);
        assert_eq!(
            (source.requests(produce), source.responses(produce)),
            (2, 1)
        );
        assert!(!source.has_seen(ApiSlot::of(1)));
    }

    #[test]
    fn all_unknown_keys_share_one_series() {
        let source = source();
        for code in i16::MIN..=i16::MAX {
            source.request(code);
        }
        let seen = ApiSlot::all()
            .filter(|(slot, _)| source.has_seen(*slot))
            .count();
        assert_eq!(seen, ApiSlot::all().count());
        let total: u64 = ApiSlot::all().map(|(slot, _)| source.requests(slot)).sum();
        assert_eq!(total, 65_536);
    }
}
