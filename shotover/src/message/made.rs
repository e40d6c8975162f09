//! How does a transform make messages of its own, and others of those it was given?

use super::assembly::fill_in_length;
use super::body::{EncodeError, encode_response, not_in_this_version};
use super::message::{Body, Direction, too_long};
use super::{Assembly, Frame, LENGTH_PREFIX, Message, MessageId, RequestRef};
use crate::budget::Budget;
use crate::wire::{self, ApiKey};
use bytes::{BufMut, Bytes, BytesMut};
use kafka_protocol::messages::ResponseKind;
use kafka_protocol::protocol::Request;
use std::cell::Cell;

/// Space for a draft that a thread keeps for the next one.
const LONGEST_KEPT_DRAFT: usize = 64 * 1024;

/// The correlation id, and no tagged fields.
const LONGEST_RESPONSE_HEADER: usize = 5;

thread_local! {
    /// Where a frame is written of which it is not known how long it will be.
    static DRAFT: Cell<BytesMut> = Cell::new(BytesMut::new());
}

/// Messages that a transform makes.
impl Message {
    /// A request of a transform's own. Its response comes back with the same [`id`](Self::id), for the transform that
    /// sent it to take out.
    ///
    /// # Errors
    /// When `body` says what `api_version` of its API cannot.
    pub fn new_request<R: Request>(
        api_version: i16,
        client_id: &str,
        body: &R,
    ) -> Result<Self, EncodeError> {
        let api_key = ApiKey::from_code(R::KEY)
            .filter(|key| key.versions().contains(&api_version))
            .ok_or(EncodeError::NoSuchVersion {
                code: R::KEY,
                version: api_version,
            })?;
        let request = RequestRef {
            id: MessageId::made_up(),
            api_key,
            api_version,
            correlation_id: 0,
            bare_sasl_token: false,
        };
        let mut header = BytesMut::new();
        wire::encode_request_header(
            &mut header,
            api_key,
            api_version,
            request.correlation_id,
            Some(client_id.as_bytes()),
        );
        let mut bytes = BytesMut::new();
        body.encode(&mut bytes, api_version)
            .map_err(|error| not_in_this_version(request, &error))?;
        Self::assembled(request, Direction::Request, &header, vec![bytes.freeze()])
    }

    /// The response to `request` with a body given in pieces.
    ///
    /// # Errors
    /// When the pieces are longer than a frame can be.
    pub fn response_of_pieces(request: RequestRef, body: Vec<Bytes>) -> Result<Self, EncodeError> {
        Self::open_response_of_pieces(request, body, 0)
    }

    /// The response to `request` with a body of which this is the beginning, given in pieces, and so many bytes are
    /// [`missing`](Self::missing).
    ///
    /// # Errors
    /// When all of it is longer than a frame can be.
    pub fn open_response_of_pieces(
        request: RequestRef,
        beginning: Vec<Bytes>,
        missing: usize,
    ) -> Result<Self, EncodeError> {
        let mut header = BytesMut::new();
        put_response_header(&mut header, request);
        let frame = Frame::begin(&header, beginning, missing).ok_or(too_long(request))?;
        let body_offset = LENGTH_PREFIX + header.len();
        Ok(Self {
            missing: missing.try_into().map_err(|_| too_long(request))?,
            ..Self::raw(request, Direction::Response, body_offset, frame)
        })
    }

    /// The response to this request with a typed body.
    ///
    /// # Errors
    /// When `body` says what the version of this request cannot.
    pub fn respond(&self, body: &ResponseKind) -> Result<Self, EncodeError> {
        let mut bytes = BytesMut::new();
        encode_response(self.request, body, &mut bytes)?;
        Self::response_of_pieces(self.request, vec![bytes.freeze()])
    }

    /// The same message with another body, given in pieces.
    ///
    /// # Errors
    /// When the pieces are longer than a frame can be.
    pub fn with_body(&self, body: Vec<Bytes>) -> Result<Self, EncodeError> {
        let mut message = Self::assembled(self.request, self.direction, &self.header(), body)?;
        message.refusal = self.refusal;
        Ok(message)
    }

    /// The same message with another body, put together by `write` from new bytes and slices of others. `room` is how many
    /// bytes of it are new or [copied](Assembly::slice).
    ///
    /// # Errors
    /// When the body is longer than a frame can be.
    pub fn with_body_assembled(
        &self,
        room: usize,
        write: impl FnOnce(&mut Assembly),
    ) -> Result<Self, EncodeError> {
        let header = self.frame.front(self.body_offset);
        let header = header.get(LENGTH_PREFIX..).unwrap_or_default();
        let mut assembly = Assembly::new(header, room);
        write(&mut assembly);
        let frame = assembly.finish().ok_or(too_long(self.request))?;
        Ok(self.with_frame(LENGTH_PREFIX + header.len(), frame))
    }

