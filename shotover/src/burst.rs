//! What waits in a queue that is empty most of the time, and long at times?

use std::collections::VecDeque;
use std::ops::{Deref, DerefMut};

/// A queue that costs little while it is empty, and makes room in large steps when it is not: where a few come at once,
/// many do.
///
/// ```
/// # use shotover::burst::Burst;
/// let mut waiting = Burst::default();
/// waiting.push(1);
/// waiting.push(2);
/// assert_eq!(waiting.pop(), Some(1));
/// assert_eq!(waiting.len(), 1);
/// ```
#[derive(Debug)]
pub struct Burst<T>(VecDeque<T>);

impl<T> Burst<T> {
    /// Room for this many is kept when there are none: 128 bytes.
    const KEPT: usize = 128 / size_of::<T>();

    /// Room for this many is made first. Of elements of which three can be kept that is all, as for pieces of frames.
    const FIRST: usize = if Self::KEPT == 3 { 3 } else { 4 };

    /// Puts this at the end.
    #[inline]
    pub fn push(&mut self, element: T) {
        if self.0.len() == self.0.capacity() {
            self.grow();
        }
        self.0.push_back(element);
    }

    #[cold]
    fn grow(&mut self) {
        let more = (3 * self.0.capacity()).max(Self::FIRST);
        self.0.reserve_exact(more);
    }

    /// Takes what came first.
    #[inline]
    pub fn pop(&mut self) -> Option<T> {
        let first = self.0.pop_front();
        self.shrink();
        first
    }

    /// Drops so many that came first, or all if there are fewer.
    pub fn drop_first(&mut self, count: usize) {
        self.0.drain(..count.min(self.0.len()));
        self.shrink();
    }

    /// Gives the room back if nothing waits.
    #[inline]
    pub fn shrink(&mut self) {
        if self.0.is_empty() && self.0.capacity() > Self::KEPT {
            self.0 = VecDeque::new();
        }
    }
}

impl<T> Default for Burst<T> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<T> Deref for Burst<T> {
    type Target = VecDeque<T>;

    fn deref(&self) -> &VecDeque<T> {
        &self.0
    }
}

impl<T> DerefMut for Burst<T> {
    fn deref_mut(&mut self) -> &mut VecDeque<T> {
        &mut self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_made_in_large_steps_and_given_back() {
        let mut burst = Burst::default();
        let mut capacities = vec![burst.capacity()];
        for number in 0..100_u64 {
            burst.push(number);
            if capacities.last() != Some(&burst.capacity()) {
                capacities.push(burst.capacity());
            }
        }
        assert_eq!(capacities, [0, 4, 16, 64, 256]);
        assert!((0..100).all(|number| burst.pop() == Some(number)));
        assert_eq!((burst.pop(), burst.capacity()), (None, 0));
    }

    #[test]
    fn the_first_room_is_kept_if_it_is_small() {
        let mut burst = Burst::default();
        burst.push([0_u64; 5]);
        burst.pop();
        assert_eq!(burst.capacity(), 3);
    }

    #[test]
    fn room_for_few_is_kept() {
        let mut burst = Burst::default();
        for number in 0..16_u64 {
            burst.push(number);
        }
        while burst.pop().is_some() {}
        assert_eq!(burst.capacity(), 16);
    }

    #[test]
    fn what_came_first_is_dropped_and_the_room_given_back() {
        let mut burst = Burst::default();
        for number in 0..100_u64 {
            burst.push(number);
        }
        burst.drop_first(98);
        assert_eq!(burst.pop(), Some(98));
        burst.drop_first(7);
        assert_eq!(burst.capacity(), 0);
    }
}
