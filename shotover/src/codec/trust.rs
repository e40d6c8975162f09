//! When may a client send long frames?
//!
//! Authentication is between client and broker, so it is seen, not configured. A client is trusted once a broker
//! has let it in: its SASL exchange succeeded, or something was answered that only authenticated clients get answered.
//! Where a broker answers clients that never authenticated, nobody has to: a client's later connections may well begin
//! with a long Produce, and brokers that ask for no credentials take it.

use super::sasl::{Tokens, tokens_of};
use crate::message::{Message, RequestRef};
use crate::wire::ApiKey;
use crate::wire::peek::Peek;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the brokers behind a source serve clients that did not authenticate. Shared by the connections of the
/// source and learned from the first of them that is served so.
#[derive(Clone, Debug, Default)]
pub struct AnonymousAccess(Arc<AtomicBool>);

#[cfg(test)]
impl AnonymousAccess {
    /// As it is when a client was served so.
    pub(crate) fn granted() -> Self {
        Self(Arc::new(AtomicBool::new(true)))
    }
}

/// What is known about the client of one connection.
#[derive(Debug, Default)]
pub(crate) struct Trust {
    anonymous: AnonymousAccess,
    exchange: Exchange,
    trusted: bool,
}

/// How far the client's SASL exchange has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Exchange {
    #[default]
    None,
    /// So many tokens have to be accepted before the client is who it says.
    Needs(u8),
    /// A token of OAUTHBEARER has to be accepted, which the answer has nothing to add to: what is wrong with a token is said
    /// in an answer without an error, and only when the client has confirmed that is it refused (RFC 7628, section 3.2.3).
    NeedsSilence,
    /// The client has begun twice, which no broker allows: nobody knows which exchange the answer to a token belongs to.
    Unclear,
}

impl Trust {
    pub(crate) fn new(anonymous: AnonymousAccess) -> Self {
        Self {
            anonymous,
            ..Self::default()
        }
    }

    pub(crate) fn is_trusted(&self) -> bool {
        self.trusted
            || (self.exchange == Exchange::None && self.anonymous.0.load(Ordering::Relaxed))
    }

    /// Takes note of what the client asks for.
    pub(crate) fn asked(&mut self, requests: &[Message]) {
        for request in requests {
            if request.api_key() == ApiKey::SaslHandshake {
                self.handshake(request);
            }
        }
    }

    /// Takes note of a SaslHandshake.
    pub(crate) fn handshake(&mut self, handshake: &Message) {
        let is_first = self.trusted || self.exchange == Exchange::None;
        self.exchange = match tokens_of(handshake) {
            _ if !is_first => Exchange::Unclear,
            Tokens::Counted(tokens) => Exchange::Needs(tokens),
            Tokens::Bearer => Exchange::NeedsSilence,
            // The first token of Kerberos is a ticket, which nobody has but the client it was made out for.
            Tokens::UntilRequest => Exchange::Needs(1),
        };
    }

    /// Takes note of the answers that go to the client.
    pub(crate) fn heard(&mut self, answers: &[Message]) {
        for answer in answers {
            self.answered(answer.request_ref(), answer);
        }
    }

    /// Takes note of an answer that goes to the client.
    #[inline]
    pub(crate) fn answered(&mut self, request: RequestRef, answer: &Message) {
        if !self.trusted || request.api_key == ApiKey::SaslAuthenticate {
            self.learn(request, answer);
        }
    }

    fn learn(&mut self, request: RequestRef, answer: &Message) {
        if answer.is_refusal() {
            return;
        }
        if request.api_key == ApiKey::SaslAuthenticate {
            self.token_answered(request, answer);
        } else if !matches!(request.api_key, ApiKey::ApiVersions | ApiKey::SaslHandshake) {
            self.trusted = true;
            if self.exchange == Exchange::None {
                self.anonymous.0.store(true, Ordering::Relaxed);
            }
        }
    }

    fn token_answered(&mut self, request: RequestRef, answer: &Message) {
        let Some(added) = added_to(request, answer) else {
            return;
        };
        match self.exchange {
            Exchange::None | Exchange::Unclear => {}
            Exchange::Needs(tokens) => {
                let left = tokens.saturating_sub(1);
                self.exchange = Exchange::Needs(left);
                self.trusted |= left == 0;
            }
            Exchange::NeedsSilence => self.trusted |= added == 0,
        }
    }
}

