//! Which instructions count?

use std::future::Future;
use std::hint::black_box;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

/// What callgrind calls [`measured`].
pub(crate) const MEASURED: &str = "cost::measured::measured*";

/// What callgrind calls [`begin`].
pub(crate) const BEGIN: &str = "cost::measured::begin*";

/// Repetitions before anything counts: buffers, counters and caches are there afterwards.
const WARM_UP: u64 = 20;

/// Callgrind forgets what it has counted.
#[inline(never)]
pub(crate) fn begin() {
    black_box(());
}

/// Callgrind counts the instructions in here and no others. Not to be called by what it calls.
#[inline(never)]
pub(crate) fn measured(work: &mut dyn FnMut()) {
    work();
    // Else the call above could be a jump, and this function would not be left.
    black_box(());
}

/// Counts this many repetitions, and returns how many they are.
pub(crate) fn repeat(times: u64, mut work: impl FnMut()) -> u64 {
    for _ in 0..WARM_UP {
        work();
    }
    begin();
    measured(&mut || {
        for _ in 0..times {
            work();
        }
    });
    times
}

/// A task whose steps count while the switch is on.
#[derive(Debug)]
pub(crate) struct Task<F> {
    future: Pin<Box<F>>,
    counts: Switch,
}

/// Says whether the steps of a [`Task`] count.
#[derive(Clone, Debug, Default)]
pub(crate) struct Switch(Arc<AtomicBool>);

impl Switch {
    pub(crate) fn set(&self, on: bool) {
        self.0.store(on, Ordering::Relaxed);
    }
}

impl<F: Future> Task<F> {
    pub(crate) fn new(future: F, counts: Switch) -> Self {
        Self {
            future: Box::pin(future),
            counts,
        }
    }
}

impl<F: Future> Future for Task<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        if !self.counts.0.load(Ordering::Relaxed) {
            return self.future.as_mut().poll(cx);
        }
        let mut outcome = Poll::Pending;
        measured(&mut || outcome = self.future.as_mut().poll(cx));
        outcome
    }
}
