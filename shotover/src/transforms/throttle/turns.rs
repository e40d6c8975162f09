//! Who is next, of all connections that share a rate?

use super::rate::{Rate, Taken};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// The turns that all connections of one place in the topology take from. A single number, so no connection waits for
/// another to look at it.
#[derive(Debug)]
pub(super) struct Turns {
    rate: Rate,
    began: Instant,
    /// When the first turn that nobody has begins, in nanoseconds since `began`.
    next: AtomicU64,
}

impl Turns {
    pub(super) fn new(rate: Rate) -> Self {
        Self {
            rate,
            began: Instant::now(),
            next: AtomicU64::new(0),
        }
    }

    /// Takes the next turn and says when its request may pass.
    pub(super) fn take(&self, now: Instant) -> Instant {
        let now = now.saturating_duration_since(self.began).as_nanos();
        let now = u64::try_from(now).unwrap_or(u64::MAX);
        let mut taken = self.rate.take(self.next.load(Ordering::Relaxed), now);
        self.update(|next| {
            taken = self.rate.take(next, now);
            taken.next_turn
        });
        let Taken { passes_at, .. } = taken;
        self.began + Duration::from_nanos(passes_at)
    }

    /// Gives back a turn that was taken and not used.
    pub(super) fn give_back(&self) {
        self.update(|next| self.rate.give_back(next));
    }

    fn update(&self, mut change: impl FnMut(u64) -> u64) {
        let mut seen = self.next.load(Ordering::Relaxed);
        while let Err(other) = self.next.compare_exchange_weak(
            seen,
            change(seen),
            Ordering::Relaxed,
            Ordering::Relaxed,
        ) {
            seen = other;
        }
    }
}
