//! Which request does this frame of a broker answer?

use super::FrameReader;
use super::length::{FrameError, LengthLimits, MAX_FRAME};
use crate::message::{Message, RequestRef};
use crate::wire::Malformed;
use std::collections::VecDeque;
use thiserror::Error;

/// Bytes of the shortest response: its correlation id.
const SHORTEST_RESPONSE: usize = 4;

/// Pairs the frames of one broker connection with the requests sent on it: a broker answers in order.
#[derive(Debug, Default)]
pub struct ResponseDecoder {
    sent: VecDeque<RequestRef>,
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

impl ResponseDecoder {
    /// A decoder for a new connection.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes note of a request that was sent and is answered.
    pub fn sent(&mut self, request: RequestRef) {
        self.sent.push_back(request);
    }

    /// How many requests wait.
    pub fn waiting(&self) -> usize {
        self.sent.len()
    }

    /// The request that is answered next.
    pub fn next_waiting(&self) -> Option<&RequestRef> {
        self.sent.front()
    }

    /// Cuts and reads the next response, if all of it has arrived.
    ///
    /// # Errors
    /// When the broker breaks the protocol.
    pub fn next_response(
        &mut self,
        reader: &mut FrameReader,
    ) -> Result<Option<Message>, ResponseError> {
        let least = if self
            .sent
            .front()
            .is_some_and(|request| request.bare_sasl_token)
        {
            0
        } else {
            SHORTEST_RESPONSE
        };
        let Some(frame) = reader.next_frame(LengthLimits {
            least,
            most: MAX_FRAME,
        })?
        else {
            return Ok(None);
        };
        let request = self.sent.pop_front().ok_or(ResponseError::Unasked)?;
        let response = Message::from_response_frame(request, frame)
            .map_err(|source| ResponseError::Malformed { request, source })?;
        match response.correlation_id() {
            Some(found) if found != request.correlation_id => {
                Err(ResponseError::OutOfOrder { request, found })
            }
            Some(_) | None => Ok(Some(response)),
        }
    }
}
