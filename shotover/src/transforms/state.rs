//! How does a transform reach the rest of its chain?

use super::chain::{self, Link};
use super::{ClientDetails, TransformError};
use crate::message::Messages;

/// The requests of one call of [`Transform::transform`](super::Transform::transform), and the way to the transform
/// below.
#[derive(Debug)]
pub struct ChainState<'a> {
    /// The requests on their way down. Take out, add and change here what the transform below is to be given.
    pub requests: Messages,
    client: &'a ClientDetails,
    below: &'a mut [Link],
    calls: usize,
}

impl<'a> ChainState<'a> {
    pub(super) fn new(
        requests: Messages,
        client: &'a ClientDetails,
        below: &'a mut [Link],
    ) -> Self {
        Self {
            requests,
            client,
            below,
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
        chain::run(self.below, requests, self.client).await
    }

    /// The client connection this chain belongs to.
    pub fn client(&self) -> &'a ClientDetails {
        self.client
    }

    pub(super) fn calls(&self) -> usize {
        self.calls
    }
}
