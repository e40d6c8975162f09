//! Which request does this frame of a broker answer?

use super::FrameReader;
use super::length::{FrameError, LengthLimits, MAX_FRAME};
use crate::burst::Burst;
use crate::message::{Message, RequestRef};
use crate::wire::Malformed;
use thiserror::Error;

/// Bytes of the shortest response: its correlation id.
const SHORTEST_RESPONSE: usize = 4;

/// Pairs the frames of one broker connection with the requests sent on it, and with what its owner keeps of each: a
/// broker answers in order.
#[derive(Debug)]
pub struct ResponseDecoder<T> {
    sent: Burst<(RequestRef, T)>,
}

/// Why a broker connection cannot be used any more.
#[derive(Clone, Debug, Error)]
pub enum ResponseError {
    /// What came is no frame.
    #[error("the broker sent no Kafka frame")]
    Frame(#[from] FrameError),
    /// What came is no response to the request it should answer.
    #[error("the broker sent a malformed {} response", request.api_key)]
    Malformed {
        /// The request that waited.
        request: RequestRef,
        /// What is wrong, and where.
        source: Malformed,
    },
    /// The response answers another request.
    #[error(
        "the broker answered correlation id {found} where {} waited with {}",
        request.api_key, request.correlation_id
    )]
    OutOfOrder {
        /// The request that waited.
        request: RequestRef,
        /// The correlation id of the response.
        found: i32,
    },
    /// A response came while no request waited.
    #[error("the broker sent a response that nobody asked for")]
    Unasked,
}

impl<T> ResponseDecoder<T> {
    /// A decoder for a new connection.
    pub fn new() -> Self {
        Self {
            sent: Burst::default(),
        }
    }

    /// Takes note of a request that was sent and is answered, and of what to give back with its answer.
    pub fn sent(&mut self, request: RequestRef, kept: T) {
        self.sent.push((request, kept));
    }

    /// How many requests wait.
    pub fn waiting(&self) -> usize {
        self.sent.len()
    }

    /// What was kept of the request that is answered next.
    pub fn next_waiting(&self) -> Option<&T> {
        self.sent.front().map(|(_, kept)| kept)
    }

    /// Cuts and reads the next response, if all of it has arrived.
    ///
    /// # Errors
    /// When the broker breaks the protocol.
    pub fn next_response(
        &mut self,
        reader: &mut FrameReader,
    ) -> Result<Option<(Message, T)>, ResponseError> {
        let least = match self.sent.front() {
            Some((request, _)) if request.bare_sasl_token => 0,
            Some(_) | None => SHORTEST_RESPONSE,
        };
        let Some(frame) = reader.next_frame(LengthLimits {
            least,
            most: MAX_FRAME,
        })?
        else {
            return Ok(None);
        };
        let (request, kept) = self.sent.pop().ok_or(ResponseError::Unasked)?;
        let response = Message::from_response_piece(request, frame)
            .map_err(|source| ResponseError::Malformed { request, source })?;
        match response.correlation_id() {
            Some(found) if found != request.correlation_id => {
                Err(ResponseError::OutOfOrder { request, found })
            }
            Some(_) | None => Ok(Some((response, kept))),
        }
    }
}

impl<T> Default for ResponseDecoder<T> {
    fn default() -> Self {
        Self::new()
    }
}
