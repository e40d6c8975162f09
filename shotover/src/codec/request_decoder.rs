//! What did a client send: a request for the chain, one to answer on the spot, or something to hang up on?

use super::FrameReader;
use super::length::{FrameError, LengthLimits, MAX_FRAME, MAX_FRAME_BEFORE_AUTHENTICATION};
use super::sasl::SaslState;
use super::trust::{AnonymousAccess, Trust};
use crate::message::{Head, LENGTH_PREFIX, Message, MessageId, Messages, Piece, RequestRef};
use crate::wire::produce::{Batch, Partition, only_begun};
use crate::wire::{ApiKey, RequestHeaderError};
use thiserror::Error;

/// Bytes of the shortest request header: key, version, correlation id. Shorter frames are refused by their length.
pub(super) const SHORTEST_REQUEST: usize = 8;

/// A Produce request is opened when more than this is still to come: a shorter rest is soon there, and fits into what
/// the connections of a thread read into.
const LEAST_REST: usize = 128 * 1024;

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

    /// The beginning of the next request, if that is a long Produce request for one partition, of which nothing is to come
    /// but records, and `takes` says that it may go on its way while it arrives. The reader is
    /// [open](FrameReader::is_open) then. To be called when there is no whole one.
    pub fn open_request(
        &mut self,
        reader: &mut FrameReader,
        takes: impl FnOnce(&Partition<'_>) -> bool,
    ) -> Option<Message> {
        let (head, missing) = self.begun(reader, takes)?;
        self.next += 1;
        Some(head.with(reader.open()).opened(missing))
    }

    /// Whether the beginning of such a request has arrived.
    pub fn has_begun_long_request(&self, reader: &FrameReader) -> bool {
        self.begun(reader, |_| true).is_some()
    }

    fn begun(
        &self,
        reader: &FrameReader,
        takes: impl FnOnce(&Partition<'_>) -> bool,
    ) -> Option<(Head, u32)> {
        let (beginning, missing) = reader.begun(LEAST_REST)?;
        // Not the first one: what has not been let in is read whole, or not at all.
        let is_let_in = self.next > 0 && self.trust.is_trusted();
        if !is_let_in || self.sasl != SaslState::Requests {
            return None;
        }
        let head = Head::of_request(MessageId::from_client(self.next), beginning).ok()?;
        // One without an answer could be lost without anybody being told.
        if head.request.api_key != ApiKey::Produce || head.is_silent {
            return None;
        }
        let body = beginning.get(head.body_offset..)?;
        let partition = only_begun(head.request.api_version, body, missing)?;
        let has_numbers = partition.records.as_ref()?.len() >= Batch::UP_TO_NUMBERS;
        let missing = u32::try_from(missing).ok()?;
        (has_numbers && takes(&partition)).then_some((head, missing))
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
