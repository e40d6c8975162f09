//! When is a client given up, and for what?

use super::limits::{
    ConnectionLimits, SLOWEST_FIRST_FRAME_BYTES_PER_SECOND, SLOWEST_FRAME_BYTES_PER_SECOND,
};
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;
use tokio::time::Instant;

/// Why a client was given up.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub(crate) enum TimedOut {
    /// It connected and did not say what it wants.
    #[error("the client sent no complete request after connecting")]
    NoFirstRequest,
    /// It began a request and does not go on.
    #[error("the client sends a request too slowly")]
    SlowFrame,
    /// It wants nothing.
    #[error("the connection was idle")]
    Idle,
    /// It does not read the answers to its requests.
    #[error("the client does not read its answers")]
    NotReading,
}

/// What a connection is waiting for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waiting {
    /// Whether bytes of the client are read at all: while they are not, being slow is not its fault.
    pub(super) reading: bool,
    /// Bytes that arrived of a request that is not complete.
    pub(super) of_a_frame: usize,
    /// Whether requests are on their way.
    pub(super) in_flight: bool,
    /// Whether answers wait to be written.
    pub(super) answers_queued: bool,
}

/// The times from which the deadlines of one connection count.
#[derive(Debug)]
pub(super) struct Deadlines {
    limits: Arc<ConnectionLimits>,
    /// Whether no request was complete yet.
    before_first_request: bool,
    /// When the request that is not complete began to be read; of the first one, when the connection was accepted.
    frame_began: Instant,
    /// When something last moved.
    moved: Instant,
}

impl Deadlines {
    pub(super) fn new(limits: Arc<ConnectionLimits>, now: Instant) -> Self {
        Self {
            limits,
            before_first_request: true,
            frame_began: now,
            moved: now,
        }
    }

    /// Bytes were read, or an answer came or more of one, or some of what had to wait was written.
    pub(super) fn moved(&mut self, now: Instant) {
        self.moved = now;
    }

    /// What is in the buffer now began to arrive now, as far as it is held against the client. The first request began
    /// when the connection was accepted, whatever arrives.
    pub(super) fn frame_boundary(&mut self, now: Instant) {
        if !self.before_first_request {
            self.frame_began = now;
        }
    }

    /// A request was complete.
    pub(super) fn request(&mut self) {
        self.before_first_request = false;
    }

    /// When the client is given up unless something changes, and for what.
    pub(super) fn next(&self, waiting: Waiting) -> Option<(Instant, TimedOut)> {
        let idle = self.moved + self.limits.idle;
        let not_reading = waiting
            .answers_queued
            .then_some((idle, TimedOut::NotReading));
        let sending = waiting.reading.then(|| self.next_of_sending(waiting, idle));
        // What the client does not read gives it no time to send, nor the other way round.
        let deadlines = not_reading.into_iter().chain(sending.flatten());
        deadlines.min_by_key(|(deadline, _)| *deadline)
    }

    /// The same of a client that is read from, which is `idle` from then on.
    fn next_of_sending(&self, waiting: Waiting, idle: Instant) -> Option<(Instant, TimedOut)> {
        if self.before_first_request {
            let earned = earned(waiting, SLOWEST_FIRST_FRAME_BYTES_PER_SECOND);
            let slow = self.frame_began + self.limits.first_request + earned;
            return Some((slow.min(idle), TimedOut::NoFirstRequest));
        }
        if waiting.of_a_frame > 0 {
            let earned = earned(waiting, SLOWEST_FRAME_BYTES_PER_SECOND);
            let slow = self.frame_began + self.limits.frame_grace + earned;
            return Some((slow.min(idle), TimedOut::SlowFrame));
        }
        (!waiting.in_flight).then_some((idle, TimedOut::Idle))
    }
}

/// The time in which what arrived would have arrived at the slowest speed there may be.
fn earned(waiting: Waiting, bytes_per_second: u64) -> Duration {
    let bytes = u64::try_from(waiting.of_a_frame).unwrap_or(u64::MAX);
    Duration::from_secs(bytes / bytes_per_second)
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUIET: Waiting = Waiting {
        reading: true,
        of_a_frame: 0,
        in_flight: false,
        answers_queued: false,
    };

    #[track_caller]
    fn check(asked: bool, waiting: Waiting, seconds: u64, expected: TimedOut) {
        let start = Instant::now();
        let mut deadlines = Deadlines::new(Arc::default(), start);
        if asked {
            deadlines.request();
        }
        assert_eq!(
            deadlines.next(waiting),
            Some((start + Duration::from_secs(seconds), expected))
        );
    }

    #[test]
    fn a_silent_client_has_ten_seconds() {
        check(false, QUIET, 10, TimedOut::NoFirstRequest);
    }

    #[test]
    fn answers_that_are_not_read_give_no_time_to_send() {
        let both = Waiting {
            of_a_frame: 1,
            answers_queued: true,
            ..QUIET
        };
        check(true, both, 10, TimedOut::SlowFrame);
        check(
            true,
            Waiting {
                reading: false,
                ..both
            },
            600,
            TimedOut::NotReading,
        );
    }

    #[test]
    fn what_arrives_of_the_first_request_gains_no_time() {
        let start = Instant::now();
        let mut deadlines = Deadlines::new(Arc::default(), start);
        deadlines.frame_boundary(start + Duration::from_secs(9));
        let until = |seconds| start + Duration::from_secs(seconds);
        let slow = Some((until(10), TimedOut::NoFirstRequest));
        assert_eq!(deadlines.next(QUIET), slow);
    }

    #[track_caller]
    fn check_frame(asked: bool, of_a_frame: usize, seconds: u64, expected: TimedOut) {
        let waiting = Waiting {
            of_a_frame,
            ..QUIET
        };
        check(asked, waiting, seconds, expected);
    }

    #[test]
    fn a_long_first_request_earns_a_second_per_64_kibibytes() {
        let cause = TimedOut::NoFirstRequest;
        check_frame(false, 64 * 1024 - 1, 10, cause);
        check_frame(false, 5 * 64 * 1024, 15, cause);
    }

    #[test]
    fn a_frame_of_which_nothing_more_comes_is_idle_however_much_came() {
        let most = 100 * 1024 * 1024;
        check_frame(false, most, 600, TimedOut::NoFirstRequest);
        check_frame(true, most, 600, TimedOut::SlowFrame);
    }

    #[test]
    fn a_slow_request_earns_a_second_per_kibibyte() {
        check_frame(true, 1, 10, TimedOut::SlowFrame);
        check_frame(true, 5 * 1024, 15, TimedOut::SlowFrame);
    }

    #[test]
    fn a_client_that_wants_nothing_has_ten_minutes() {
        check(true, QUIET, 600, TimedOut::Idle);
    }

    #[test]
    fn a_client_that_does_not_read_has_as_long() {
        check(
            true,
            Waiting {
                answers_queued: true,
                in_flight: true,
                ..QUIET
            },
            600,
            TimedOut::NotReading,
        );
    }

    #[test]
    fn waiting_for_an_answer_is_not_idle() {
        let mut deadlines = Deadlines::new(Arc::default(), Instant::now());
        deadlines.request();
        assert_eq!(
            deadlines.next(Waiting {
                in_flight: true,
                ..QUIET
            }),
            None
        );
    }

    #[test]
    fn a_client_that_is_not_read_from_is_not_slow() {
        let deadlines = Deadlines::new(Arc::default(), Instant::now());
        assert_eq!(
            deadlines.next(Waiting {
                reading: false,
                of_a_frame: 7,
                ..QUIET
            }),
            None
        );
    }
}
