//! What has been answered so far, and how long did it take?

use crate::peers::Frames;
use anyhow::{Result, ensure};
use std::mem;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Shared by all connections of a load.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    answers: AtomicU64,
    bytes: AtomicU64,
    /// Whether latencies are kept.
    recording: AtomicBool,
    /// In nanoseconds.
    latencies: Mutex<Vec<u64>>,
}

impl Counters {
    /// So many more answers have come, so many bytes in both directions.
    pub(crate) fn add(&self, answers: u64, bytes: u64) {
        self.answers.fetch_add(answers, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(crate) fn answers(&self) -> u64 {
        self.answers.load(Ordering::Relaxed)
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// An answer took this long; kept while [`Counters::record`] says so.
    pub(crate) fn latency(&self, latency: Duration) {
        if self.recording.load(Ordering::Relaxed) {
            let nanoseconds = u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX);
            let mut latencies = self
                .latencies
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            latencies.push(nanoseconds);
        }
    }

    /// Keeps latencies from now on.
    pub(crate) fn start_recording(&self) {
        self.recording.store(true, Ordering::Relaxed);
    }

    /// Keeps no more of them, and returns those it has.
    pub(crate) fn stop_recording(&self) -> Vec<u64> {
        self.recording.store(false, Ordering::Relaxed);
        mem::take(
            &mut *self
                .latencies
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }
}

/// Checks that answers come in the order of their requests, whose correlation ids count up.
#[derive(Debug, Default)]
pub(crate) struct InOrder {
    next: u32,
}

impl InOrder {
    /// The head of an answer: length and correlation id.
    pub(crate) fn check(&mut self, head: &[u8; 8]) -> Result<()> {
        let [.., c0, c1, c2, c3] = *head;
        let correlation = u32::from_be_bytes([c0, c1, c2, c3]);
        ensure!(
            correlation == self.next,
            "an answer to request {correlation}, while one to {} was due",
            self.next
        );
        self.next = self.next.wrapping_add(1);
        Ok(())
    }
}

/// Answers that have come since they were taken last.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    complete: usize,
    order: InOrder,
}

impl Answers {
    pub(super) fn take(&mut self) -> usize {
        mem::take(&mut self.complete)
    }
}

impl Frames<8> for Answers {
    fn begin(&mut self, _: &[u8; 8]) {}

    fn more(&mut self, _: &[u8]) {}

    fn end(&mut self, head: &[u8; 8]) -> Result<()> {
        self.complete += 1;
        self.order.check(head)
    }
}
