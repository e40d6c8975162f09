//! Which frames of a client are SASL tokens without a header?
//!
//! After SaslHandshake v0 (KIP-43) the tokens of the mechanism follow as bare frames; from v1 on (KIP-152) they
//! travel inside SaslAuthenticate and this module has nothing to do. The proxy cannot see from a bare token whether
//! the exchange is over, so it counts: the number of tokens a client sends is fixed for every mechanism but GSSAPI.
//!
//! ```text
//! Requests ──SaslHandshake v0──► HandshakeSent ──answered: no error──► Tokens ──last token──► Requests
//!                                     └──answered: error──► Requests
//! ```

use crate::message::{Message, RequestRef};
use crate::wire::{ApiKey, Encoding, Reader};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum SaslState {
    /// Every frame has a header.
    #[default]
    Requests,
    /// Whether tokens follow is not known before the broker has answered: nothing is cut until then.
    HandshakeSent(Tokens),
    /// Bare tokens.
    Tokens(Tokens),
}

/// How many tokens a client sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tokens {
    /// So many more.
    Counted(u8),
    /// One of OAUTHBEARER.
    Bearer,
    /// Until a frame comes that can only be a request: the tokens of GSSAPI are DER or empty or start with a byte
    /// that no key of an API in use at that time starts with.
    UntilRequest,
}

impl SaslState {
    /// Takes note of a SaslHandshake.
    pub(super) fn handshake(self, handshake: &Message) -> Self {
        match handshake.api_version() {
            0 => Self::HandshakeSent(tokens_of(handshake)),
            _ => self,
        }
    }

    /// Takes note of an answer that goes to the client.
    pub(super) fn answered(self, request: RequestRef, answer: &Message) -> Self {
        let Self::HandshakeSent(tokens) = self else {
            return self;
        };
        // An answer to one of v1 that was sent before says nothing about this one.
        if request.api_key != ApiKey::SaslHandshake || request.api_version != 0 {
            return self;
        }
        let body = answer.body_bytes().unwrap_or_default();
        match Reader::new(&body, Encoding::Fixed).i16("ErrorCode") {
            Ok(0) => Self::Tokens(tokens),
            Ok(_) | Err(_) => Self::Requests,
        }
    }

    /// Whether the frame with this payload is a token, and what the state is after it.
    pub(super) fn frame(self, payload: &[u8]) -> (bool, Self) {
        match self {
            Self::Tokens(Tokens::Counted(0 | 1) | Tokens::Bearer) => (true, Self::Requests),
            Self::Tokens(Tokens::Counted(more)) => (true, Self::Tokens(Tokens::Counted(more - 1))),
            Self::Tokens(Tokens::UntilRequest) => match payload.first() {
                Some(0) if payload.len() >= super::request_decoder::SHORTEST_REQUEST => {
                    (false, Self::Requests)
                }
                _ => (true, self),
            },
            Self::Requests | Self::HandshakeSent(_) => (false, self),
        }
    }
}

/// What the mechanism takes that this SaslHandshake asks for.
pub(super) fn tokens_of(handshake: &Message) -> Tokens {
    let body = handshake.body_bytes().unwrap_or_default();
    let mechanism = Reader::new(&body, Encoding::Fixed).string("Mechanism");
    match mechanism.unwrap_or_default() {
        b"SCRAM-SHA-256" | b"SCRAM-SHA-512" => Tokens::Counted(2),
        b"GSSAPI" => Tokens::UntilRequest,
        b"OAUTHBEARER" => Tokens::Bearer,
        _ => Tokens::Counted(1),
    }
}
