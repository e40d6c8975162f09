//! Which of many connections has something happened to?

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Wake, Waker};

/// The places that were woken, and the task that they belong to. Each of the words has 64 places.
#[derive(Debug)]
pub(crate) struct Woken<const WORDS: usize> {
    places: [AtomicU64; WORDS],
    /// Which of the words have any.
    words: AtomicU64,
    task: Mutex<Waker>,
}

/// Wakes one place.
#[derive(Debug)]
struct PlaceWaker<const WORDS: usize> {
    woken: Arc<Woken<WORDS>>,
    place: usize,
}

impl<const WORDS: usize> Default for Woken<WORDS> {
    fn default() -> Self {
        Self {
            places: std::array::from_fn(|_| AtomicU64::default()),
            words: AtomicU64::default(),
            task: Mutex::new(Waker::noop().clone()),
        }
    }
}

impl<const WORDS: usize> Woken<WORDS> {
    /// A waker that notes this place and wakes the task.
    pub(crate) fn waker(self: &Arc<Self>, place: usize) -> Waker {
        let woken = Arc::clone(self);
        Arc::new(PlaceWaker { woken, place }).into()
    }

    fn with_task(&self, act: impl FnOnce(&mut Waker)) {
        act(&mut self.task.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl<const WORDS: usize> Wake for PlaceWaker<WORDS> {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let (word, bit) = Due::<WORDS>::bit_of(self.place);
        if let Some(places) = self.woken.places.get(word) {
            places.fetch_or(bit, Ordering::Release);
            self.woken.words.fetch_or(1 << word, Ordering::Release);
        }
        self.woken.with_task(|task| task.wake_by_ref());
    }
}

/// The places that are still to be looked at.
#[derive(Debug)]
pub(crate) struct Due<const WORDS: usize> {
    places: [u64; WORDS],
    /// Which of the words have any: nearly always there is one at most.
    words: u64,
    /// The task that is woken. It hardly ever becomes another one.
    task: Waker,
}

impl<const WORDS: usize> Default for Due<WORDS> {
    fn default() -> Self {
        Self {
            places: [0; WORDS],
            words: 0,
            task: Waker::noop().clone(),
        }
    }
}

impl<const WORDS: usize> Due<WORDS> {
    /// The last place that is told from others. All behind it are taken for it.
    pub(crate) const LAST: usize = WORDS * 64 - 1;

    /// The word and the bit of a place.
    fn bit_of(place: usize) -> (usize, u64) {
        const { assert!(WORDS <= 64, "each word has a bit of its own in another") };
        let place = place.min(Self::LAST);
        (place / 64, 1 << (place % 64))
    }

    /// Looks at this place too.
    pub(crate) fn add(&mut self, place: usize) {
        let (word, bit) = Self::bit_of(place);
        if let Some(places) = self.places.get_mut(word) {
            *places |= bit;
            self.words |= 1 << word;
        }
    }

    /// The next place to look at; [`Self::LAST`] stands for all from there on. When there is none, `cx` is woken with the
    /// first place that is.
    pub(crate) fn first(&mut self, woken: &Woken<WORDS>, cx: &Context<'_>) -> Option<usize> {
        if self.words == 0 {
            if !self.task.will_wake(cx.waker()) {
                self.task.clone_from(cx.waker());
                woken.with_task(|task| task.clone_from(cx.waker()));
            }
            // Often there is nothing to take, and reading is cheaper than writing.
            if woken.words.load(Ordering::Acquire) == 0 {
                return None;
            }
            self.take(woken);
        }
        let word = index(self.words);
        Some(word * 64 + index(*self.places.get(word)?))
    }

    fn take(&mut self, woken: &Woken<WORDS>) {
        // First the words: a place that is woken from here on is found with the next of them.
        self.words = woken.words.swap(0, Ordering::Acquire);
        let mut words = self.words;
        while words != 0 {
            let word = index(words);
            words &= words - 1;
            if let (Some(due), Some(woken)) = (self.places.get_mut(word), woken.places.get(word)) {
                *due = woken.swap(0, Ordering::Acquire);
                if *due == 0 {
                    self.words &= !(1 << word);
                }
            }
        }
    }

    /// Nothing more is to be done at this place.
    pub(crate) fn done(&mut self, place: usize) {
        let (word, bit) = Self::bit_of(place);
        if let Some(places) = self.places.get_mut(word) {
            *places &= !bit;
            if *places == 0 {
                self.words &= !(1 << word);
            }
        }
    }
}

/// The lowest bit that is set.
fn index(bits: u64) -> usize {
    usize::try_from(bits.trailing_zeros()).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;

    const WORDS: usize = 4;
    const LAST: usize = Due::<WORDS>::LAST;

    /// Counts how often the task is woken.
    #[derive(Debug, Default)]
    struct Task(AtomicUsize);

    impl Wake for Task {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The places that are due, each taken for done.
    fn all(due: &mut Due<WORDS>, woken: &Woken<WORDS>, task: &Arc<Task>) -> Vec<usize> {
        let waker = Arc::clone(task).into();
        let mut found = Vec::new();
        while let Some(place) = due.first(woken, &Context::from_waker(&waker)) {
            found.push(place);
            due.done(place);
        }
        found
    }

    #[test]
    fn what_was_woken_and_what_was_added_is_due_once() {
        let (woken, task, mut due) = (
            Arc::<Woken<WORDS>>::default(),
            Arc::<Task>::default(),
            Due::default(),
        );
        assert!(all(&mut due, &woken, &task).is_empty());
        due.add(70);
        woken.waker(3).wake();
        woken.waker(3).wake_by_ref();
        woken.waker(255).wake();
        assert_eq!(all(&mut due, &woken, &task), [70, 3, 255]);
        assert!(all(&mut due, &woken, &task).is_empty());
    }

    #[test]
    fn a_place_is_due_until_it_is_done() {
        let (woken, task, mut due) = (
            Arc::<Woken<WORDS>>::default(),
            Arc::<Task>::default(),
            Due::default(),
        );
        let waker = task.into();
        let cx = Context::from_waker(&waker);
        due.add(5);
        assert_eq!(due.first(&woken, &cx), Some(5));
        assert_eq!(due.first(&woken, &cx), Some(5));
        due.done(5);
        assert_eq!(due.first(&woken, &cx), None);
    }

    #[test]
    fn whoever_waits_is_woken() {
        let (woken, task, mut due) = (
            Arc::<Woken<WORDS>>::default(),
            Arc::<Task>::default(),
            Due::default(),
        );
        all(&mut due, &woken, &task);
        woken.waker(100).wake();
        assert_eq!(task.0.load(Ordering::Relaxed), 1);
        assert_eq!(all(&mut due, &woken, &task), [100]);
    }

    #[test]
    fn the_task_that_asked_last_is_woken_every_time() {
        let (woken, mut due) = (Arc::<Woken<WORDS>>::default(), Due::default());
        let (former, latter) = (Arc::<Task>::default(), Arc::<Task>::default());
        let waker = woken.waker(1);
        for task in [&former, &latter, &latter] {
            all(&mut due, &woken, task);
            waker.wake_by_ref();
        }
        let times = [former, latter].map(|task| task.0.load(Ordering::Relaxed));
        assert_eq!(times, [1, 2]);
    }

    #[test]
    fn no_place_is_lost_that_another_thread_wakes() {
        let (woken, task, mut due) = (
            Arc::<Woken<WORDS>>::default(),
            Arc::<Task>::default(),
            Due::default(),
        );
        let mut found = 0;
        std::thread::scope(|scope| {
            let waking = Arc::clone(&woken);
            let wakes = scope.spawn(move || {
                for round in 0..10_000 {
                    waking.waker(round % LAST).wake();
                }
            });
            while !wakes.is_finished() {
                found += all(&mut due, &woken, &task).len();
            }
        });
        found += all(&mut due, &woken, &task).len();
        assert!((LAST..=10_000).contains(&found), "{found}");
        assert_eq!(due.words, 0);
        assert!(
            woken
                .places
                .iter()
                .all(|places| places.load(Ordering::Relaxed) == 0)
        );
    }

    #[test]
    fn all_places_behind_the_last_are_the_last() {
        let (woken, task, mut due) = (
            Arc::<Woken<WORDS>>::default(),
            Arc::<Task>::default(),
            Due::default(),
        );
        due.add(LAST + 7);
        assert_eq!(all(&mut due, &woken, &task), [LAST]);
        woken.waker(LAST + 1).wake();
        assert_eq!(all(&mut due, &woken, &task), [LAST]);
    }
}
