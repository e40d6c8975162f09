//! Which request does this frame of a broker answer?

use super::FrameReader;
use super::length::{FrameError, LengthLimits, MAX_FRAME};
use crate::burst::{Burst, Element};
use crate::message::{Head, LENGTH_PREFIX, Message, Messages, RequestRef};
use crate::wire::fetch_response::Partitions;
use crate::wire::{ApiKey, Malformed, ResponseHeader};
use thiserror::Error;

/// Bytes of the shortest response: its correlation id.
const SHORTEST_RESPONSE: usize = 4;

/// A Fetch response is opened when more than this is still to come: a shorter rest is soon there.
const LEAST_REST: usize = 64 * 1024;

/// Pairs the frames of one broker connection with the requests sent on it, and with what its owner keeps of each: a
/// broker answers in order.
#[derive(Debug)]
pub struct ResponseDecoder<T> {
    sent: Burst<Sent<T>>,
}

#[derive(Debug)]
struct Sent<T> {
    request: RequestRef,
    kept: T,
}

impl<T: 'static> Element for Sent<T> {}

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

impl<T: 'static> ResponseDecoder<T> {
    /// A decoder for a new connection.
    pub fn new() -> Self {
        Self {
            sent: Burst::default(),
        }
    }

    /// Takes note of a request that was sent and is answered, and of what to give back with its answer.
    pub fn sent(&mut self, request: RequestRef, kept: T) {
        self.sent.push(Sent { request, kept });
    }

    /// How many requests wait.
    pub fn waiting(&self) -> usize {
        self.sent.len()
    }

    /// What was kept of the request that is answered next.
    pub fn next_waiting(&self) -> Option<&T> {
        self.sent.front().map(|sent| &sent.kept)
    }

    /// Cuts and reads the next response, if all of it has arrived, and adds it to these. Returns which request it answers,
    /// and what was kept of that.
    ///
    /// # Errors
    /// When the broker breaks the protocol.
    #[inline]
    pub fn next_response(
        &mut self,
        reader: &mut FrameReader,
        responses: &mut Messages,
    ) -> Result<Option<(RequestRef, T)>, ResponseError> {
        let least = match self.sent.front() {
            Some(Sent { request, .. }) if request.bare_sasl_token => 0,
            Some(_) | None => SHORTEST_RESPONSE,
        };
        let Some(frame) = reader.next_frame(LengthLimits {
            least,
            most: MAX_FRAME,
        })?
        else {
            return Ok(None);
        };
        let Sent { request, kept } = self.sent.pop().ok_or(ResponseError::Unasked)?;
        let head = head_of(request, &frame)?;
        reader.make_room(responses);
        responses.push(head.with(frame));
        Ok(Some((request, kept)))
    }

    /// The next response, if it is a Fetch response that is long and of which nothing is to come but records of its last
    /// partition. The reader is [open](FrameReader::is_open) then. To be called when there is no whole one.
    ///
    /// # Errors
    /// When the broker breaks the protocol.
    pub fn open_response(
        &mut self,
        reader: &mut FrameReader,
    ) -> Result<Option<(Message, T)>, ResponseError> {
        let Some(missing) = self.missing_of_open(reader) else {
            return Ok(None);
        };
        let Sent { request, kept } = self.sent.pop().ok_or(ResponseError::Unasked)?;
        let beginning = reader.open();
        let response = head_of(request, &beginning)?.with(beginning);
        Ok(Some((response.opened(missing), kept)))
    }

    fn missing_of_open(&self, reader: &FrameReader) -> Option<u32> {
        let Sent { request, .. } = self.sent.front()?;
        if request.api_key != ApiKey::Fetch {
            return None;
        }
        let (beginning, missing) = reader.begun(LEAST_REST)?;
        let payload = beginning.get(LENGTH_PREFIX..)?;
        let header = ResponseHeader::peek(request.api_key, request.api_version, payload).ok()?;
        let body = payload.get(header.body_offset..)?;
        let is_open = Partitions::ends_in_records(request.api_version, body, missing);
        u32::try_from(missing).ok().filter(|_| is_open)
    }
}

/// The head of the response in this frame, if it is the one to this request.
#[inline]
fn head_of(request: RequestRef, frame: &[u8]) -> Result<Head, ResponseError> {
    match Head::of_response(request, frame) {
        Ok(head) if head.correlation_id == request.correlation_id => Ok(head),
        Ok(Head {
            correlation_id: found,
            ..
        }) => Err(ResponseError::OutOfOrder { request, found }),
        Err(source) => Err(ResponseError::Malformed { request, source }),
    }
}

impl<T: 'static> Default for ResponseDecoder<T> {
    fn default() -> Self {
        Self::new()
    }
}