/// Bytes that a broker says to the mechanism of the client; none if it refuses a token, or that cannot be read.
fn added_to(request: RequestRef, answer: &Message) -> Option<usize> {
    let body = answer.body_bytes().ok()?;
    // A bare token that is refused is not answered: the broker hangs up.
    if request.bare_sasl_token {
        return Some(body.len());
    }
    let schema = ApiKey::SaslAuthenticate.response_schema();
    let answer = Peek::new(schema, request.api_version, &body);
    let is_accepted = answer.int("ErrorCode").ok()? == Some(0);
    let added = answer.bytes("AuthBytes").ok()?.unwrap_or_default();
    is_accepted.then_some(added.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::ErrorCode;
    use bytes::Bytes;
    use kafka_protocol::messages::{
        MetadataRequest, MetadataResponse, ResponseKind, SaslAuthenticateRequest,
        SaslAuthenticateResponse, SaslHandshakeRequest,
    };
    use kafka_protocol::protocol::StrBytes;

    const ACCEPTED: i16 = 0;
    const SASL_AUTHENTICATION_FAILED: i16 = 58;

    fn metadata() -> Message {
        Message::new_request(12, "c", &MetadataRequest::default()).unwrap()
    }

    fn serve_metadata(trust: &mut Trust) {
        let request = metadata();
        let body = ResponseKind::Metadata(MetadataResponse::default());
        trust.answered(request.request_ref(), &request.respond(&body).unwrap());
    }

    fn shake_hands(trust: &mut Trust, mechanism: &'static str) {
        let mechanism = StrBytes::from_static_str(mechanism);
        let body = SaslHandshakeRequest::default().with_mechanism(mechanism);
        trust.handshake(&Message::new_request(1, "c", &body).unwrap());
    }

    fn token(trust: &mut Trust, error: i16) {
        let request = Message::new_request(2, "c", &SaslAuthenticateRequest::default()).unwrap();
        let body = SaslAuthenticateResponse::default().with_error_code(error);
        let answer = request.respond(&ResponseKind::SaslAuthenticate(body));
        trust.answered(request.request_ref(), &answer.unwrap());
    }

    #[test]
    fn a_client_that_a_broker_served_is_trusted() {
        let mut trust = Trust::default();
        assert!(!trust.is_trusted());
        serve_metadata(&mut trust);
        assert!(trust.is_trusted());
    }

    #[test]
    fn a_refusal_of_the_proxy_lets_nobody_in() {
        let mut trust = Trust::default();
        let request = metadata();
        let refusal = request.error_response(ErrorCode::CLUSTER_AUTHORIZATION_FAILED, None);
        trust.answered(request.request_ref(), &refusal.unwrap());
        assert!(!trust.is_trusted());
    }

    #[test]
    fn one_client_served_without_credentials_speaks_for_all_that_send_none() {
        let anonymous = AnonymousAccess::default();
        serve_metadata(&mut Trust::new(anonymous.clone()));
        let mut later = Trust::new(anonymous);
        assert!(later.is_trusted());
        shake_hands(&mut later, "PLAIN");
        assert!(!later.is_trusted());
    }

    #[test]
    fn one_client_served_with_credentials_speaks_for_nobody_else() {
        let anonymous = AnonymousAccess::default();
        let mut first = Trust::new(anonymous.clone());
        shake_hands(&mut first, "PLAIN");
        token(&mut first, ACCEPTED);
        serve_metadata(&mut first);
        assert!(!Trust::new(anonymous).is_trusted());
    }

    #[test]
    fn a_client_is_trusted_with_the_last_token_of_its_mechanism() {
        for (mechanism, tokens) in [
            ("PLAIN", 1),
            ("OAUTHBEARER", 1),
            ("SCRAM-SHA-512", 2),
            ("GSSAPI", 1),
        ] {
            let mut trust = Trust::default();
            shake_hands(&mut trust, mechanism);
            for _ in 0..tokens {
                assert!(!trust.is_trusted(), "{mechanism}");
                token(&mut trust, ACCEPTED);
            }
            assert!(trust.is_trusted(), "{mechanism}");
        }
    }

    #[test]
    fn a_token_that_is_refused_does_not_count() {
        let mut trust = Trust::default();
        shake_hands(&mut trust, "PLAIN");
        token(&mut trust, SASL_AUTHENTICATION_FAILED);
        assert!(!trust.is_trusted());
    }

    #[test]
    fn a_bearer_token_that_something_is_wrong_with_does_not_count() {
        for version in 0..=2 {
            let mut trust = Trust::default();
            shake_hands(&mut trust, "OAUTHBEARER");
            let body = SaslAuthenticateRequest::default();
            let request = Message::new_request(version, "c", &body).unwrap();
            let wrong = Bytes::from_static(b"{\"status\":\"invalid_token\"}");
            let body = SaslAuthenticateResponse::default().with_auth_bytes(wrong);
            let answer = request.respond(&ResponseKind::SaslAuthenticate(body));
            trust.answered(request.request_ref(), &answer.unwrap());
            assert!(!trust.is_trusted(), "v{version}");
        }
    }

    /// The answer to the token of the first handshake would count for the second one.
    #[test]
    fn a_client_that_begins_twice_is_not_trusted_before_it_is_served() {
        for first in ["OAUTHBEARER", "SCRAM-SHA-256"] {
            let mut trust = Trust::default();
            shake_hands(&mut trust, first);
            shake_hands(&mut trust, "PLAIN");
            for _ in 0..2 {
                token(&mut trust, ACCEPTED);
                assert!(!trust.is_trusted(), "{first}");
            }
            serve_metadata(&mut trust);
            assert!(trust.is_trusted(), "{first}");
        }
    }

    /// A bare token with what a broker says to it.
    fn bare_token(trust: &mut Trust, frame: &'static [u8]) {
        let token = Message::from_bare_sasl_token(
            crate::message::MessageId::from_client(0),
            Bytes::from_static(frame),
        );
        trust.answered(token.request_ref(), &token);
    }

    #[test]
    fn a_bare_token_counts_when_it_is_answered() {
        for mechanism in ["PLAIN", "OAUTHBEARER"] {
            let mut trust = Trust::default();
            shake_hands(&mut trust, mechanism);
            bare_token(&mut trust, b"\0\0\0\0");
            assert!(trust.is_trusted(), "{mechanism}");
        }
    }

    #[test]
    fn a_bare_bearer_token_that_something_is_wrong_with_does_not_count() {
        let mut trust = Trust::default();
        shake_hands(&mut trust, "OAUTHBEARER");
        bare_token(&mut trust, b"\0\0\0\x02{}");
        assert!(!trust.is_trusted());
    }
}
