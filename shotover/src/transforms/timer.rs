//! When does the task of a connection have to look again, if nothing wakes it before?

use pin_project_lite::pin_project;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use tokio::task::unconstrained;
use tokio::time::{Instant, Sleep, sleep_until};

/// One timer for a deadline that moves, with every message perhaps: for
/// [`poll_progress`](super::Transform::poll_progress).
///
/// A deadline that moves later leaves the timer as it is; when it fires early, it is set again. So a busy connection
/// touches the runtime's timers about once per timeout and not once per message.
#[derive(Debug, Default)]
pub struct Timer(Option<Pin<Box<Set>>>);

pin_project! {
    /// A timer that was set.
    #[derive(Debug)]
    #[project = SetProjection]
    struct Set {
        #[pin]
        sleep: Sleep,
        // Whom it wakes.
        waker: Waker,
    }
}

impl Timer {
    /// Ready when `deadline` has passed.
    pub fn poll(&mut self, deadline: Instant, cx: &mut Context<'_>) -> Poll<()> {
        match &mut self.0 {
            Some(set) if set.does(deadline, cx) => Poll::Pending,
            Some(set) => set.as_mut().poll(deadline, cx),
            none => {
                let set = none.insert(Box::pin(Set {
                    sleep: sleep_until(deadline),
                    waker: cx.waker().clone(),
                }));
                set.as_mut().poll(deadline, cx)
            }
        }
    }

    /// Whether it will fire.
    pub fn is_set(&self) -> bool {
        let set = self.0.as_ref();
        set.is_some_and(|set| !set.sleep.is_elapsed())
    }
}

impl Set {
    /// Whether it fires at the deadline or before, and wakes whoever asks.
    #[inline]
    fn does(&self, deadline: Instant, cx: &Context<'_>) -> bool {
        self.sleep.deadline() <= deadline
            && !self.sleep.is_elapsed()
            && self.waker.will_wake(cx.waker())
    }

    fn poll(self: Pin<&mut Self>, deadline: Instant, cx: &mut Context<'_>) -> Poll<()> {
        let SetProjection { mut sleep, waker } = self.project();
        waker.clone_from(cx.waker());
        if deadline < sleep.deadline() {
            sleep.as_mut().reset(deadline);
        }
        // Also when the task has done all that it may before others have their turn: otherwise the timer would neither be
        // set nor know whom to wake, and it is not asked again.
        while Pin::new(&mut unconstrained(sleep.as_mut()))
            .poll(cx)
            .is_ready()
        {
            if sleep.deadline() >= deadline {
                return Poll::Ready(());
            }
            sleep.as_mut().reset(deadline);
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::pin;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Wake;
    use std::time::Duration;
    use tokio::task::{consume_budget, yield_now};
    use tokio::time::sleep;

    /// Counts how often it is woken.
    #[derive(Default)]
    struct Task(AtomicUsize);

    impl Wake for Task {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    impl Task {
        fn poll(self: &Arc<Self>, timer: &mut Timer, deadline: Instant) -> Poll<()> {
            let waker = Arc::clone(self).into();
            timer.poll(deadline, &mut Context::from_waker(&waker))
        }

        fn woken(&self) -> usize {
            self.0.load(Ordering::Relaxed)
        }
    }

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn a_deadline_that_moves_later_is_not_missed() {
        let (task, mut timer, start) = (Arc::<Task>::default(), Timer::default(), Instant::now());
        for second in 1..=3 {
            assert!(task.poll(&mut timer, start + second * SECOND).is_pending());
        }
        assert!(timer.is_set());
        sleep(2 * SECOND).await;
        // It fired for the first of them.
        assert_eq!(task.woken(), 1);
        assert!(!timer.is_set());
        assert!(task.poll(&mut timer, start + 3 * SECOND).is_pending());
        sleep(SECOND + Duration::from_millis(1)).await;
        assert_eq!(task.woken(), 2);
        assert!(task.poll(&mut timer, start + 3 * SECOND).is_ready());
    }

    #[tokio::test(start_paused = true)]
    async fn a_deadline_that_moves_earlier_is_kept() {
        let (task, mut timer, start) = (Arc::<Task>::default(), Timer::default(), Instant::now());
        assert!(task.poll(&mut timer, start + 9 * SECOND).is_pending());
        assert!(task.poll(&mut timer, start + SECOND).is_pending());
        sleep(2 * SECOND).await;
        assert_eq!(task.woken(), 1);
        assert!(task.poll(&mut timer, start + SECOND).is_ready());
    }

    /// Does all that tokio lets a task do before others have their turn.
    fn spend_budget() {
        let mut cx = Context::from_waker(Waker::noop());
        while pin!(consume_budget()).poll(&mut cx).is_ready() {}
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_has_done_a_lot_is_woken_too() {
        let (task, mut timer, start) = (Arc::<Task>::default(), Timer::default(), Instant::now());
        spend_budget();
        assert!(task.poll(&mut timer, start + SECOND).is_pending());
        yield_now().await;
        assert!(task.poll(&mut timer, start + SECOND).is_pending());
        let before = task.woken();
        sleep(2 * SECOND).await;
        assert_eq!(task.woken(), before + 1);
        assert!(task.poll(&mut timer, start + SECOND).is_ready());
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_has_done_a_lot_is_woken_as_the_one_that_asked_last() {
        let (mut timer, start) = (Timer::default(), Instant::now());
        let (former, latter) = (Arc::<Task>::default(), Arc::<Task>::default());
        assert!(former.poll(&mut timer, start + SECOND).is_pending());
        sleep(2 * SECOND).await;
        let deadline = start + 4 * SECOND;
        spend_budget();
        assert!(latter.poll(&mut timer, deadline).is_pending());
        yield_now().await;
        assert!(latter.poll(&mut timer, deadline).is_pending());
        let before = latter.woken();
        sleep(3 * SECOND).await;
        assert_eq!((former.woken(), latter.woken()), (1, before + 1));
        assert!(latter.poll(&mut timer, deadline).is_ready());
    }

    #[tokio::test(start_paused = true)]
    async fn the_task_that_asked_last_is_woken() {
        let (mut timer, deadline) = (Timer::default(), Instant::now() + SECOND);
        let (former, latter) = (Arc::<Task>::default(), Arc::<Task>::default());
        assert!(former.poll(&mut timer, deadline).is_pending());
        assert!(latter.poll(&mut timer, deadline).is_pending());
        sleep(2 * SECOND).await;
        assert_eq!((former.woken(), latter.woken()), (0, 1));
    }
}
