//! What is known of a request that is passed on while it arrives?

use super::limits::DISCARDED_AT_A_TIME;
use crate::codec::{Portion, Wanted};
use crate::message::{Message, MessageId};
use crate::transforms::{TransformChain, TransformError};
use std::task::{Context, Poll};

/// A request whose beginning went down the chain, and whose rest has not all come.
#[derive(Debug)]
pub(super) struct Onward {
    id: MessageId,
    missing: usize,
    /// Bytes that arrived since the client is waited for.
    arrived: usize,
    /// Whether it is not the client that is waited for.
    waits: bool,
    /// The answer, if that came before all of the request has. To the client it leaves behind: some clients stumble over
    /// an answer to what they are still sending.
    answer: Option<Message>,
}

impl Onward {
    pub(super) fn begun(request: &Message) -> Self {
        Self {
            id: request.id(),
            missing: request.missing(),
            arrived: request.wire_len(),
            waits: false,
            answer: None,
        }
    }

    /// Whether there is more to come.
    pub(super) fn is_open(&self) -> bool {
        self.missing > 0
    }

    /// Bytes that count for the client, which has begun and is waited for. None while it is not.
    pub(super) fn arrived(&self) -> Option<usize> {
        (!self.waits).then_some(self.arrived.max(1))
    }

    /// Ready when more can be read: with how much.
    pub(super) fn poll_wanted(
        &mut self,
        chain: &mut TransformChain,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Wanted, TransformError>> {
        if self.answer.is_some() {
            return Poll::Ready(Ok(Wanted::in_memory(DISCARDED_AT_A_TIME)));
        }
        let wanted = chain.poll_wanted(self.id, cx);
        if wanted.is_pending() {
            self.wait();
        }
        wanted
    }

    /// What the client sends has no place to go for now.
    pub(super) fn wait(&mut self) {
        self.waits = true;
    }

    /// Whether the client is waited for again.
    pub(super) fn goes_on(&mut self) -> bool {
        let goes_on = std::mem::take(&mut self.waits);
        if goes_on {
            self.arrived = 0;
        }
        goes_on
    }

    /// Hands on what came next, if anybody still wants it.
    pub(super) fn hand_on(
        &mut self,
        portion: Portion,
        chain: &mut TransformChain,
    ) -> Result<(), TransformError> {
        self.missing = self.missing.saturating_sub(portion.len());
        self.arrived += portion.len();
        match self.answer {
            None => chain.take_rest(self.id, portion),
            Some(_) => Ok(()),
        }
    }

    /// The client sends nothing more. An answer to what it has begun would be one to nobody.
    pub(super) fn give_up(&mut self) {
        self.missing = 0;
    }

    /// Whether this answer is the one to this request, and has to wait for its end.
    pub(super) fn is_answered_by(&self, answer: &Message) -> bool {
        answer.id() == self.id
    }

    /// Keeps its answer.
    pub(super) fn keep(&mut self, answer: Message) {
        self.answer = Some(answer.to_rest());
    }

    pub(super) fn take_answer(&mut self) -> Option<Message> {
        self.answer.take()
    }
}
