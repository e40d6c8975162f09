//! When is a client given up, and for what?

use super::limits::{
    ConnectionLimits, LEFT, SLOW_BYTES_OF_A_FRAME, SLOWEST_FIRST_FRAME_BYTES_PER_SECOND,
    SLOWEST_FRAME_BYTES_PER_SECOND, SLOWEST_LONG_FRAME_BYTES_PER_SECOND,
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
    /// It broke the protocol, and what it asked before has no answer yet.
    #[error("the client broke the protocol, and what it asked before is not answered")]
    Refused,
    /// It closed its side, and what it asked has no answer yet.
    #[error("the client sends nothing more, and its last requests are not answered")]
    HasLeft,
}

/// What a connection is waiting for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waiting {
    /// Whether bytes of the client are read at all: while they are not, being slow is not its fault.
    pub(super) reading: bool,
    /// Whether it has closed its side.
    pub(super) has_left: bool,
    /// Whether it has broken the protocol: it is not read from, so nobody knows whether it is still there.
    pub(super) is_refused: bool,
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
    /// When the request that is not complete began to be read; of the first one, when the connection was accepted. When
    /// nothing more is read, since when all is answered.
    frame_began: Instant,
    /// When something last moved.
    moved: Instant,
    /// When the client last took some of what waited for it, or nothing had waited.
    taken: Instant,
    /// Whether all that is left to do is to send what no answer tells of.
    is_finished: bool,
}

impl Deadlines {
    pub(super) fn new(limits: Arc<ConnectionLimits>, now: Instant) -> Self {
        Self {
            limits,
            before_first_request: true,
            frame_began: now,
            moved: now,
            taken: now,
            is_finished: false,
        }
    }

    /// Bytes were read.
    pub(super) fn moved(&mut self, now: Instant) {
        self.moved = now;
    }

    /// An answer was queued, or more of one: whether it is the first that waits.
    pub(super) fn queued(&mut self, now: Instant, is_first: bool) {
        self.moved = now;
        if is_first {
            self.taken = now;
        }
    }

    /// Some of what had to wait was written.
    pub(super) fn taken(&mut self, now: Instant) {
        self.moved = now;
        self.taken = now;
    }

    /// The client is told all that it can be told. Returns since when.
    pub(super) fn finished(&mut self) -> Instant {
        if !self.is_finished {
            self.is_finished = true;
            self.frame_began = Instant::now();
        }
        self.frame_began
    }

    /// What is in the buffer now began to arrive now, as far as it is held against the client. The first request began
    /// when the connection was accepted, whatever arrives.
    pub(super) fn frame_boundary(&mut self, now: Instant) {
        if !self.before_first_request && !self.is_finished {
            self.frame_began = now;
        }
    }

    /// A request was complete.
    pub(super) fn request(&mut self) {
        self.before_first_request = false;
    }

    /// When the client is given up unless something changes, and for what.
    pub(super) fn next(&self, waiting: Waiting) -> Option<(Instant, TimedOut)> {
        let sending = match waiting.reading {
            true => self.next_of_sending(waiting),
            false => None,
        };
        // Mostly nothing waits.
        if !waiting.answers_queued && !waiting.has_left && !waiting.is_refused {
            return sending;
        }
        let unread = self.taken + self.limits.idle;
        let not_reading = waiting
            .answers_queued
            .then_some((unread, TimedOut::NotReading));
        let unanswered = match (waiting.has_left, waiting.is_refused) {
            (true, _) => Some((self.moved + LEFT, TimedOut::HasLeft)),
            (false, true) => Some((self.moved + self.limits.idle, TimedOut::Refused)),
            (false, false) => None,
        };
        let unanswered = unanswered.filter(|_| waiting.in_flight);
        // What the client does not read gives it no time to send, nor the other way round.
        let deadlines = [not_reading, sending, unanswered].into_iter().flatten();
        deadlines.min_by_key(|(deadline, _)| *deadline)
    }

    /// The same of a client that is read from, which is `idle` from then on.
    fn next_of_sending(&self, waiting: Waiting) -> Option<(Instant, TimedOut)> {
        let idle = self.moved + self.limits.idle;
        if self.before_first_request {
            let earned = bytes(waiting) / SLOWEST_FIRST_FRAME_BYTES_PER_SECOND;
            let slow = self.frame_began + self.limits.first_request + Duration::from_secs(earned);
            return Some((slow.min(idle), TimedOut::NoFirstRequest));
        }
        if waiting.of_a_frame > 0 {
            let slow_bytes = bytes(waiting).min(SLOW_BYTES_OF_A_FRAME);
            let earned = slow_bytes / SLOWEST_FRAME_BYTES_PER_SECOND
                + (bytes(waiting) - slow_bytes) / SLOWEST_LONG_FRAME_BYTES_PER_SECOND;
            let slow = self.frame_began + self.limits.frame_grace + Duration::from_secs(earned);
            return Some((slow.min(idle), TimedOut::SlowFrame));
        }
        (!waiting.in_flight).then_some((idle, TimedOut::Idle))
    }
}

fn bytes(waiting: Waiting) -> u64 {
    u64::try_from(waiting.of_a_frame).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::advance;

    const QUIET: Waiting = Waiting {
        reading: true,
        has_left: false,
        is_refused: false,
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
        check_frame(true, 64 * 1024, 74, TimedOut::SlowFrame);
    }

    #[test]
    fn what_is_beyond_64_kibibytes_of_it_earns_a_second_per_32_kibibytes() {
        check_frame(true, 128 * 1024, 76, TimedOut::SlowFrame);
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

    #[test]
    fn what_a_client_sends_and_what_more_is_queued_give_it_no_time_to_read() {
        let start = Instant::now();
        let until = |seconds| start + Duration::from_secs(seconds);
        let mut deadlines = Deadlines::new(Arc::default(), start);
        let queued = Waiting {
            reading: false,
            answers_queued: true,
            ..QUIET
        };
        deadlines.queued(until(100), true);
        deadlines.moved(until(200));
        deadlines.queued(until(300), false);
        let unread = |seconds| Some((until(seconds), TimedOut::NotReading));
        assert_eq!(deadlines.next(queued), unread(700));
        deadlines.taken(until(400));
        assert_eq!(deadlines.next(queued), unread(1_000));
    }

    #[tokio::test(start_paused = true)]
    async fn what_moves_afterwards_does_not_change_since_when_all_is_answered() {
        let mut deadlines = Deadlines::new(Arc::default(), Instant::now());
        deadlines.request();
        let finished = deadlines.finished();
        advance(Duration::from_secs(1)).await;
        deadlines.queued(Instant::now(), true);
        deadlines.frame_boundary(Instant::now());
        assert_eq!(deadlines.finished(), finished);
    }

    #[test]
    fn a_client_that_broke_the_protocol_is_answered_for_ten_minutes() {
        let refused = Waiting {
            reading: false,
            is_refused: true,
            in_flight: true,
            ..QUIET
        };
        check(true, refused, 600, TimedOut::Refused);
    }

    #[test]
    fn a_client_that_has_left_is_answered_for_a_minute() {
        let has_left = Waiting {
            reading: false,
            has_left: true,
            in_flight: true,
            ..QUIET
        };
        check(true, has_left, 60, TimedOut::HasLeft);
    }
}