    /// Appends the frame of the same message with another body, which `write` appends.
    ///
    /// # Errors
    /// When the body is longer than a frame can be. Then something was appended nevertheless.
    pub fn put_with_body(
        &self,
        out: &mut Vec<u8>,
        write: impl FnOnce(&mut Vec<u8>),
    ) -> Result<(), EncodeError> {
        let start = out.len();
        out.extend_from_slice(&self.frame.front(self.body_offset));
        write(out);
        let frame = out.get_mut(start..).unwrap_or_default();
        fill_in_length(frame).ok_or(too_long(self.request))
    }

    /// This message, which was taken out of one of so many bytes. What is a small part of them is copied: while it waited for a
    /// slow peer, it would keep all of them.
    #[must_use]
    pub fn part_of(self, whole: usize) -> Self {
        Self {
            frame: self.frame.part_of(whole),
            ..self
        }
    }

    /// This message, to be kept for as long as somebody else decides. A short one is copied: it would keep the buffer
    /// that it was read into, which others were read into as well. From now on its bytes count as
    /// [held](crate::budget::Budget::held), until nobody has any of them.
    #[must_use]
    pub fn to_rest(self) -> Self {
        self.at_rest_within(Budget::of_process())
    }

    pub(super) fn at_rest_within(mut self, budget: &'static Budget) -> Self {
        if !self.rests {
            self.frame = self.frame.at_rest(budget);
            self.rests = true;
        }
        self
    }

    fn with_frame(&self, body_offset: usize, frame: Frame) -> Self {
        Self {
            request: self.request,
            direction: self.direction,
            body_offset,
            frame,
            body: Body::Raw,
            missing: 0,
            is_silent: !self.expects_response(),
            refusal: self.refusal,
            rests: false,
        }
    }

    /// The response to `request` with a copy of this body. Takes as much memory as the frame is long, in one allocation.
    ///
    /// # Errors
    /// When the body is longer than a frame can be.
    pub fn response_copied(request: RequestRef, body: &[u8]) -> Result<Self, EncodeError> {
        let room = LENGTH_PREFIX + LONGEST_RESPONSE_HEADER + body.len();
        let mut frame = BytesMut::with_capacity(room);
        frame.put_i32(0);
        put_response_header(&mut frame, request);
        let body_offset = frame.len();
        frame.put_slice(body);
        fill_in_length(&mut frame).ok_or(too_long(request))?;
        let frame = Frame::whole(frame.freeze());
        Ok(Self::raw(request, Direction::Response, body_offset, frame))
    }

    /// The same message with another body, which `write` appends to what is in front of it. Takes as much memory as the
    /// frame is long, in one allocation.
    ///
    /// # Errors
    /// What `write` returns, or when the body is longer than a frame can be.
    pub fn with_body_of<E: From<EncodeError>>(
        &self,
        write: impl FnOnce(&mut BytesMut) -> Result<(), E>,
    ) -> Result<Self, E> {
        let header = self.frame.front(self.body_offset);
        let header = header.get(LENGTH_PREFIX..).unwrap_or_default();
        let mut draft = DRAFT.take();
        draft.clear();
        draft.put_i32(0);
        draft.put_slice(header);
        let written = write(&mut draft).and_then(|()| {
            let length = fill_in_length(&mut draft);
            length.ok_or(too_long(self.request))?;
            Ok(Bytes::copy_from_slice(&draft))
        });
        if draft.capacity() <= LONGEST_KEPT_DRAFT {
            DRAFT.set(draft);
        }
        let frame = written?;
        Ok(self.with_frame(LENGTH_PREFIX + header.len(), Frame::whole(frame)))
    }

    /// The same body for another request of the same API and version, to read its answer or to answer it with an error. The
    /// header stays that of this one: it is not for sending.
    pub fn for_request(&self, request: RequestRef) -> Self {
        Self {
            request,
            ..self.clone()
        }
    }

    /// This response, and whether no broker had a part in it: then that the client got it does not say that one trusts the
    /// client.
    #[must_use]
    pub fn refusal_if(self, refusal: bool) -> Self {
        Self { refusal, ..self }
    }

    /// A copy of this request under an id of its own: sent beside the original, its response is a separate one.
    pub fn duplicate_request(&self) -> Self {
        self.clone().under_new_id()
    }

    /// This request under an id of its own, made of another one to be sent beside it or in its place.
    #[must_use]
    pub fn under_new_id(mut self) -> Self {
        self.request = self.request.under_new_id();
        self
    }

    fn assembled(
        request: RequestRef,
        direction: Direction,
        header: &[u8],
        body: Vec<Bytes>,
    ) -> Result<Self, EncodeError> {
        let frame = Frame::assemble(header, body).ok_or(too_long(request))?;
        Ok(Self::raw(
            request,
            direction,
            LENGTH_PREFIX + header.len(),
            frame,
        ))
    }
}

/// The header of the response to `request`, if it has one.
fn put_response_header(out: &mut BytesMut, request: RequestRef) {
    if !request.bare_sasl_token {
        wire::encode_response_header(
            out,
            request.api_key,
            request.api_version,
            request.correlation_id,
        );
    }
}
