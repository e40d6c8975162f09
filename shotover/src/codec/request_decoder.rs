//! What did a client send: a request for the chain, one to answer on the spot, or something to hang up on?

use super::FrameReader;
use super::length::{FrameError, LengthLimits, MAX_FRAME, MAX_FRAME_BEFORE_AUTHENTICATION};
use super::sasl::SaslState;
use super::trust::{AnonymousAccess, Trust};
use crate::message::{Head, LENGTH_PREFIX, Message, MessageId, Messages, Piece, RequestRef};
use crate::wire::{ApiKey, RequestHeaderError};
use thiserror::Error;

/// Bytes of the shortest request header: key, version, correlation id. Shorter frames are refused by their length.
pub(super) const SHORTEST_REQUEST: usize = 8;

/// Turns the frames of one client connection into requests, numbered from 0.
#[derive(Debug, Default)]
pub struct RequestDecoder {
    next: u64,
    sasl: SaslState,
    trust: Trust,
}

/// A frame of a client.
#[derive(Debug)]
pub enum Decoded {
    /// A request for the chain, which was added to those before.
    Request,
    /// An ApiVersions request of a version that Kafka 4.3 does not have; answered with the versions there are
    /// (KIP-511). Given as a request of version 0, in which it is answered.
    ApiVersionsTooNew(Message),
}

/// Why a client is hung up on.
#[derive(Clone, Debug, Error)]
pub enum RequestError {
    /// What came is no frame.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// What came is no request, or not one that Kafka 4.3 answers.
    #[error(transparent)]
    Header(#[from] RequestHeaderError),
}

impl RequestDecoder {
    /// A decoder for a new connection of a source whose connections share `anonymous`.
    pub fn new(anonymous: AnonymousAccess) -> Self {
        Self {
            trust: Trust::new(anonymous),
            ..Self::default()
        }
    }

    /// Cuts and reads the next frame, if all of it has arrived and may be read already, and adds it to these requests if it
    /// is one for the chain.
    ///
    /// # Errors
    /// When a broker would hang up.
    pub fn next_request(
        &mut self,
        reader: &mut FrameReader,
        requests: &mut Messages,
    ) -> Result<Option<Decoded>, RequestError> {
        if self.waits() {
            return Ok(None);
        }
        let Some(frame) = reader.next_frame(self.limits())? else {
            return Ok(None);
        };
        let id = MessageId::from_client(self.next);
        self.next += 1;
        if self.sasl != SaslState::Requests {
            let payload = frame.get(LENGTH_PREFIX..).unwrap_or_default();
            let (bare_token, sasl) = self.sasl.frame(payload);
            self.sasl = sasl;
            if bare_token {
                reader.make_room(requests);
                requests.push(Message::from_bare_sasl_token(id, frame));
                return Ok(Some(Decoded::Request));
            }
        }
        self.request(id, frame, (reader, requests)).map(Some)
    }

    /// Whether nothing is cut before an answer has come, however much arrives.
    pub fn waits(&self) -> bool {
        matches!(self.sasl, SaslState::HandshakeSent(_))
    }

    #[inline]
    fn request(
        &mut self,
        id: MessageId,
        frame: Piece,
        (reader, requests): (&FrameReader, &mut Messages),
    ) -> Result<Decoded, RequestError> {
        let head = match Head::of_request(id, &frame) {
            Ok(head) => head,
            Err(RequestHeaderError::UnsupportedVersion {
                api_key: ApiKey::ApiVersions,
                correlation_id,
                ..
            }) => {
                let request = Message::api_versions_v0(id, correlation_id);
                return Ok(Decoded::ApiVersionsTooNew(request));
            }
            Err(error) => return Err(error.into()),
        };
        reader.make_room(requests);
        requests.push(head.with(frame));
        if head.request.api_key == ApiKey::SaslHandshake
            && let Some(handshake) = requests.last()
        {
            self.sasl = self.sasl.handshake(handshake);
            self.trust.handshake(handshake);
        }
        Ok(Decoded::Request)
    }

    /// Takes note of an answer that goes to the client: it can end the time in which only short frames are read,
    /// and say that bare SASL tokens follow.
    #[inline]
    pub fn answered(&mut self, request: RequestRef, answer: &Message) {
        if self.waits() {
            self.sasl = self.sasl.answered(request, answer);
        }
        self.trust.answered(request, answer);
    }

    fn limits(&self) -> LengthLimits {
        LengthLimits {
            least: if matches!(self.sasl, SaslState::Tokens(_)) {
                0
            } else {
                SHORTEST_REQUEST
            },
            most: if self.trust.is_trusted() {
                MAX_FRAME
            } else {
                MAX_FRAME_BEFORE_AUTHENTICATION
            },
        }
    }
}
