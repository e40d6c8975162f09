//! What can a transform do with a request or a response?

use super::body::{
    DecodeError, EncodeError, decode_request, decode_response, encode_request, encode_response,
    not_in_this_version,
};
use super::{Assembly, Frame, LENGTH_PREFIX, MessageId, RequestRef};
use crate::wire::{self, ApiKey, Malformed, RequestHeader, RequestHeaderError, ResponseHeader};
use bytes::{BufMut, Bytes, BytesMut};
use kafka_protocol::messages::{RequestKind, ResponseKind};
use kafka_protocol::protocol::Request;
use std::cell::Cell;

/// Bytes of a Produce request up to and with `acks`, unless its transactional id is a long one.
const UP_TO_ACKS: usize = 100;

/// Space for a draft that a thread keeps for the next one.
const LONGEST_KEPT_DRAFT: usize = 64 * 1024;

thread_local! {
    /// Where a frame is written of which it is not known how long it will be.
    static DRAFT: Cell<BytesMut> = Cell::new(BytesMut::new());
}

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
    request: RequestRef,
    direction: Direction,
    /// Bytes before the body, length prefix included.
    body_offset: usize,
    frame: Frame,
    body: Body,
    /// Whether the frame asks for no answer.
    is_silent: bool,
    /// Whether this proxy answers with an error where no broker was asked.
    refusal: bool,
}

#[derive(Clone, Debug)]
enum Body {
    /// Nobody asked for the typed form yet.
    Raw,
    /// Decoded for reading: the frame still says the same.
    Read(Box<Typed>),
    /// Handed out for writing: of the frame, only the header still counts.
    Changed(Box<Typed>),
}

#[derive(Clone, Debug)]
enum Typed {
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
        let header = RequestHeader::peek(frame.get(LENGTH_PREFIX..).unwrap_or_default())?;
        let request = RequestRef {
            id,
            api_key: header.api_key,
            api_version: header.version,
            correlation_id: header.correlation_id,
            bare_sasl_token: false,
        };
        let body_offset = LENGTH_PREFIX + header.body_offset;
        Ok(Self::raw(
            request,
            Direction::Request,
            body_offset,
            Frame::whole(frame),
        ))
    }

    /// A request from a frame that holds nothing but a SASL token.
    pub(crate) fn from_bare_sasl_token(id: MessageId, frame: Bytes) -> Self {
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
        let body_offset = if request.bare_sasl_token {
            LENGTH_PREFIX
        } else {
            let payload = frame.get(LENGTH_PREFIX..).unwrap_or_default();
            let header = ResponseHeader::peek(request.api_key, request.api_version, payload)?;
            LENGTH_PREFIX + header.body_offset
        };
        Ok(Self::raw(
            request,
            Direction::Response,
            body_offset,
            Frame::whole(frame),
        ))
    }

    fn raw(request: RequestRef, direction: Direction, body_offset: usize, frame: Frame) -> Self {
        let is_silent = direction == Direction::Request
            && request.api_key == ApiKey::Produce
            && asks_for_no_acks(request.api_version, body_offset, &frame);
        Self {
            request,
            direction,
            body_offset,
            frame,
            body: Body::Raw,
            is_silent,
            refusal: false,
        }
    }
}

