//! What does the beginning of a frame say about the message in it?

use super::message::is_no_acks;
use super::{Direction, Frame, LENGTH_PREFIX, Message, MessageId, Piece, RequestRef};
use crate::wire::{self, ApiKey, Malformed, RequestHeader, RequestHeaderError, ResponseHeader};

/// The beginning of a message, read on its own so that the message is built where it is kept: to move it would cost as much
/// as to read its header.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head {
    pub(crate) request: RequestRef,
    /// The one in the frame.
    pub(crate) correlation_id: i32,
    direction: Direction,
    pub(crate) body_offset: usize,
    /// Whether this is a request without an answer.
    pub(crate) is_silent: bool,
}

impl Head {
    /// The head of the request in this frame.
    ///
    /// # Errors
    /// As [`Message::from_request_frame`].
    #[expect(
        clippy::inline_always,
        reason = "a call costs a fiftieth of all that a short request does"
    )]
    #[inline(always)]
    pub(crate) fn of_request(id: MessageId, frame: &[u8]) -> Result<Self, RequestHeaderError> {
        let payload = frame.get(LENGTH_PREFIX..).unwrap_or_default();
        let header = RequestHeader::peek(payload)?;
        // As `Message::raw` decides of frames in pieces, which costs a twentieth of all that a request does.
        let is_silent = header.api_key == ApiKey::Produce && {
            let body = payload.get(header.body_offset..).unwrap_or_default();
            is_no_acks(wire::produce::acks(header.version, body))
        };
        let request = RequestRef {
            id,
            api_key: header.api_key,
            api_version: header.version,
            correlation_id: header.correlation_id,
            bare_sasl_token: false,
        };
        Ok(Self {
            request,
            correlation_id: header.correlation_id,
            direction: Direction::Request,
            body_offset: LENGTH_PREFIX + header.body_offset,
            is_silent,
        })
    }

    /// The head of the response to this request in this frame, which says another correlation id if it is none.
    ///
    /// # Errors
    /// As [`Message::from_response_frame`].
    #[inline]
    pub(crate) fn of_response(request: RequestRef, frame: &[u8]) -> Result<Self, Malformed> {
        let (header, correlation_id) = if request.bare_sasl_token {
            (0, request.correlation_id)
        } else {
            let payload = frame.get(LENGTH_PREFIX..).unwrap_or_default();
            let header = ResponseHeader::peek(request.api_key, request.api_version, payload)?;
            (header.body_offset, header.correlation_id)
        };
        Ok(Self {
            request,
            correlation_id,
            direction: Direction::Response,
            body_offset: LENGTH_PREFIX + header,
            is_silent: false,
        })
    }

    /// The message with this head.
    #[inline]
    pub(crate) fn with(self, frame: Piece) -> Message {
        Message {
            is_silent: self.is_silent,
            ..Message::of_parts(
                self.request,
                self.direction,
                self.body_offset,
                Frame::whole(frame),
            )
        }
    }
}
