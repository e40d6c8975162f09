//! How do the transforms of one client connection run?

use super::contract::Contract;
use super::{ChainState, ClientDetails, Transform, TransformError};
use crate::codec::{Portion, Wanted};
use crate::message::{MessageId, Messages};
use crate::wire::produce::Partition;
use std::fmt;
use std::task::{Context, Poll};
use thiserror::Error;
use tokio::time::Instant;

/// The transforms of one client connection, or of a sub-chain that a transform owns.
#[derive(Debug)]
pub struct TransformChain {
    links: Box<[Link]>,
    client: ClientDetails,
    takes_open_answers: bool,
    passes_open_requests: bool,
}

/// A transform at its place in a chain.
pub(super) struct Link {
    pub(super) name: &'static str,
    pub(super) transform: Box<dyn Transform>,
    /// The executed contract; `None` in release builds, which give it no room.
    pub(super) contract: Option<Box<Contract>>,
}

#[derive(Debug, Error)]
#[error("there is no transform below the last one of a chain")]
struct EndOfChain;

impl TransformChain {
    pub(super) fn new(links: Box<[Link]>, client: ClientDetails) -> Self {
        let mut above_last = links.iter().rev().skip(1);
        let passes_open_requests = above_last.all(|link| link.transform.passes_open_requests());
        Self {
            links,
            client,
            takes_open_answers: false,
            passes_open_requests,
        }
    }

    /// From now on [`process`](Self::process) may return answers of which
    /// [bytes are missing](crate::message::Message::missing), and [`poll_rest`](Self::poll_rest) is called for these.
    pub fn take_open_answers(&mut self) {
        self.takes_open_answers = true;
    }

    /// The next bytes of an answer that was returned while some were missing; see [`Transform::poll_rest`].
    ///
    /// # Errors
    /// When the answer does not go on.
    pub fn poll_rest(
        &mut self,
        id: MessageId,
        wanted: Wanted,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Portion, TransformError>> {
        match self.links.last_mut() {
            Some(last) => last.transform.poll_rest(id, wanted, cx),
            None => Poll::Ready(Err(TransformError::proxy(EndOfChain))),
        }
    }

    /// Whether [`process`](Self::process) may be called now with a request with records for this partition of which
    /// [bytes are missing](crate::message::Message::missing); see [`Transform::takes_open_request`].
    pub fn takes_open_request(&mut self, partition: &Partition<'_>) -> bool {
        self.passes_open_requests
            && self
                .links
                .last_mut()
                .is_some_and(|last| last.transform.takes_open_request(partition))
    }

    /// How much of the rest of such a request may come now; see [`Transform::poll_wanted`].
    ///
    /// # Errors
    /// When the request cannot go on.
    pub fn poll_wanted(
        &mut self,
        id: MessageId,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Wanted, TransformError>> {
        match self.links.last_mut() {
            Some(last) => last.transform.poll_wanted(id, cx),
            None => Poll::Ready(Err(TransformError::proxy(EndOfChain))),
        }
    }

    /// Hands over what came of it; see [`Transform::take_rest`].
    ///
    /// # Errors
    /// When the request cannot go on.
    pub fn take_rest(&mut self, id: MessageId, rest: Portion) -> Result<(), TransformError> {
        match self.links.last_mut() {
            Some(last) => last.transform.take_rest(id, rest),
            None => Err(TransformError::proxy(EndOfChain)),
        }
    }

    /// Sends `requests` down and returns the responses that are there.
    ///
    /// # Errors
    /// When a transform gives up on the connection.
    pub async fn process(&mut self, requests: Messages) -> Result<Messages, TransformError> {
        self.process_from(Instant::now(), requests).await
    }

    /// The same, given the present.
    pub(crate) async fn process_from(
        &mut self,
        began: Instant,
        requests: Messages,
    ) -> Result<Messages, TransformError> {
        let above = Above {
            client: &self.client,
            began,
            takes_open_answers: self.takes_open_answers,
        };
        run(&mut self.links, requests, above).await
    }

    /// Moves every transform forward; ready when [`process`](Self::process) has something to say.
    pub fn poll_progress(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut progress = Poll::Pending;
        for link in &mut self.links {
            if link.transform.poll_progress(cx).is_ready() {
                progress = Poll::Ready(());
            }
        }
        progress
    }

    /// Whether every transform takes more requests.
    pub fn has_capacity(&self) -> bool {
        self.links.iter().all(|link| link.transform.has_capacity())
    }

    /// Whether any transform has something on its way that no answer will tell of.
    pub fn is_busy(&self) -> bool {
        self.links.iter().any(|link| link.transform.is_busy())
    }
}

/// What a transform is told of those above it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Above<'a> {
    pub(super) client: &'a ClientDetails,
    pub(super) began: Instant,
    /// Whether answers may leave of which bytes are missing.
    pub(super) takes_open_answers: bool,
}

/// Runs the first of `links`, which reaches the others through its [`ChainState`].
pub(super) async fn run(
    links: &mut [Link],
    requests: Messages,
    above: Above<'_>,
) -> Result<Messages, TransformError> {
    let Some((link, below)) = links.split_first_mut() else {
        return Err(TransformError::proxy(EndOfChain));
    };
    if let Some(contract) = &mut link.contract {
        contract.requests(&requests)?;
    }
    let calls_expected = !below.is_empty();
    let passes_open_answers = link.transform.passes_open_answers();
    let mut state = ChainState::new(requests, above, below, passes_open_answers);
    let responses = link.transform.transform(&mut state).await;
    let responses = responses.map_err(|error| error.of(link.name))?;
    if let Some(contract) = &mut link.contract {
        contract.called_below(state.calls(), calls_expected)?;
        contract.responses(&responses)?;
    }
    Ok(responses)
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Link")
            .field(&self.name)
            .finish_non_exhaustive()
    }
}
