//! How long does a listener rest when it cannot accept?

use crate::once_a_minute::OnceAMinute;
use std::io;
use std::time::Duration;
use tokio::time::Instant;

/// The first pause after the machine ran out of something.
const FIRST_PAUSE: Duration = Duration::from_millis(10);

/// The longest pause: a descriptor that became free is used within this time.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// The pauses between attempts to accept while the machine has no descriptor or memory to spare. Without them the
/// listener would spin: the client that cannot be accepted stays in its backlog.
#[derive(Debug, Default)]
pub(super) struct BackOff {
    /// The last one, of an attempt that failed.
    pause: Option<Duration>,
    said: OnceAMinute,
}

/// What to do about an accept that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failed {
    /// This client was gone before it was accepted; the next one may be fine.
    ThisClient,
    /// The machine ran out of something.
    Exhausted {
        /// How long to wait.
        pause: Duration,
        /// Whether the log is told: near the limit every other attempt may work.
        is_said: bool,
    },
}

impl BackOff {
    pub(super) fn accepted(&mut self) {
        self.pause = None;
    }

    pub(super) fn failed(&mut self, error: &io::Error, now: Instant) -> Failed {
        if is_about_one_client(error) {
            return Failed::ThisClient;
        }
        let pause = self
            .pause
            .map_or(FIRST_PAUSE, |pause| (pause * 2).min(LONGEST_PAUSE));
        self.pause = Some(pause);
        let is_said = self.said.is_said(now);
        Failed::Exhausted { pause, is_said }
    }
}

fn is_about_one_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::Interrupted
            | io::ErrorKind::TimedOut
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn no_descriptors() -> io::Error {
        io::Error::from_raw_os_error(24)
    }

    #[test]
    fn pauses_double_up_to_a_second_and_start_again_after_a_success() {
        let mut back_off = BackOff::default();
        let pauses: Vec<_> = (0..9)
            .map(
                |_| match back_off.failed(&no_descriptors(), Instant::now()) {
                    Failed::Exhausted { pause, .. } => pause.as_millis(),
                    Failed::ThisClient => 0,
                },
            )
            .collect();
        assert_eq!(pauses, [10, 20, 40, 80, 160, 320, 640, 1000, 1000]);
        back_off.accepted();
        let again = back_off.failed(&no_descriptors(), Instant::now());
        assert_eq!(
            again,
            Failed::Exhausted {
                pause: FIRST_PAUSE,
                is_said: false
            }
        );
    }

    #[test]
    fn the_log_is_told_once_a_minute_even_if_every_other_attempt_works() {
        let mut back_off = BackOff::default();
        let start = Instant::now();
        let is_said = |second: &u64| {
            back_off.accepted();
            let now = start + Duration::from_secs(*second);
            match back_off.failed(&no_descriptors(), now) {
                Failed::Exhausted { is_said, .. } => is_said,
                Failed::ThisClient => false,
            }
        };
        let said: Vec<u64> = (0..100).filter(is_said).collect();
        assert_eq!(said, [0, 60]);
    }

    #[test]
    fn a_client_that_is_gone_costs_no_pause() {
        let mut back_off = BackOff::default();
        let gone = io::Error::from(io::ErrorKind::ConnectionAborted);
        assert_eq!(back_off.failed(&gone, Instant::now()), Failed::ThisClient);
    }
}
