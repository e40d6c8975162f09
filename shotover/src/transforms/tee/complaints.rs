//! How often is it said that a sub-chain has failed?

use super::sub_chain::Failure;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;
use tracing::warn;

/// Between two lines about one place in the topology: when a cluster goes down, all connections lose it.
pub(super) const INTERVAL: Duration = Duration::from_secs(10);

/// The lines about one place in the topology.
#[derive(Debug, Default)]
pub(super) struct Complaints(Mutex<Told>);

#[derive(Debug, Default)]
struct Told {
    last: Option<Instant>,
    /// Failures since then.
    left_out: u64,
}

impl Complaints {
    /// Says that the copies of the current connection have ended, unless that was said of another one just now.
    pub(super) fn ended(&self, name: &str, failure: &Failure) {
        let Some(left_out) = self.turn(Instant::now()) else {
            return;
        };
        warn!(
            name,
            error = %failure,
            left_out,
            "no more requests of a connection are copied: the sub-chain failed"
        );
    }

    /// How many lines were left out before this one, unless it is left out as well.
    fn turn(&self, now: Instant) -> Option<u64> {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if told.last.is_some_and(|last| now < last + INTERVAL) {
            told.left_out = told.left_out.saturating_add(1);
            return None;
        }
        told.last = Some(now);
        Some(std::mem::take(&mut told.left_out))
    }
}
