//! What waits in a queue that is empty most of the time, and long at times?

use std::cell::RefCell;
use std::collections::VecDeque;
use std::mem::swap;
use std::ops::{Deref, DerefMut};
use std::thread::LocalKey;

/// A queue that has no memory while it is empty, and makes room in large steps when it is not: where a few come at once,
/// many do.
///
/// ```
/// # use shotover::burst::{Burst, Element};
/// #[derive(Debug, PartialEq)]
/// struct Request(u64);
/// impl Element for Request {}
///
/// let mut waiting = Burst::default();
/// waiting.push(Request(1));
/// waiting.push(Request(2));
/// assert_eq!(waiting.pop(), Some(Request(1)));
/// assert_eq!(waiting.len(), 1);
/// ```
#[derive(Debug)]
pub struct Burst<T>(VecDeque<T>);

/// Room for elements that no queue of a thread needs.
pub type Spare<T> = RefCell<VecDeque<T>>;

/// What can wait in a [`Burst`].
pub trait Element: Sized + 'static {
    /// Where a queue leaves its room when it is empty, for the next one of the thread that is not: of many connections
    /// few are busy at once. Without, it goes back to the allocator.
    fn spare() -> Option<&'static LocalKey<Spare<Self>>> {
        None
    }
}

/// Elements of this type can wait in a [`Burst`], and its room is left to the next one of the thread.
#[macro_export]
macro_rules! leaves_room {
    ($element:ty) => {
        impl $crate::burst::Element for $element {
            fn spare() -> Option<&'static ::std::thread::LocalKey<$crate::burst::Spare<Self>>> {
                ::std::thread_local! {
                    static SPARE: $crate::burst::Spare<$element> = const {
                        ::std::cell::RefCell::new(::std::collections::VecDeque::new())
                    };
                }
                Some(&SPARE)
            }
        }
    };
}
pub use leaves_room;

impl<T: Element> Burst<T> {
    /// Room for this many is made first.
    const FIRST: usize = 4;

    /// Room for more is not left to others, who may wait for long with one element in it: 2 KiB.
    const MOST_SPARED: usize = 2 * 1024 / size_of::<T>();

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
        if self.0.capacity() == 0
            && let Some(spare) = T::spare()
        {
            spare.with_borrow_mut(|room| swap(room, &mut self.0));
        }
        if self.0.len() == self.0.capacity() {
            let more = (3 * self.0.capacity()).max(Self::FIRST);
            self.0.reserve_exact(more);
        }
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

    /// Lets go of the room if nothing waits.
    #[inline]
    fn shrink(&mut self) {
        if self.0.is_empty() && self.0.capacity() > 0 {
            self.leave_room();
        }
    }

    fn leave_room(&mut self) {
        if let Some(spare) = T::spare()
            && self.0.capacity() <= Self::MOST_SPARED
        {
            spare.with_borrow_mut(|room| {
                if room.capacity() == 0 {
                    swap(room, &mut self.0);
                }
            });
        }
        if self.0.capacity() > 0 {
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

    impl Element for u64 {}

    /// One of which the room is left to others.
    #[derive(Debug, PartialEq)]
    struct Left(u64);

    leaves_room!(Left);

    fn filled<T: Element>(elements: impl IntoIterator<Item = T>) -> Burst<T> {
        let mut burst = Burst::default();
        elements.into_iter().for_each(|it| burst.push(it));
        burst
    }

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
    fn room_is_left_to_the_next_one_that_needs_some() {
        let mut burst = filled((0..100).map(Left));
        assert!((0..100).all(|number| burst.pop() == Some(Left(number))));
        assert_eq!(burst.capacity(), 0);
        let (first, second) = (filled([Left(1)]), filled([Left(2)]));
        assert_eq!((first.capacity(), second.capacity()), (256, 4));
    }

    #[test]
    fn room_for_many_is_not_left() {
        let mut burst = filled((0..4 * 1024).map(Left));
        burst.drop_first(4 * 1024);
        assert_eq!(filled([Left(1)]).capacity(), 4);
    }

    #[test]
    fn what_came_first_is_dropped_and_the_room_given_back() {
        let mut burst = filled(0..100_u64);
        burst.drop_first(98);
        assert_eq!(burst.pop(), Some(98));
        burst.drop_first(7);
        assert_eq!(burst.capacity(), 0);
    }
}
