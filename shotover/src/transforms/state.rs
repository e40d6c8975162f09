//! How does a transform reach the rest of its chain?

use super::chain::{self, Above, Link};
use super::{ClientDetails, TransformError};
use crate::message::Messages;
use tokio::time::Instant;

/// The requests of one call of [`Transform::transform`](super::Transform::transform), and the way to the transform
/// below.
#[derive(Debug)]
pub struct ChainState<'a> {
    /// The requests on their way down. Take out, add and change here what the transform below is to be given.
    pub requests: Messages,
    above: Above<'a>,
    below: &'a mut [Link],
    passes_open_answers: bool,
    calls: usize,
}

impl<'a> ChainState<'a> {
    pub(super) fn new(
        requests: Messages,
        above: Above<'a>,
        below: &'a mut [Link],
        passes_open_answers: bool,
    ) -> Self {
        Self {
            requests,
            above,
            below,
            passes_open_answers,
            calls: 0,
        }
    }

    /// Gives [`requests`](Self::requests) to the transform below and returns the responses that are there, which
    /// need not be those to these requests.
    ///
    /// # Errors
    /// When the transform below, or one below that, gives up on the connection.
    pub async fn call_next_transform(&mut self) -> Result<Messages, TransformError> {
        self.calls += 1;
        let requests = std::mem::take(&mut self.requests);
        let above = Above {
            takes_open_answers: self.takes_open_answers() && self.passes_open_answers,
            ..self.above
        };
        chain::run(self.below, requests, above).await
    }

    /// The client connection this chain belongs to.
    pub fn client(&self) -> &'a ClientDetails {
        self.above.client
    }

    /// When the chain was called with these requests. Transforms above may have waited since.
    pub fn began(&self) -> Instant {
        self.above.began
    }

    /// Whether answers may be returned of which [bytes are missing](crate::message::Message::missing): the source
    /// takes them, and all transforms above
    /// [let them pass](super::Transform::passes_open_answers).
    pub fn takes_open_answers(&self) -> bool {
        self.above.takes_open_answers
    }

    pub(super) fn calls(&self) -> usize {
        self.calls
    }
}
