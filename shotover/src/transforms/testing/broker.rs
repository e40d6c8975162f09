//! What is at the end of a chain that is tested?

use crate::message::{Message, Messages};
use crate::transforms::{
    ChainState, ClientDetails, Transform, TransformBuilder, TransformError, answer,
};
use async_trait::async_trait;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// The end of a chain under the control of the test. Clones are the same one.
///
/// The default answers at once, with nothing: as a broker that did what it was asked and has nothing to tell.
#[derive(Clone, Debug, Default)]
pub struct Broker(Arc<Mutex<Strings>>);

#[derive(Debug, Default)]
struct Strings {
    received: Messages,
    answers: Messages,
    is_silent: bool,
    is_full: bool,
    is_busy: bool,
    hangs: bool,
    failure: Option<&'static str>,
    waker: Option<Waker>,
}

impl Broker {
    /// A broker that answers when [`answer`](Self::answer) says so.
    pub fn silent() -> Self {
        let broker = Self::default();
        broker.strings().is_silent = true;
        broker
    }

    /// The requests that came since it was last asked.
    pub fn received(&self) -> Messages {
        std::mem::take(&mut self.strings().received)
    }

    /// Answers a request, made with [`respond`](Message::respond), [`error_response`](Message::error_response) or
    /// [`empty_response`](Message::empty_response) of it.
    ///
    /// The answer comes up when the chain is called next, for which [`next`](super::next) waits.
    pub fn answer(&self, answer: Message) {
        self.pull(|strings| strings.answers.push(answer));
    }

    /// Gives up on the connection when the chain is called next, as a sink does that has lost its broker.
    pub fn fail(&self, reason: &'static str) {
        self.pull(|strings| strings.failure = Some(reason));
    }

    fn strings(&self) -> MutexGuard<'_, Strings> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pull(&self, pull: impl FnOnce(&mut Strings)) {
        let mut strings = self.strings();
        pull(&mut strings);
        if let Some(waker) = strings.waker.take() {
            waker.wake();
        }
    }
}

/// What only the tests of this crate need.
#[cfg(test)]
impl Broker {
    /// Answers all these with nothing.
    pub(crate) fn answer_all(&self, requests: &[Message]) {
        for request in requests {
            self.answer(request.empty_response().unwrap());
        }
    }

    /// Waits within the next call, against the contract.
    pub(crate) fn hang(&self) {
        self.pull(|strings| strings.hangs = true);
    }

    pub(crate) fn set_full(&self, is_full: bool) {
        self.pull(|strings| strings.is_full = is_full);
    }

    pub(crate) fn set_busy(&self, is_busy: bool) {
        self.pull(|strings| strings.is_busy = is_busy);
    }
}

impl TransformBuilder for Broker {
    fn build(&self, _: &ClientDetails) -> Box<dyn Transform> {
        Box::new(Puppet(self.clone()))
    }
}

struct Puppet(Broker);

#[async_trait]
impl Transform for Puppet {
    async fn transform(&mut self, chain: &mut ChainState<'_>) -> Result<Messages, TransformError> {
        let hangs = self.0.strings().hangs;
        if hangs {
            std::future::pending::<()>().await;
        }
        let mut strings = self.0.strings();
        if let Some(reason) = strings.failure.take() {
            return Err(TransformError::broker(reason));
        }
        for request in chain.requests.drain(..) {
            if !strings.is_silent && request.expects_response() {
                let empty = request.empty_response();
                strings.answers.push(empty.map_err(answer::cannot_answer)?);
            }
            strings.received.push(request);
        }
        Ok(std::mem::take(&mut strings.answers))
    }

    fn poll_progress(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut strings = self.0.strings();
        strings.waker = Some(cx.waker().clone());
        if strings.answers.is_empty() && strings.failure.is_none() {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    }

    fn has_capacity(&self) -> bool {
        !self.0.strings().is_full
    }

    fn is_busy(&self) -> bool {
        self.0.strings().is_busy
    }
}
