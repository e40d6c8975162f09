//! How much of an open answer is read at a time, for a client that may not read it?

use crate::budget::Budget;
use crate::message::MessageId;
use std::time::Duration;
use tokio::time::Instant;

/// What is read at a time for a client of which nothing is known, or that is slow. As it is shorter than what a writer
/// leaves in the buffer that it was read into, no more is held for a client that reads nothing.
const LEAST: usize = 31 * 1024;

/// What is read at a time for a client that took the answers before: few large writes are cheap.
const MOST: usize = 1024 * 1024;

/// How much more is read at a time of each further answer: a client that asks again has read the one before, as a rule.
/// That its socket takes something says nothing: that may be half a MiB which nobody reads.
const MORE: usize = 4;

/// A client is slow that takes longer for what was read at a time.
const SLOW: Duration = Duration::from_millis(100);

/// The answer whose beginning has left, or the last one.
#[derive(Debug)]
pub(super) struct Rest {
    id: MessageId,
    missing: usize,
    at_a_time: usize,
    /// When the last piece came, which the client may not have taken.
    came: Option<Instant>,
}

impl Rest {
    /// For the first open answer of a client.
    pub(super) fn of(id: MessageId, missing: usize) -> Self {
        Self {
            id,
            missing,
            at_a_time: LEAST,
            came: None,
        }
    }

    /// Goes on with another answer to the same client.
    pub(super) fn begin(&mut self, id: MessageId, missing: usize) {
        self.id = id;
        self.missing = missing;
        self.came = None;
        self.at_a_time = (MORE * self.at_a_time).min(MOST);
    }

    /// Whether an answer is open.
    pub(super) fn is_open(&self) -> bool {
        self.missing > 0
    }

    /// The answer that is open, and how much of it is to be read at a time. The client has taken what came before.
    pub(super) fn next(&mut self) -> Option<(MessageId, usize)> {
        if !self.is_open() {
            return None;
        }
        if self.came.take().is_some_and(|came| came.elapsed() > SLOW) {
            self.at_a_time = (self.at_a_time / 2).max(LEAST);
        }
        let at_a_time = match Budget::of_process().has_room() {
            true => self.at_a_time,
            false => LEAST,
        };
        Some((self.id, at_a_time))
    }

    /// So many bytes came. Returns whether they were the last.
    pub(super) fn came(&mut self, bytes: usize) -> bool {
        self.missing = self.missing.saturating_sub(bytes);
        self.came = Some(Instant::now());
        self.missing == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u64) -> MessageId {
        MessageId::from_client(number)
    }

    fn at_a_time(rest: &mut Rest) -> usize {
        rest.next().unwrap().1
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_asks_again_gets_more_at_a_time() {
        let mut rest = Rest::of(id(1), MOST);
        for (number, expected) in (2..).zip([31, 124, 496, 1024, 1024]) {
            assert_eq!(at_a_time(&mut rest), expected * 1024);
            assert!(!rest.came(LEAST));
            assert_eq!(at_a_time(&mut rest), expected * 1024);
            assert!(rest.came(MOST - LEAST));
            assert!(!rest.is_open() && rest.next().is_none());
            rest.begin(id(number), MOST);
        }
        assert_eq!(rest.next(), Some((id(6), MOST)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_is_slow_gets_less_at_a_time() {
        let mut rest = Rest::of(id(1), MOST);
        (2..6).for_each(|number| rest.begin(id(number), 100 * MOST));
        for expected in [1024, 512, 256, 128, 64, 32, 31, 31] {
            assert_eq!(at_a_time(&mut rest), expected * 1024);
            rest.came(LEAST);
            tokio::time::advance(SLOW).await;
            assert_eq!(at_a_time(&mut rest), expected * 1024);
            rest.came(LEAST);
            tokio::time::advance(2 * SLOW).await;
        }
    }
}
