//! Whose turn is it to do what one connection does for all?

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// A time from which on one caller at a time is told that it is its turn.
#[derive(Debug)]
pub(crate) struct Turn {
    began: Instant,
    /// In milliseconds after `began`.
    at: AtomicU64,
}

impl Turn {
    /// The first one is so much later than now.
    pub(crate) fn after(time: Duration) -> Self {
        let turn = Self {
            began: Instant::now(),
            at: AtomicU64::default(),
        };
        turn.set(turn.began + time);
        turn
    }

    /// The next one is at this time.
    pub(crate) fn set(&self, at: Instant) {
        self.at.store(self.clock(at), Ordering::Relaxed);
    }

    /// Whether it is the caller's turn. Then the next one is at `next`.
    pub(crate) fn take(&self, now: Instant, next: Instant) -> bool {
        let at = self.at.load(Ordering::Relaxed);
        at <= self.clock(now)
            && self
                .at
                .compare_exchange(at, self.clock(next), Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
    }

    /// Whether it is later than at this time.
    pub(crate) fn is_after(&self, time: Instant) -> bool {
        self.clock(time) < self.at.load(Ordering::Relaxed)
    }

    fn clock(&self, at: Instant) -> u64 {
        let since = at.saturating_duration_since(self.began);
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }
}
