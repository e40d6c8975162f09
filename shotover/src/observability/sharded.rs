//! How do threads count without taking each other's cache lines?
//!
//! Every thread writes to a shard of its own; a scrape adds the shards up.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Shards per value. With more threads than this, some share a shard: the sums stay right, only the cache lines are shared.
pub(crate) const SHARDS: usize = 32;

thread_local! {
    static SHARD: usize = {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        NEXT.fetch_add(1, Ordering::Relaxed) % SHARDS
    };
}

/// One `T` per thread, made when that thread first asks for it.
#[derive(Debug)]
pub(crate) struct Sharded<T> {
    shards: [OnceLock<Box<Aligned<T>>>; SHARDS],
}

/// Two cache lines, because processors fetch them in pairs.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Aligned<T>(T);

impl<T: Default> Sharded<T> {
    /// The shard of the calling thread.
    pub(crate) fn local(&self) -> &T {
        let index = SHARD.with(|shard| *shard);
        #[expect(
            clippy::indexing_slicing,
            reason = "SHARD is a remainder of SHARDS, the length of the array"
        )]
        let shard = &self.shards[index];
        &shard.get_or_init(Box::default).0
    }

    /// The shards that were written to.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.shards
            .iter()
            .filter_map(|shard| shard.get())
            .map(|shard| &shard.0)
    }
}

impl<T> Default for Sharded<T> {
    fn default() -> Self {
        Self {
            shards: [const { OnceLock::new() }; SHARDS],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU64;
    use std::thread;

    #[test]
    fn counts_of_more_threads_than_shards_add_up() {
        let counter = Sharded::<AtomicU64>::default();
        let count = || {
            for _ in 0..1_000 {
                counter.local().fetch_add(1, Ordering::Relaxed);
            }
        };
        thread::scope(|scope| {
            for _ in 0..SHARDS + 8 {
                scope.spawn(count);
            }
        });
        let total: u64 = counter
            .iter()
            .map(|shard| shard.load(Ordering::Relaxed))
            .sum();
        assert_eq!(total, 40_000);
        assert!(counter.iter().count() <= SHARDS);
    }

    #[test]
    fn a_thread_keeps_its_shard() {
        let counter = Sharded::<AtomicU64>::default();
        assert!(std::ptr::eq(counter.local(), counter.local()));
        assert_eq!(counter.iter().count(), 1);
    }
}
