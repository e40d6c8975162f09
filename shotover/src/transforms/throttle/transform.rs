//! How are requests held back?

use super::rate::Rate;
use super::turns::Turns;
use crate::message::{Message, Messages};
use crate::transforms::{
    ChainState, ClientDetails, Timer, Transform, TransformBuilder, TransformError,
};
use async_trait::async_trait;
use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use thiserror::Error;
use tokio::time::Instant;

/// How long a request may wait here, then it is not sent any more. It may have lain in the socket for as long before, behind
/// those that were held then; together that is the 30 s after which clients give up unless configured. What is sent later
/// is sent for nobody, or hits what the client has begun since: an EndTxn ends the next transaction.
pub(super) const LONGEST_HELD: Duration = Duration::from_secs(15);

/// One `RequestThrottling` of a topology.
#[derive(Debug)]
pub(super) struct RequestThrottlingBuilder {
    turns: Arc<Turns>,
}

impl RequestThrottlingBuilder {
    pub(super) fn new(rate: Rate) -> Self {
        Self {
            turns: Arc::new(Turns::new(rate)),
        }
    }
}

impl TransformBuilder for RequestThrottlingBuilder {
    fn build(&self, _: &ClientDetails) -> Box<dyn Transform> {
        Box::new(RequestThrottling {
            turns: Arc::clone(&self.turns),
            held: VecDeque::new(),
            turn: None,
            timer: Timer::default(),
        })
    }
}

/// A request was not let pass in time.
#[derive(Debug, Error)]
#[error(
    "a request was held for {:?}: more is asked for than max_requests_per_second lets pass",
    LONGEST_HELD
)]
struct HeldTooLong;

/// The requests of one client that wait for their turn.
struct RequestThrottling {
    turns: Arc<Turns>,
    /// At most what the source reads at once: nothing more is read while there is something here.
    held: VecDeque<Held>,
    /// When the first of them may pass. Only that one has a turn, so clients that wait get turns by turns.
    turn: Option<Instant>,
    timer: Timer,
}

/// A request that waits, and since when it does.
struct Held {
    request: Message,
    since: Instant,
}

#[async_trait]
impl Transform for RequestThrottling {
    async fn transform(&mut self, chain: &mut ChainState<'_>) -> Result<Messages, TransformError> {
        let (now, have_come) = (Instant::now(), !chain.requests.is_empty());
        if self.held_until().is_some_and(|until| until <= now) {
            return Err(TransformError::proxy(HeldTooLong));
        }
        let come = chain.requests.drain(..);
        let held = come.map(|request| Held {
            request,
            since: now,
        });
        self.held.extend(held);
        self.let_pass(now, &mut chain.requests);
        if have_come {
            let waiting = std::mem::take(&mut self.held).into_iter();
            self.held = waiting.map(Held::at_rest).collect();
        }
        chain.call_next_transform().await
    }

    fn poll_progress(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match (self.turn, self.held_until()) {
            (Some(turn), Some(until)) => self.timer.poll(turn.min(until), cx),
            (None, _) | (_, None) => Poll::Pending,
        }
    }

    fn has_capacity(&self) -> bool {
        self.held.is_empty()
    }

    fn is_busy(&self) -> bool {
        let mut held = self.held.iter();
        held.any(|held| !held.request.expects_response())
    }

    fn passes_open_answers(&self) -> bool {
        true
    }
}

impl RequestThrottling {
    fn let_pass(&mut self, now: Instant, passing: &mut Messages) {
        while !self.held.is_empty() {
            let turns = &self.turns;
            if *self.turn.get_or_insert_with(|| turns.take(now)) > now {
                return;
            }
            self.turn = None;
            passing.extend(self.held.pop_front().map(|held| held.request));
        }
    }

    /// Until when the one that has waited longest may wait.
    fn held_until(&self) -> Option<Instant> {
        self.held.front().map(|held| held.since + LONGEST_HELD)
    }
}

impl Held {
    fn at_rest(self) -> Self {
        Self {
            request: self.request.to_rest(),
            ..self
        }
    }
}

/// A client that leaves while it waits does not use its turn; were it lost, clients that come and go would keep
/// everybody else waiting.
impl Drop for RequestThrottling {
    fn drop(&mut self) {
        if self.turn.is_some() {
            self.turns.give_back();
        }
    }
}
