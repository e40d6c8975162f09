//! What may the sub-chain of one connection hold, and when has it failed?

use crate::message::{Message, MessageId, Messages};
use crate::transforms::{Timer, TransformChain, TransformError};
use std::collections::HashMap;
use std::task::{Context, Poll};
use std::time::Duration;
use thiserror::Error;
use tokio::time::{Instant, timeout};

/// Copies that may wait for their answers; further ones are not made.
pub(super) const MAX_COPIES: usize = 1_000;

/// Bytes of copies that may be on their way; further ones are not made. One copy that is longer still passes.
pub(super) const MAX_COPY_BYTES: usize = 4 * 1024 * 1024;

/// How long no answer may come while copies wait: a client that leaves is kept for as long, and so is a proxy that goes
/// down.
pub(super) const SILENCE: Duration = Duration::from_secs(10);

/// How long a transform of the sub-chain may wait within its call, which it should not do at all: the client waits too.
pub(super) const PATIENCE: Duration = Duration::from_millis(100);

/// The sub-chain of one client connection and what is on its way through it.
#[derive(Debug)]
pub(super) struct SubChain {
    chain: TransformChain,
    /// What waits for an answer, with its length in bytes.
    waiting: HashMap<MessageId, usize>,
    waiting_bytes: usize,
    /// Bytes of copies that no answer will tell of, since the chain was last asked whether it has capacity.
    unanswered_bytes: usize,
    /// Since when no answer has come.
    silent_since: Instant,
    timer: Timer,
    /// Whether there is something to hear from the chain.
    has_news: bool,
    /// Whether nothing was on its way when the chain was last moved forward.
    is_quiet: bool,
}

/// Why a sub-chain is not used any more.
#[derive(Debug, Error)]
pub(super) enum Failure {
    /// One of its transforms did, for instance because its broker closed the connection.
    #[error("{0}")]
    GaveUp(TransformError),
    /// Copies wait, and nothing comes.
    #[error("no answer came for {SILENCE:?} while copies waited")]
    Silent,
    /// Against the contract of transforms.
    #[error("a transform waited for {PATIENCE:?} within its call")]
    Stuck,
}

impl SubChain {
    pub(super) fn new(chain: TransformChain) -> Self {
        Self {
            chain,
            waiting: HashMap::new(),
            waiting_bytes: 0,
            unanswered_bytes: 0,
            silent_since: Instant::now(),
            timer: Timer::default(),
            has_news: false,
            is_quiet: true,
        }
    }

    /// Takes note of a copy that is given to [`process`](Self::process) next; false if there is no room for it.
    pub(super) fn admit(&mut self, copy: &Message) -> bool {
        let length = copy.wire_len();
        let held = self.waiting_bytes + self.unanswered_bytes;
        let has_room = self.waiting.len() < MAX_COPIES
            && (held == 0 || held + length <= MAX_COPY_BYTES)
            && self.chain.has_capacity();
        if !has_room {
            return false;
        }
        if !copy.expects_response() {
            self.unanswered_bytes += length;
            return true;
        }
        if self.waiting.is_empty() {
            self.silent_since = Instant::now();
        }
        self.waiting.insert(copy.id(), length);
        self.waiting_bytes += length;
        true
    }

    /// Sends copies down and throws away the answers that come up.
    pub(super) async fn process(&mut self, copies: Messages) -> Result<(), Failure> {
        self.is_quiet &= copies.is_empty();
        self.has_news = false;
        let processed = timeout(PATIENCE, self.chain.process(copies)).await;
        let answers = processed
            .map_err(|_| Failure::Stuck)?
            .map_err(Failure::GaveUp)?;
        self.unanswered_bytes = 0;
        for answer in answers {
            self.silent_since = Instant::now();
            let length = self.waiting.remove(&answer.id()).unwrap_or(0);
            self.waiting_bytes = self.waiting_bytes.saturating_sub(length);
        }
        if self.is_silent() {
            return Err(Failure::Silent);
        }
        Ok(())
    }

    /// Whether [`process`](Self::process) would tell something, also without copies.
    pub(super) fn has_news(&self) -> bool {
        self.has_news
    }

    /// Moves the chain forward; ready when there is something to hear from it.
    pub(super) fn poll_progress(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.chain.poll_progress(cx).is_ready() {
            self.has_news = true;
            return Poll::Ready(());
        }
        self.is_quiet = !self.is_busy();
        if self.waiting.is_empty() {
            return Poll::Pending;
        }
        let silence = self.timer.poll(self.silent_since + SILENCE, cx);
        self.has_news |= silence.is_ready();
        silence
    }

    fn is_silent(&self) -> bool {
        !self.waiting.is_empty() && self.silent_since.elapsed() >= SILENCE
    }

    /// Whether copies are on their way.
    pub(super) fn is_busy(&self) -> bool {
        !self.waiting.is_empty() || self.chain.is_busy()
    }

    /// Whether nothing was on its way when the chain failed, as when a broker closes a connection that is idle.
    pub(super) fn was_quiet(&self) -> bool {
        self.is_quiet
    }
}
