//! What can a transform do with a request or a response?

use super::body::{
    DecodeError, EncodeError, decode_request, decode_response, encode_request, encode_response,
};
use super::{Frame, Head, LENGTH_PREFIX, MessageId, Piece, RequestRef};
use crate::wire::{self, ApiKey, Malformed, RequestHeader, RequestHeaderError};
use bytes::{Bytes, BytesMut};
use kafka_protocol::messages::{RequestKind, ResponseKind};

/// Bytes of a Produce request up to and with `acks`, unless its transactional id is a long one.
const UP_TO_ACKS: usize = 100;

/// The messages of one step through a chain, in the order in which they came.
pub type Messages = Vec<Message>;

/// Where a message is going.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Down the chain, to a broker.
    Request,
    /// Up the chain, to the client.
    Response,
}

/// A Kafka request or response: the frame as it came, what its header says, and the decoded body once asked for.
#[derive(Clone, Debug)]
pub struct Message {
    pub(super) request: RequestRef,
    pub(super) direction: Direction,
    /// Bytes before the body, length prefix included.
    pub(super) body_offset: usize,
    pub(super) frame: Frame,
    pub(super) body: Body,
    /// Bytes of the frame that are still to come.
    pub(super) missing: u32,
    /// Whether the frame asks for no answer.
    pub(super) is_silent: bool,
    /// Whether this proxy answers and no broker had a part in it.
    pub(super) refusal: bool,
    /// Whether its bytes count as held.
    pub(super) rests: bool,
}

#[derive(Clone, Debug)]
pub(super) enum Body {
    /// Nobody asked for the typed form yet.
    Raw,
    /// Decoded for reading: the frame still says the same.
    Read(Box<Typed>),
    /// Handed out for writing: of the frame, only the header still counts.
    Changed(Box<Typed>),
}

#[derive(Clone, Debug)]
pub(super) enum Typed {
    Request(RequestKind),
    Response(ResponseKind),
}

/// Messages as they come from a peer.
impl Message {
    /// A request from a frame as it was cut from the stream, length prefix included.
    ///
    /// # Errors
    /// When the header is malformed or names an API or a version that Kafka 4.3 does not have.
    pub fn from_request_frame(id: MessageId, frame: Bytes) -> Result<Self, RequestHeaderError> {
        let frame = Piece::from(frame);
        Ok(Head::of_request(id, &frame)?.with(frame))
    }

    /// A request from a frame that holds nothing but a SASL token.
    pub(crate) fn from_bare_sasl_token(id: MessageId, frame: impl Into<Piece>) -> Self {
        let request = RequestRef {
            id,
            api_key: ApiKey::SaslAuthenticate,
            api_version: 0,
            correlation_id: 0,
            bare_sasl_token: true,
        };
        Self::raw(
            request,
            Direction::Request,
            LENGTH_PREFIX,
            Frame::whole(frame),
        )
    }

    /// The ApiVersions request of version 0 that stands for one of a version that nobody knows.
    pub(crate) fn api_versions_v0(id: MessageId, correlation_id: i32) -> Self {
        let request = RequestRef {
            id,
            api_key: ApiKey::ApiVersions,
            api_version: 0,
            correlation_id,
            bare_sasl_token: false,
        };
        Self::raw(
            request,
            Direction::Request,
            LENGTH_PREFIX,
            Frame::whole(Bytes::new()),
        )
    }

    /// The response to `request` from a frame as it was cut from the stream, length prefix included.
    ///
    /// # Errors
    /// When the header is malformed.
    pub fn from_response_frame(request: RequestRef, frame: Bytes) -> Result<Self, Malformed> {
        let frame = Piece::from(frame);
        Ok(Head::of_response(request, &frame)?.with(frame))
    }

    /// This message, of which so many bytes are still to come.
    pub(crate) fn opened(self, missing: u32) -> Self {
        Self { missing, ..self }
    }

    pub(super) fn raw(
        request: RequestRef,
        direction: Direction,
        body_offset: usize,
        frame: Frame,
    ) -> Self {
        let is_silent = direction == Direction::Request
            && request.api_key == ApiKey::Produce
            && asks_for_no_acks(request.api_version, body_offset, &frame);
        Self {
            is_silent,
            ..Self::of_parts(request, direction, body_offset, frame)
        }
    }

    /// One of these parts, not decoded, not a request without an answer.
    #[inline]
    pub(super) fn of_parts(
        request: RequestRef,
        direction: Direction,
        body_offset: usize,
        frame: Frame,
    ) -> Self {
        Self {
            request,
            direction,
            body_offset,
            frame,
            body: Body::Raw,
            missing: 0,
            is_silent: false,
            refusal: false,
            rests: false,
        }
    }
}

