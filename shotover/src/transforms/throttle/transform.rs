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
use tokio::time::Instant;

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

/// The requests of one client that wait for their turn.
struct RequestThrottling {
    turns: Arc<Turns>,
    /// At most what the source reads at once: nothing more is read while there is something here.
    held: VecDeque<Message>,
    /// When the first of them may pass. Only that one has a turn, so clients that wait get turns by turns.
    turn: Option<Instant>,
    timer: Timer,
}

#[async_trait]
impl Transform for RequestThrottling {
    async fn transform(&mut self, chain: &mut ChainState<'_>) -> Result<Messages, TransformError> {
        let have_come = !chain.requests.is_empty();
        self.held.extend(chain.requests.drain(..));
        self.let_pass(Instant::now(), &mut chain.requests);
        if have_come {
            let waiting = std::mem::take(&mut self.held).into_iter();
            self.held = waiting.map(Message::to_rest).collect();
        }
        chain.call_next_transform().await
    }

    fn poll_progress(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match self.turn {
            Some(at) => self.timer.poll(at, cx),
            None => Poll::Pending,
        }
    }

    fn has_capacity(&self) -> bool {
        self.held.is_empty()
    }

    fn is_busy(&self) -> bool {
        !self.held.is_empty()
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
            passing.extend(self.held.pop_front());
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
