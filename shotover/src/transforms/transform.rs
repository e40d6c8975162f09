//! What does a transform have to do?

use super::{ChainState, TransformError};
use crate::codec::{Portion, Wanted};
use crate::message::{MessageId, Messages};
use crate::wire::produce::Partition;
use async_trait::async_trait;
use std::task::{Context, Poll};
use thiserror::Error;

/// One place in the chain of one client connection: sees every request on its way down and every response on its
/// way up.
///
/// # When each method runs
///
/// All methods run in the one task that drives the client's connection, never at the same time.
/// [`transform`](Self::transform) runs when requests arrived, and with an empty batch when the
/// [`poll_progress`](Self::poll_progress) of any transform of the chain was ready. `poll_progress` runs whenever the
/// task is awake, [`has_capacity`](Self::has_capacity) before more is read from the client,
/// [`is_busy`](Self::is_busy) before the connection is closed.
///
/// ```text
///             requests │                      ▲ responses
///        ┌─────────────▼──────────────────────┴─────────────┐
///        │ transform 1     chain.call_next_transform().await │
///        └─────────────┬──────────────────────▲─────────────┘
///        ┌─────────────▼──────────────────────┴─────────────┐
///        │ the last transform: answers, or talks to brokers  │
///        └──────────────────────────────────────────────────┘
/// ```
///
/// # Contract
///
/// Debug and test builds check rules 1 to 5 on every call and end the connection with an error that names the rule.
///
/// 1. **Every request gets one response**, in this call or a later one, and a response answers a request that came
///    from above and has none yet. A request for which
///    [`expects_response`](crate::message::Message::expects_response) is false gets none. Responses may come in any
///    order; the source puts them in request order. The check finds a response that is one too many, but not one that
///    is missing: it may come in a later call. The client of a request whose response was swallowed waits until it
///    gives up.
/// 2. **A response is one for its request's API and version.** Made with
///    [`respond`](crate::message::Message::respond) or
///    [`error_response`](crate::message::Message::error_response) it always is.
/// 3. **Down go the requests from above**, changed or not, each at most once and in their order, and requests of
///    the transform's own ([`Message::new_request`](crate::message::Message::new_request)).
/// 4. **A response to a request of its own goes no further up** than the transform that made it.
/// 5. **Every call of `transform` calls the transform below**, even with no request: that is how responses come up.
///    The last transform of a chain has none below and calls none.
/// 6. **Nothing waits inside `transform`** for a peer or for a timer: it is driven by `poll_progress`, which wakes
///    the task when it is over. While `transform` waits, its client's connection does nothing else.
/// 7. **Whatever is kept has a limit**: a transform that holds requests back says so with `has_capacity`.
/// 8. **Bytes of a peer never panic.** A malformed message is an error response or a [`TransformError`].
///
/// # The smallest one
///
/// ```
/// use async_trait::async_trait;
/// use shotover::message::Messages;
/// use shotover::transforms::{ChainState, Transform, TransformError};
///
/// /// Counts what passes.
/// #[derive(Debug, Default)]
/// struct Count {
///     requests: usize,
/// }
///
/// #[async_trait]
/// impl Transform for Count {
///     async fn transform(&mut self, chain: &mut ChainState<'_>) -> Result<Messages, TransformError> {
///         self.requests += chain.requests.len();
///         chain.call_next_transform().await
///     }
/// }
/// ```
#[async_trait]
pub trait Transform: Send {
    /// Takes the requests of `chain` down and returns the responses that are there.
    ///
    /// # Errors
    ///
    /// An error ends the connection of the client, after the responses that are complete have been written. Requests of
    /// this call are sent to no broker any more, and responses that it had are lost: both of other requests than the one
    /// that is to blame.
    ///
    /// # Cancel safety
    ///
    /// The future is dropped when the connection is closed while it waits; it is never polled again after that, and
    /// neither is anything else of this chain.
    async fn transform(&mut self, chain: &mut ChainState<'_>) -> Result<Messages, TransformError>;

    /// Moves forward what is under way: socket reads and writes, timers.
    ///
    /// Ready when `transform` has something to say. Registers the waker for everything it waits for, as any poll
    /// function. The default has nothing under way.
    fn poll_progress(&mut self, _cx: &mut Context<'_>) -> Poll<()> {
        Poll::Pending
    }

    /// False while this transform must not be given more requests; the source stops reading from the client.
    ///
    /// Asked again after each `poll_progress`. The default always takes more.
    fn has_capacity(&self) -> bool {
        true
    }

    /// True while something is on its way that no answer will tell of: Produce with acks=0, a copy of a request.
    ///
    /// A connection whose client has left, or whose proxy goes down, is kept for it for a while, as it is for answers.
    /// The default has nothing of the kind.
    fn is_busy(&self) -> bool {
        false
    }

    /// Whether answers may pass on their way up of which [bytes are missing](crate::message::Message::missing).
    ///
    /// These are long answers to Fetch: of what has arrived nothing but records is to come. A client gets them while they
    /// arrive, and as fast as it reads; the proxy need not hold what may be `fetch.max.bytes` long, 50 MiB by default.
    /// Where all transforms of a chain say yes, the last one may return them. Say yes in a transform that does not look
    /// into the answers to Fetch, passes each of them on at once, and puts none in the place of another. The default
    /// gets whole answers.
    fn passes_open_answers(&self) -> bool {
        false
    }

    /// Goes on with the answer to `id`, which was returned while [bytes were missing](crate::message::Message::missing);
    /// ready with the bytes that come next, one at least and [no more than wanted](Wanted::most). They may be
    /// [piped](Portion::Piped) if [that is wanted](Wanted::may_be_piped), and need not be.
    ///
    /// Asked of the last transform, as often as the client has taken what came before. The default returns no such answer.
    ///
    /// # Errors
    ///
    /// When the answer does not go on, which ends the connection of the client.
    fn poll_rest(
        &mut self,
        _id: MessageId,
        _wanted: Wanted,
        _cx: &mut Context<'_>,
    ) -> Poll<Result<Portion, TransformError>> {
        Poll::Ready(Err(TransformError::proxy(NothingOpen)))
    }

    /// Whether requests may pass on their way down of which [bytes are missing](crate::message::Message::missing).
    ///
    /// These are long Produce requests for one partition: of what has arrived nothing but records is to come. They reach
    /// the broker while they arrive, and as fast as it reads; the proxy need not hold what may be 100 MiB long. Where all
    /// transforms of a chain say yes, the last one [is asked](Self::takes_open_request) of each. Say yes in a transform that
    /// does not look into Produce requests, passes each of them on at once, and neither answers one nor puts another in its
    /// place. Asked once. The default gets whole requests.
    fn passes_open_requests(&self) -> bool {
        false
    }

    /// Whether a request with records for this partition may come now of which
    /// [bytes are missing](crate::message::Message::missing).
    ///
    /// Asked of the last transform, which is called with the request next if it says yes. Of one that it cannot go on with
    /// it returns the answer, which leaves when all of the request has come: the source throws the rest away. The default
    /// takes whole requests.
    fn takes_open_request(&mut self, _partition: &Partition<'_>) -> bool {
        false
    }

    /// Ready when the next bytes of the request `id` have a place to go, which came while
    /// [bytes were missing](crate::message::Message::missing): with how many may come, one at least.
    ///
    /// Asked of the last transform, as often as something is missing and there is no answer. While it waits, nothing is
    /// read from the client, and no deadline of the client runs. The default has taken no such request.
    ///
    /// # Errors
    ///
    /// When the request cannot go on, which ends the connection of the client.
    fn poll_wanted(
        &mut self,
        _id: MessageId,
        _cx: &mut Context<'_>,
    ) -> Poll<Result<Wanted, TransformError>> {
        Poll::Ready(Err(TransformError::proxy(NothingOpen)))
    }

    /// Takes the next bytes of the request `id`, no more than [were wanted](Self::poll_wanted). They leave with the next
    /// [`poll_progress`](Self::poll_progress) at the latest.
    ///
    /// # Errors
    ///
    /// When the request cannot go on, which ends the connection of the client.
    fn take_rest(&mut self, _id: MessageId, _rest: Portion) -> Result<(), TransformError> {
        Err(TransformError::proxy(NothingOpen))
    }
}

/// More is asked for of an answer, or comes of a request, that was never begun or is complete.
#[derive(Debug, Error)]
#[error("a message is asked to go on that was not begun")]
pub struct NothingOpen;
