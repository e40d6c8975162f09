//! When may the next request pass?
//!
//! Every request takes a turn of the same length, and turns follow one another. A request may pass before its turn as
//! long as it is not further ahead than a burst is long: that is a bucket of tokens, told as a single point in time.

use std::num::NonZeroU32;

/// The part of a second whose requests may pass at once after a pause.
const BURSTS_PER_SECOND: u32 = 10;

/// How long a turn is and how far requests may be ahead of theirs, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rate {
    turn: u64,
    ahead: u64,
}

/// What was found for a request, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Taken {
    /// When it may pass.
    pub(super) passes_at: u64,
    /// When the turn after its own begins.
    pub(super) next_turn: u64,
}

impl Rate {
    pub(super) fn per_second(requests: NonZeroU32) -> Self {
        let turn = 1_000_000_000 / u64::from(requests.get());
        let burst = u64::from(requests.get().div_ceil(BURSTS_PER_SECOND));
        Self {
            turn,
            ahead: turn * (burst - 1),
        }
    }

    /// Takes the turn that begins at `next_turn`, or now if that is over.
    pub(super) fn take(self, next_turn: u64, now: u64) -> Taken {
        let begins = next_turn.max(now);
        Taken {
            passes_at: begins.saturating_sub(self.ahead).max(now),
            next_turn: begins.saturating_add(self.turn),
        }
    }

    /// Where the next turn begins once one that was taken is given back.
    pub(super) fn give_back(self, next_turn: u64) -> u64 {
        next_turn.saturating_sub(self.turn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLISECOND: u64 = 1_000_000;

    /// Requests come at these milliseconds; each passes at the one beside it.
    #[track_caller]
    fn check(per_second: u32, requests: &[(u64, u64)]) {
        let rate = Rate::per_second(NonZeroU32::new(per_second).unwrap());
        let mut next_turn = 0;
        let passed: Vec<_> = requests
            .iter()
            .map(|(comes, _)| {
                let taken = rate.take(next_turn, comes * MILLISECOND);
                next_turn = taken.next_turn;
                (*comes, taken.passes_at / MILLISECOND)
            })
            .collect();
        assert_eq!(passed, requests);
    }

    #[test]
    fn one_per_second_means_one_each_second() {
        check(1, &[(0, 0), (0, 1000), (0, 2000), (2500, 3000)]);
        check(1, &[(0, 0), (5000, 5000), (5000, 6000)]);
    }

    #[test]
    fn a_tenth_of_a_second_may_pass_at_once_after_a_pause() {
        check(20, &[(0, 0), (0, 0), (0, 50), (0, 100), (0, 150)]);
        check(
            20,
            &[(0, 0), (0, 0), (1000, 1000), (1000, 1000), (1000, 1050)],
        );
        check(20, &[(0, 0), (0, 0), (60, 60), (60, 100)]);
    }

    #[test]
    fn a_steady_client_below_the_rate_never_waits() {
        let requests: Vec<_> = (0..1000).map(|number| (number * 11, number * 11)).collect();
        check(100, &requests);
    }

    #[test]
    fn a_greedy_client_gets_the_rate_and_one_burst() {
        for per_second in [1, 3, 10, 999, 7_000, 1_000_000] {
            let rate = Rate::per_second(NonZeroU32::new(per_second).unwrap());
            let (mut next_turn, mut passed) = (0, 0);
            while passed < 10 * per_second {
                let taken = rate.take(next_turn, 0);
                if taken.passes_at >= 1_000 * MILLISECOND {
                    break;
                }
                next_turn = taken.next_turn;
                passed += 1;
            }
            let burst = per_second.div_ceil(10) - 1;
            let most = per_second + burst;
            // A turn is cut to whole nanoseconds.
            assert!(
                (most..=most + per_second / 1000 + 1).contains(&passed),
                "{passed} of {per_second}"
            );
        }
    }

    #[test]
    fn a_turn_given_back_is_there_for_the_next() {
        let rate = Rate::per_second(NonZeroU32::MIN);
        let first = rate.take(0, 0);
        let second = rate.take(first.next_turn, 0);
        assert_eq!(rate.give_back(second.next_turn), first.next_turn);
        assert_eq!(rate.give_back(0), 0);
    }
}