fn asks_for_no_acks(version: i16, body_offset: usize, produce: &Frame) -> bool {
    let acks =
        |front: &[u8]| wire::produce::acks(version, front.get(body_offset..).unwrap_or_default());
    let acks = acks(&produce.front(body_offset + UP_TO_ACKS))
        .or_else(|_| acks(&produce.front(usize::MAX)));
    // A body too short to say how many acks it wants is answered by the connection being closed.
    matches!(acks, Ok(0))
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
        let mut header = BytesMut::new();
        if !request.bare_sasl_token {
            wire::encode_response_header(
                &mut header,
                request.api_key,
                request.api_version,
                request.correlation_id,
            );
        }
        Self::assembled(request, Direction::Response, &header, body)
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

    /// The same message with another body, put together by `write` from new bytes and slices of others.
    ///
    /// # Errors
    /// When the body is longer than a frame can be.
    pub fn with_body_assembled(
        &self,
        write: impl FnOnce(&mut Assembly),
    ) -> Result<Self, EncodeError> {
        let header = self.frame.front(self.body_offset);
        let header = header.get(LENGTH_PREFIX..).unwrap_or_default();
        let mut assembly = Assembly::new(header);
        write(&mut assembly);
        Ok(Self {
            request: self.request,
            direction: self.direction,
            body_offset: LENGTH_PREFIX + header.len(),
            frame: assembly.finish().ok_or(too_long(self.request))?,
            body: Body::Raw,
            is_silent: self.is_silent,
            refusal: self.refusal,
        })
    }

    /// The response to `request` with a body put together by `write`.
    ///
    /// # Errors
    /// When the body is longer than a frame can be.
    pub fn response_assembled(
        request: RequestRef,
        write: impl FnOnce(&mut Assembly),
    ) -> Result<Self, EncodeError> {
        let mut assembly = Assembly::new(&[]);
        if !request.bare_sasl_token {
            wire::encode_response_header(
                assembly.fresh(),
                request.api_key,
                request.api_version,
                request.correlation_id,
            );
        }
        let body_offset = assembly.fresh().len();
        write(&mut assembly);
        let frame = assembly.finish().ok_or(too_long(request))?;
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
        let written = write(&mut draft);
        let payload = i32::try_from(draft.len() - LENGTH_PREFIX);
        if let (Ok(payload), Some(prefix)) = (payload, draft.first_chunk_mut()) {
            *prefix = payload.to_be_bytes();
        }
        let frame = Bytes::copy_from_slice(&draft);
        if draft.capacity() <= LONGEST_KEPT_DRAFT {
            DRAFT.set(draft);
        }
        written?;
        payload.map_err(|_| too_long(self.request))?;
        Ok(Self {
            request: self.request,
            direction: self.direction,
            body_offset: LENGTH_PREFIX + header.len(),
            frame: Frame::whole(frame),
            body: Body::Raw,
            is_silent: self.is_silent,
            refusal: self.refusal,
        })
    }

    /// This response, which no broker gave: that the client got it does not say that a broker trusts the client.
    pub(super) fn into_refusal(self) -> Self {
        Self {
            refusal: true,
            ..self
        }
    }

    /// A copy of this request under an id of its own: sent beside the original, its response is a separate one.
    pub fn duplicate_request(&self) -> Self {
        let mut copy = self.clone();
        copy.request.id = MessageId::made_up();
        copy
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

    /// Whether this was made by [`error_response`](Self::error_response).
    pub(crate) fn is_refusal(&self) -> bool {
        self.refusal
    }

    /// What to keep of a request to read its response.
    pub fn request_ref(&self) -> RequestRef {
        self.request
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

    /// Bytes of the frame as it came, length prefix included. A changed message is measured when it is encoded.
    pub fn wire_len(&self) -> usize {
        self.frame.wire_len()
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
            [whole] => whole.slice(self.body_offset.min(whole.len())..),
            _ => {
                let frame = self.frame.contiguous();
                frame.slice(self.body_offset.min(frame.len())..)
            }
        }
    }

    /// The header, without the length prefix.
    fn header(&self) -> Bytes {
        let first = self.frame.pieces().first().cloned().unwrap_or_default();
        let end = self.body_offset.min(first.len());
        first.slice(LENGTH_PREFIX.min(end)..end)
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
    pub fn into_frame(self) -> Result<Frame, EncodeError> {
        match &self.body {
            Body::Raw | Body::Read(_) => Ok(self.frame),
            Body::Changed(typed) => {
                let body = self.encoded(typed)?;
                Frame::assemble(&self.header(), vec![body]).ok_or(too_long(self.request))
            }
        }
    }
}

fn too_long(request: RequestRef) -> EncodeError {
    EncodeError::TooLong {
        api: request.api_key,
        version: request.api_version,
    }
}
