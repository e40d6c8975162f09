//! How are things found by numbers that no client chooses?
//!
//! The standard library's hash withstands keys that someone chose to be slow. Ids of brokers and counters need none of
//! that, and are looked up for every request.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A map of things with ids that this proxy or the cluster has given out.
pub(super) type ById<K, V> = HashMap<K, V, BuildHasherDefault<IdHasher>>;

/// An odd number without a pattern (2^64 divided by the golden ratio): multiplied with it, numbers that differ little
/// differ in their upper bits.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// Hashes numbers by multiplication.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        let hash = (self.0.rotate_left(5) ^ number).wrapping_mul(SPREAD);
        // The map takes the place from the lower bits.
        self.0 = hash ^ (hash >> 32);
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(u64::from(number));
    }

    fn write_i32(&mut self, number: i32) {
        self.write_u32(number.cast_unsigned());
    }

    fn write_isize(&mut self, number: isize) {
        self.write_usize(number.cast_unsigned());
    }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(u64::try_from(number).unwrap_or(u64::MAX));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use std::hash::{BuildHasher, Hash};

    fn hash(value: impl Hash) -> u64 {
        BuildHasherDefault::<IdHasher>::default().hash_one(value)
    }

    #[test]
    fn ids_in_a_row_are_spread_over_the_places_of_a_map() {
        for bits in [4, 7, 10] {
            let count = 1_u64 << bits;
            let places: HashSet<u64> = (0..count).map(|id| hash(id) % count).collect();
            // As many as by chance: two thirds.
            assert!(places.len() * 2 > usize::try_from(count).unwrap(), "{bits}");
        }
    }

    #[test]
    fn ids_with_different_kinds_differ() {
        let hashes: HashSet<u64> = (0..100)
            .flat_map(|id: i32| [hash((0_isize, id)), hash((1_isize, id))])
            .collect();
        assert_eq!(hashes.len(), 200);
    }
}
