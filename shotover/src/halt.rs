//! How does a task that is woken for every message learn that it has to stop?

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use tokio_util::sync::{
    CancellationToken, WaitForCancellationFuture, WaitForCancellationFutureOwned,
};

/// A call to stop, to all tasks that listen for it.
///
/// A [`CancellationToken`] that costs no more than a load to be asked with every wake: the token itself takes a lock, and
/// there is one for all connections.
#[derive(Clone, Debug, Default)]
pub struct Halt {
    is_called: Arc<AtomicBool>,
    call: CancellationToken,
}

impl Halt {
    /// Stops those who listen, and those who will.
    pub fn call(&self) {
        // Before they are woken: what they look at is this.
        self.is_called.store(true, Ordering::Release);
        self.call.cancel();
    }

    /// Waits until it is called.
    pub(crate) fn called(&self) -> WaitForCancellationFuture<'_> {
        self.call.cancelled()
    }

    /// Listens for as long as what is returned lives.
    pub(crate) fn listen(&self) -> Listening {
        self.listening(Box::pin(self.call.clone().cancelled_owned()))
    }

    /// Runs `work` unless it is called, or until then.
    pub(crate) async fn run_until_called<W: Future>(&self, work: W) -> Option<W::Output> {
        let (call, mut work) = (pin!(self.called()), pin!(work));
        let mut listening = self.listening(call);
        poll_fn(|cx| match listening.poll(cx) {
            Poll::Ready(()) => Poll::Ready(None),
            Poll::Pending => work.as_mut().poll(cx).map(Some),
        })
        .await
    }

    fn listening<C>(&self, call: C) -> Listening<C> {
        Listening {
            is_called: Arc::clone(&self.is_called),
            call,
            is_woken: false,
        }
    }
}

/// What a task hears of a [`Halt`]. It is woken as the task that asked first.
#[derive(Debug)]
pub(crate) struct Listening<C = Pin<Box<WaitForCancellationFutureOwned>>> {
    is_called: Arc<AtomicBool>,
    call: C,
    /// Whether the task is woken by the call.
    is_woken: bool,
}

impl<C: Future<Output = ()> + Unpin> Listening<C> {
    /// Ready once it was called.
    #[inline]
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.is_called.load(Ordering::Acquire) {
            return Poll::Ready(());
        }
        if self.is_woken {
            return Poll::Pending;
        }
        self.is_woken = true;
        Pin::new(&mut self.call).poll(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::pending;
    use std::sync::atomic::AtomicUsize;
    use std::task::{Wake, Waker};

    /// Counts how often it is woken.
    #[derive(Default)]
    struct Woken(AtomicUsize);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn who_listens_is_woken_by_the_call_and_hears_it() {
        let halt = Halt::default();
        let mut listening = halt.listen();
        let woken = Arc::new(Woken::default());
        let waker = Waker::from(Arc::clone(&woken));
        let mut cx = Context::from_waker(&waker);
        for _ in 0..2 {
            assert_eq!(listening.poll(&mut cx), Poll::Pending);
        }
        assert_eq!(woken.0.load(Ordering::Relaxed), 0);
        halt.call();
        assert_eq!(woken.0.load(Ordering::Relaxed), 1);
        assert_eq!(listening.poll(&mut cx), Poll::Ready(()));
        assert_eq!(halt.listen().poll(&mut cx), Poll::Ready(()));
    }

    #[tokio::test]
    async fn work_ends_with_the_call() {
        let halt = Halt::default();
        assert_eq!(halt.run_until_called(async { 7 }).await, Some(7));
        let (ended, ()) = tokio::join!(halt.run_until_called(pending::<()>()), async {
            halt.call()
        });
        assert_eq!(ended, None);
        assert_eq!(halt.run_until_called(async { 7 }).await, None);
    }
}
