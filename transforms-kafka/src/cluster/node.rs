//! Which broker is this, and does it answer?

use super::turn::Turn;
use atomic_enum::atomic_enum;
use kafka_protocol::messages::BrokerId;
use shotover::topology::Address;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// How often one of all connections tries a broker that is down. The others do without it.
pub(crate) const RETRY_DOWN_AFTER: Duration = Duration::from_millis(500);

/// How long after it should have been tried again a broker that is down is believed to be: nobody may have needed it.
const BELIEVED_DOWN_FOR: Duration = Duration::from_secs(4);

/// Between two lines of the log about what a broker says: it may say the same to all clients.
const SAID_AGAIN: Duration = Duration::from_secs(10);

/// Whether a broker answered when it was last tried.
#[atomic_enum]
#[derive(PartialEq, Eq)]
pub(crate) enum NodeState {
    Up,
    Down,
}

/// A broker of the cluster.
#[derive(Clone, Debug)]
pub(crate) struct KafkaNode {
    pub(crate) broker_id: BrokerId,
    pub(crate) address: Address,
    pub(crate) rack: Option<Arc<str>>,
    pub(crate) health: Arc<Health>,
}

/// What the connections of all clients know about whether a broker answers.
#[derive(Debug)]
pub(crate) struct Health {
    state: AtomicNodeState,
    /// Whether it is down because nobody can connect to it. One that says nothing may only be waiting for others.
    is_unreachable: AtomicBool,
    /// When the next connection may try a broker that is down.
    retry: Turn,
    /// When the log may be told again of what it says.
    complaint: Turn,
}

impl Default for Health {
    /// A broker is up until it is found down.
    fn default() -> Self {
        Self {
            state: AtomicNodeState::new(NodeState::Up),
            is_unreachable: AtomicBool::new(false),
            retry: Turn::after(Duration::ZERO),
            complaint: Turn::after(Duration::ZERO),
        }
    }
}

impl Health {
    pub(crate) fn state(&self) -> NodeState {
        self.state.load(Ordering::Relaxed)
    }

    /// The broker answered. Returns whether that is news.
    pub(crate) fn up(&self) -> bool {
        // As nearly always: nothing that all connections share is written then.
        if self.state() == NodeState::Up {
            return false;
        }
        self.is_unreachable.store(false, Ordering::Relaxed);
        self.state.swap(NodeState::Up, Ordering::Relaxed) == NodeState::Down
    }

    /// The broker could not be reached, or said nothing. Returns whether that is news.
    pub(crate) fn down(&self, now: Instant) -> bool {
        self.retry.set(now + RETRY_DOWN_AFTER);
        self.state.swap(NodeState::Down, Ordering::Relaxed) == NodeState::Up
    }

    /// The same as [`may_try`](Self::may_try), at no cost for a broker that is up.
    pub(crate) fn may_try_now(&self) -> bool {
        self.state() == NodeState::Up || self.may_try(Instant::now())
    }

    /// Whether the caller may ask this broker. Of a broker that is down only one caller at a time is told so.
    pub(crate) fn may_try(&self, now: Instant) -> bool {
        self.state() == NodeState::Up || self.retry.take(now, now + RETRY_DOWN_AFTER)
    }

    /// The same of a broker that nobody can connect to.
    pub(crate) fn unreachable(&self, now: Instant) -> bool {
        self.is_unreachable.store(true, Ordering::Relaxed);
        self.down(now)
    }

    /// Whether the log is told of what the broker says.
    pub(crate) fn may_complain(&self, now: Instant) -> bool {
        self.complaint.take(now, now + SAID_AGAIN)
    }

    /// Whether nobody could connect to the broker, and that not so long ago that it may well be up again.
    pub(crate) fn is_believed_unreachable(&self, now: Instant) -> bool {
        let is_unreachable =
            self.state() == NodeState::Down && self.is_unreachable.load(Ordering::Relaxed);
        let Some(then) = now.checked_sub(BELIEVED_DOWN_FOR) else {
            return is_unreachable;
        };
        is_unreachable && self.retry.is_after(then)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn one_caller_at_a_time_tries_a_broker_that_is_down() {
        let health = Health::default();
        let now = Instant::now();
        assert!(health.may_try(now));
        assert!(health.down(now));
        assert!(!health.down(now));
        assert!(!health.may_try(now));
        let later = now + RETRY_DOWN_AFTER;
        assert!(health.may_try(later));
        assert!(!health.may_try(later));
        assert!(health.may_try(later + RETRY_DOWN_AFTER));
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_broker_says_to_all_clients_is_logged_once_in_ten_seconds() {
        let health = Health::default();
        let start = Instant::now();
        let said = (0..=20).filter(|second| {
            let now = start + Duration::from_secs(*second);
            [0, 1].map(|_| health.may_complain(now)) == [true, false]
        });
        assert!(said.eq([0, 10, 20]));
    }

    #[tokio::test(start_paused = true)]
    async fn a_broker_that_answered_is_tried_by_all() {
        let health = Health::default();
        let now = Instant::now();
        health.down(now);
        assert!(health.up() && !health.up());
        assert!(health.may_try(now) && health.may_try(now));
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_found_down_long_ago_may_be_up_again() {
        let health = Health::default();
        let now = Instant::now();
        assert!(!health.is_believed_unreachable(now));
        health.down(now);
        assert!(!health.is_believed_unreachable(now));
        health.unreachable(now);
        assert!(health.is_believed_unreachable(now));
        let last = now + RETRY_DOWN_AFTER + BELIEVED_DOWN_FOR;
        assert!(health.is_believed_unreachable(last - Duration::from_millis(1)));
        assert!(!health.is_believed_unreachable(last));
        // Somebody tries it.
        assert!(health.may_try(last));
        assert!(health.is_believed_unreachable(last));
        health.up();
        assert!(!health.is_believed_unreachable(last));
    }
}
