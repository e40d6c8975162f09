//! How are durations counted in bounded memory and without a lock?
//!
//! prometheus-client's histogram locks a mutex for every observation, which a data path must not; this one is an array
//! of atomic counters. Its size is fixed by [`BUCKETS`], scraped or not.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper bounds, each inclusive, of every histogram Shotover exports; one more bucket takes what is longer.
pub const BUCKETS: [Duration; 21] = [
    Duration::from_micros(10),
    Duration::from_micros(25),
    Duration::from_micros(50),
    Duration::from_micros(100),
    Duration::from_micros(250),
    Duration::from_micros(500),
    Duration::from_millis(1),
    Duration::from_micros(2_500),
    Duration::from_millis(5),
    Duration::from_millis(10),
    Duration::from_millis(25),
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_millis(2_500),
    Duration::from_secs(5),
    Duration::from_secs(10),
    Duration::from_secs(30),
    Duration::from_secs(60),
];

/// [`BUCKETS`] in nanoseconds, which are compared with one instruction.
#[expect(
    clippy::indexing_slicing,
    reason = "the index is below the length of both, and the compiler runs this"
)]
const BOUNDS: [u64; BUCKETS.len()] = {
    let mut bounds = [0; BUCKETS.len()];
    let mut bucket = 0;
    while bucket < BUCKETS.len() {
        let bound = BUCKETS[bucket];
        bounds[bucket] = bound.as_secs() * 1_000_000_000 + bound.subsec_nanos() as u64;
        bucket += 1;
    }
    bounds
};

/// [`BUCKETS`] and the one above them.
const COUNTERS: usize = BUCKETS.len() + 1;

/// Nanoseconds that sums are counted in. 10,000 clients that wait add 10,000 s each second: counted in single nanoseconds,
/// that would begin anew after three weeks.
const TICK: u64 = 16;

const TICKS_PER_SECOND: u64 = 1_000_000_000 / TICK;

/// Durations by bucket, and their sum.
#[derive(Debug, Default)]
pub(crate) struct Histogram {
    counts: [AtomicU64; COUNTERS],
    sum_ticks: AtomicU64,
}

impl Histogram {
    pub(crate) fn observe(&self, duration: Duration) {
        self.observe_times(duration, 1);
    }

    /// The same duration, so many times.
    pub(crate) fn observe_times(&self, duration: Duration, times: u64) {
        let nanoseconds = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        let bucket = BOUNDS.partition_point(|upper| *upper < nanoseconds);
        if let Some(count) = self.counts.get(bucket) {
            count.fetch_add(times, Ordering::Relaxed);
        }
        let ticks = nanoseconds.saturating_add(TICK / 2) / TICK;
        self.sum_ticks
            .fetch_add(ticks.saturating_mul(times), Ordering::Relaxed);
    }

    /// How many durations were observed. Not stored beside the buckets, so it cannot disagree with them.
    pub(crate) fn count(&self) -> u64 {
        self.counts
            .iter()
            .map(|count| count.load(Ordering::Relaxed))
            .sum()
    }
}

/// The sum of several histograms, as a scrape reads them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct HistogramTotal {
    counts: [u64; COUNTERS],
    sum: Duration,
}

impl HistogramTotal {
    pub(crate) fn add(&mut self, histogram: &Histogram) {
        for (total, count) in self.counts.iter_mut().zip(&histogram.counts) {
            *total += count.load(Ordering::Relaxed);
        }
        let ticks = histogram.sum_ticks.load(Ordering::Relaxed);
        let seconds = Duration::from_secs(ticks / TICKS_PER_SECOND);
        let rest = Duration::from_nanos(ticks % TICKS_PER_SECOND * TICK);
        self.sum = self.sum.saturating_add(seconds + rest);
    }

    pub(crate) fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    pub(crate) fn sum_seconds(&self) -> f64 {
        self.sum.as_secs_f64()
    }

    /// Upper bound in seconds and count of each bucket, not cumulative.
    pub(crate) fn buckets(&self) -> Vec<(f64, u64)> {
        let bounds = BUCKETS
            .iter()
            .map(Duration::as_secs_f64)
            .chain([f64::INFINITY]);
        bounds.zip(self.counts).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The upper bound of the bucket that `duration` is counted in.
    #[track_caller]
    fn check(duration: Duration, expected_seconds: f64) {
        let histogram = Histogram::default();
        histogram.observe(duration);
        let mut total = HistogramTotal::default();
        total.add(&histogram);
        let hit: Vec<f64> = total
            .buckets()
            .iter()
            .filter(|(_, count)| *count == 1)
            .map(|(upper, _)| *upper)
            .collect();
        assert_eq!(hit, [expected_seconds]);
    }

    #[test]
    fn a_bound_belongs_to_its_own_bucket() {
        check(Duration::ZERO, 0.000_01);
        check(Duration::from_micros(10), 0.000_01);
        check(Duration::from_nanos(10_001), 0.000_025);
        check(Duration::from_millis(1), 0.001);
        check(Duration::from_secs(60), 60.0);
        check(Duration::from_nanos(60_000_000_001), f64::INFINITY);
        check(Duration::MAX, f64::INFINITY);
    }

    #[test]
    fn several_of_one_length_count_as_several() {
        let histogram = Histogram::default();
        histogram.observe_times(Duration::from_millis(3), 50);
        let mut total = HistogramTotal::default();
        total.add(&histogram);
        assert_eq!((total.count(), total.sum_seconds()), (50, 0.15));
    }

    #[test]
    fn the_sum_of_a_year_of_many_clients_that_wait_is_told() {
        let histogram = Histogram::default();
        let mut total = HistogramTotal::default();
        for _ in 0..2 {
            histogram.observe_times(Duration::from_millis(500), 31_536_000 * 1_250);
        }
        total.add(&histogram);
        assert_eq!(total.sum_seconds(), 31_536_000.0 * 1_250.0);
    }

    #[test]
    fn bounds_rise() {
        assert!(BUCKETS.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn histograms_of_several_shards_add_up() {
        let (a, b) = (Histogram::default(), Histogram::default());
        a.observe(Duration::from_millis(3));
        b.observe(Duration::from_millis(4));
        b.observe(Duration::from_secs(100));
        let mut total = HistogramTotal::default();
        total.add(&a);
        total.add(&b);
        assert_eq!(total.count(), 3);
        assert_eq!(a.count() + b.count(), 3);
        assert_eq!(total.sum_seconds(), 100.007);
    }
}
