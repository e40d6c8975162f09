//! How does a test choose at random, and make the same choices again?

use std::env;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use anyhow::{Context, Result};

/// The seed of a run that is to be repeated.
const SEED: &str = "SHOTOVER_TEST_SEED";

/// Choices that follow from a seed (splitmix64).
#[derive(Clone, Debug)]
pub struct Chance {
    state: u64,
}

impl Chance {
    /// Choices that follow from the seed in `SHOTOVER_TEST_SEED`, or from a new one. The seed is shown when the test fails.
    ///
    /// # Errors
    /// When the variable is no number.
    #[expect(
        clippy::print_stderr,
        reason = "the test harness captures it and shows it with the failure"
    )]
    pub fn from_environment() -> Result<Self> {
        let seed = match env::var(SEED) {
            Ok(seed) => seed.parse().with_context(|| format!("{SEED}={seed}"))?,
            Err(_) => RandomState::new().hash_one(()) % 1_000_000,
        };
        eprintln!("to make the same choices again: {SEED}={seed}");
        Ok(Self::of(seed))
    }

    /// Choices that follow from `seed`.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        Self { state: seed }
    }

    /// One of the numbers from 0 to `limit`, which is not among them.
    pub fn below(&mut self, limit: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        for (shift, factor) in [(30, 0xbf58_476d_1ce4_e5b9), (27, 0x94d0_49bb_1331_11eb)] {
            mixed = (mixed ^ (mixed >> shift)).wrapping_mul(factor);
        }
        // What is left of a number below 2^32 fits whatever a `usize` is.
        usize::try_from((mixed >> 33) % u64::try_from(limit.max(1)).unwrap_or(1)).unwrap_or(0)
    }

    /// Something between nothing and `longest`.
    pub fn duration(&mut self, longest: Duration) -> Duration {
        let longest = usize::try_from(longest.as_millis()).unwrap_or(usize::MAX);
        let milliseconds = u64::try_from(self.below(longest)).unwrap_or(0);
        Duration::from_millis(milliseconds)
    }

    /// Puts them in another order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_makes_the_same_choices_again() {
        let choices = |seed| {
            let mut chance = Chance::of(seed);
            let mut items: Vec<usize> = (0..20).collect();
            chance.shuffle(&mut items);
            (items, chance.below(1000))
        };
        assert_eq!(choices(7), choices(7));
        assert_ne!(choices(7), choices(8));
    }

    #[test]
    fn every_choice_is_made() {
        let mut chance = Chance::of(1);
        let mut made = [0; 3];
        for _ in 0..300 {
            made[chance.below(3)] += 1;
        }
        assert!(made.iter().all(|times| *times > 60), "{made:?}");
    }

    #[test]
    fn shuffled_items_are_all_there() {
        let mut items: Vec<usize> = (0..20).collect();
        Chance::of(3).shuffle(&mut items);
        let shuffled = items.clone();
        items.sort_unstable();
        assert_eq!(items, (0..20).collect::<Vec<usize>>());
        assert_ne!(items, shuffled);
    }
}