fn asks_for_no_acks(version: i16, body_offset: usize, produce: &Frame) -> bool {
    let acks =
        |front: &[u8]| wire::produce::acks(version, front.get(body_offset..).unwrap_or_default());
    is_no_acks(match produce.pieces() {
        [whole] => acks(whole),
        _ => acks(&produce.front(body_offset + UP_TO_ACKS))
            .or_else(|_| acks(&produce.front(usize::MAX))),
    })
}

/// Whether these acks ask for no answer. A body too short to say how many it wants is answered by the connection being
/// closed.
#[inline]
pub(super) fn is_no_acks(acks: Result<i16, Malformed>) -> bool {
    matches!(acks, Ok(0))
}

/// What is known without decoding.
impl Message {
    /// The id of this request, or of the request this is the response to.
    pub fn id(&self) -> MessageId {
        self.request.id
    }

    /// Whether this is a request or a response.
    pub fn direction(&self) -> Direction {
        self.direction
    }

    /// The API of this message.
    pub fn api_key(&self) -> ApiKey {
        self.request.api_key
    }

    /// The version in which this message is encoded.
    pub fn api_version(&self) -> i16 {
        self.request.api_version
    }

    /// Whether this was made by [`error_response`](Self::error_response), or [otherwise](Self::refusal_if) without a broker.
    pub fn is_refusal(&self) -> bool {
        self.refusal
    }

    /// What to keep of a request to read its response.
    pub fn request_ref(&self) -> RequestRef {
        self.request
    }

    /// How many bytes of this message are still to come: 0 of nearly every one. What has arrived of an open one says all
    /// but the records of its last partition, and its body cannot be decoded. The rest of an answer the source reads behind
    /// it with [`poll_rest`](crate::transforms::Transform::poll_rest), that of a request it hands to
    /// [`take_rest`](crate::transforms::Transform::take_rest). A transform sees none unless it says that
    /// [such answers](crate::transforms::Transform::passes_open_answers) or
    /// [such requests](crate::transforms::Transform::passes_open_requests) may pass.
    pub fn missing(&self) -> usize {
        usize::try_from(self.missing).unwrap_or(usize::MAX)
    }

    /// Whether the peer answers this request: a broker does not answer Produce with acks=0.
    pub fn expects_response(&self) -> bool {
        match &self.body {
            Body::Raw | Body::Read(_) => !self.is_silent,
            Body::Changed(typed) => match typed.as_ref() {
                Typed::Request(RequestKind::Produce(produce)) => produce.acks != 0,
                Typed::Request(_) | Typed::Response(_) => true,
            },
        }
    }

    /// The client id of a request, as it stands in the header; not always UTF-8.
    pub fn client_id(&self) -> Option<Bytes> {
        if self.request.bare_sasl_token || self.direction == Direction::Response {
            return None;
        }
        let header = self.header();
        let client_id = RequestHeader::peek(&header).ok()?.client_id?;
        Some(header.slice_ref(client_id))
    }

    /// The correlation id in the frame; a bare SASL token has none.
    pub fn correlation_id(&self) -> Option<i32> {
        if self.request.bare_sasl_token {
            return None;
        }
        let behind_length = match self.direction {
            // Behind the key and the version.
            Direction::Request => LENGTH_PREFIX + 4,
            Direction::Response => LENGTH_PREFIX,
        };
        let header = self.frame.pieces().first()?.get(..self.body_offset)?;
        let bytes = header.get(behind_length..)?;
        bytes.first_chunk().map(|bytes| i32::from_be_bytes(*bytes))
    }

    /// Bytes of the frame as it came, length prefix included, without those that are [missing](Self::missing). A changed
    /// message is measured when it is encoded.
    pub fn wire_len(&self) -> usize {
        self.frame.wire_len()
    }

    /// Bytes in front of the body: those of the length and of the header.
    pub fn head_len(&self) -> usize {
        self.body_offset
    }

    /// The body as bytes: as it came, or encoded when the message was changed.
    ///
    /// # Errors
    /// When a changed body says what this version cannot.
    pub fn body_bytes(&self) -> Result<Bytes, EncodeError> {
        match &self.body {
            Body::Raw | Body::Read(_) => Ok(self.raw_body()),
            Body::Changed(typed) => self.encoded(typed),
        }
    }

    /// The body as it came, where it lies in one piece and was not changed: a look at it that costs nothing.
    pub fn body_in_place(&self) -> Option<&[u8]> {
        match (&self.body, self.frame.pieces()) {
            (Body::Raw | Body::Read(_), [whole]) => whole.get(self.body_offset..),
            _ => None,
        }
    }

    fn raw_body(&self) -> Bytes {
        match self.frame.pieces() {
            [whole] => whole.slice_from(self.body_offset),
            _ => {
                let frame = self.frame.contiguous();
                frame.slice(self.body_offset.min(frame.len())..)
            }
        }
    }

    /// The header, without the length prefix.
    pub(super) fn header(&self) -> Bytes {
        let first = self.frame.pieces().first();
        let header = first.map(|first| first.slice_from(LENGTH_PREFIX));
        let mut header = header.unwrap_or_default();
        header.truncate(self.body_offset.saturating_sub(LENGTH_PREFIX));
        header
    }
}

/// The typed form.
impl Message {
    /// The body of a request, decoded on the first call.
    ///
    /// # Errors
    /// When the body is malformed, has no typed form, or this is a response.
    pub fn request(&mut self) -> Result<&RequestKind, DecodeError> {
        match self.decoded()? {
            Typed::Request(body) => Ok(body),
            Typed::Response(_) => Err(DecodeError::WrongDirection("response")),
        }
    }

    /// The body of a request, to be changed: the request is encoded again before it leaves.
    ///
    /// # Errors
    /// As [`request`](Self::request).
    pub fn request_mut(&mut self) -> Result<&mut RequestKind, DecodeError> {
        match self.decoded_for_change()? {
            Typed::Request(body) => Ok(body),
            Typed::Response(_) => Err(DecodeError::WrongDirection("response")),
        }
    }

    /// The body of a response, decoded on the first call.
    ///
    /// # Errors
    /// When the body is malformed, has no typed form, or this is a request.
    pub fn response(&mut self) -> Result<&ResponseKind, DecodeError> {
        match self.decoded()? {
            Typed::Response(body) => Ok(body),
            Typed::Request(_) => Err(DecodeError::WrongDirection("request")),
        }
    }

    /// The body of a response, to be changed: the response is encoded again before it leaves.
    ///
    /// # Errors
    /// As [`response`](Self::response).
    pub fn response_mut(&mut self) -> Result<&mut ResponseKind, DecodeError> {
        match self.decoded_for_change()? {
            Typed::Response(body) => Ok(body),
            Typed::Request(_) => Err(DecodeError::WrongDirection("request")),
        }
    }

    fn decoded(&mut self) -> Result<&mut Typed, DecodeError> {
        if matches!(self.body, Body::Raw) {
            self.body = Body::Read(Box::new(self.decode()?));
        }
        match &mut self.body {
            Body::Read(typed) | Body::Changed(typed) => Ok(typed),
            #[expect(clippy::unreachable, reason = "replaced by Body::Read above")]
            Body::Raw => unreachable!("a raw body was decoded"),
        }
    }

    fn decoded_for_change(&mut self) -> Result<&mut Typed, DecodeError> {
        let typed = match std::mem::replace(&mut self.body, Body::Raw) {
            Body::Raw => Box::new(self.decode()?),
            Body::Read(typed) | Body::Changed(typed) => typed,
        };
        self.body = Body::Changed(typed);
        self.decoded()
    }

    fn decode(&self) -> Result<Typed, DecodeError> {
        let body = self.raw_body();
        Ok(match self.direction {
            Direction::Request => Typed::Request(decode_request(self.request, body)?),
            Direction::Response => Typed::Response(decode_response(self.request, body)?),
        })
    }

    fn encoded(&self, typed: &Typed) -> Result<Bytes, EncodeError> {
        let mut out = BytesMut::with_capacity(self.frame.wire_len());
        match typed {
            Typed::Request(body) => encode_request(self.request, body, &mut out)?,
            Typed::Response(body) => encode_response(self.request, body, &mut out)?,
        }
        Ok(out.freeze())
    }

    /// The frame to write: as it came, unless the message was changed.
    ///
    /// # Errors
    /// When a changed body says what this version cannot, or is longer than a frame can be.
    #[inline]
    pub fn into_frame(self) -> Result<Frame, EncodeError> {
        match &self.body {
            Body::Raw | Body::Read(_) => Ok(self.frame),
            Body::Changed(typed) => self.frame_of(typed),
        }
    }

    #[cold]
    fn frame_of(&self, typed: &Typed) -> Result<Frame, EncodeError> {
        let body = self.encoded(typed)?;
        Frame::assemble(&self.header(), vec![body]).ok_or(too_long(self.request))
    }
}

pub(super) fn too_long(request: RequestRef) -> EncodeError {
    EncodeError::TooLong {
        api: request.api_key,
        version: request.api_version,
    }
}
