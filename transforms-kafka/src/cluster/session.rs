//! What has the client said about itself that every broker of its must hear?
//!
//! ```text
//! Silent ──SaslHandshake──► Exchanging ──SaslAuthenticate succeeds──► Authenticated ──SaslHandshake──► Exchanging
//!                               └──it fails──► Silent
//! ```
//!
//! Only PLAIN can be said twice: the tokens of other mechanisms are good for one connection.

use kafka_protocol::messages::{
    ApiVersionsRequest, RequestKind, ResponseKind, SaslAuthenticateRequest, SaslHandshakeRequest,
    SaslHandshakeResponse,
};
use kafka_protocol::protocol::StrBytes;
use shotover::message::{EncodeError, Message};
use shotover::wire::{ApiKey, Encoding, ErrorCode, Reader};
use std::fmt;
use std::sync::Arc;
use zeroize::Zeroizing;

const PLAIN: &str = "PLAIN";

/// The first version of ApiVersions that names the client.
const NAMED_INTRODUCTION: i16 = 3;

/// The version of SaslHandshake and of SaslAuthenticate that is said to further brokers.
const REPLAYED_VERSION: i16 = 1;

/// The client's part of what is said when a connection to a broker begins.
#[derive(Debug, Default)]
pub(super) struct Session {
    software: Option<Software>,
    sasl: Sasl,
}

/// What a client calls itself. Brokers count their clients by it.
#[derive(Clone, Debug)]
struct Software {
    name: StrBytes,
    version: StrBytes,
}

impl Default for Software {
    /// The proxy itself.
    fn default() -> Self {
        Self {
            name: StrBytes::from_static_str("shotover"),
            version: StrBytes::from_static_str(env!("CARGO_PKG_VERSION")),
        }
    }
}

impl Software {
    fn introduction(self, version: i16) -> Result<Message, EncodeError> {
        let mut body = ApiVersionsRequest::default();
        if version >= NAMED_INTRODUCTION {
            body.client_software_name = self.name;
            body.client_software_version = self.version;
        }
        Message::new_request(version, "", &body)
    }
}

#[derive(Debug, Default)]
enum Sasl {
    #[default]
    Silent,
    /// The token is there once the client has sent it. Until it is accepted, the client is who it was before.
    Exchanging {
        token: Option<Arc<Credentials>>,
        former: Option<Arc<Credentials>>,
    },
    Authenticated(Arc<Credentials>),
}

/// The token with which a client authenticated. Overwritten when the last connection that needs it is gone.
pub(super) struct Credentials(Zeroizing<Vec<u8>>);

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(..)")
    }
}

/// What becomes of a request of a SASL exchange.
#[derive(Debug)]
pub(super) enum SaslStep {
    Forward,
    /// The proxy answers it.
    Answer(Message),
}

impl Session {
    /// Takes note of how the client introduced itself (KIP-511).
    pub(super) fn hello(&mut self, api_versions: &Message) {
        if api_versions.api_version() < NAMED_INTRODUCTION {
            return;
        }
        if let Ok(RequestKind::ApiVersions(body)) = api_versions.clone().request() {
            let copy = |text: &StrBytes| StrBytes::from_string(text.to_string());
            self.software = Some(Software {
                name: copy(&body.client_software_name),
                version: copy(&body.client_software_version),
            });
        }
    }

    /// What to say first to a broker. In the latest version, whatever the client's own was: earlier answers leave
    /// features out, and what a broker says counts for all clients.
    pub(super) fn introduction(&self) -> Result<Message, EncodeError> {
        let software = self.software.clone().unwrap_or_default();
        software.introduction(*ApiKey::ApiVersions.versions().end())
    }

    /// What to say to a broker that does not understand this version of the introduction: what brokers since 2.4 know,
    /// else what all know.
    pub(super) fn older_introduction(refused: i16) -> Result<Message, EncodeError> {
        let version = match refused > NAMED_INTRODUCTION {
            true => NAMED_INTRODUCTION,
            false => 0,
        };
        Software::default().introduction(version)
    }

    /// Whether only SASL requests may pass now.
    pub(super) fn is_exchanging(&self) -> bool {
        matches!(self.sasl, Sasl::Exchanging { .. })
    }

    /// What to say to a broker before a request, if the client authenticated.
    pub(super) fn credentials(&self) -> Option<&Arc<Credentials>> {
        match &self.sasl {
            Sasl::Authenticated(credentials) => Some(credentials),
            Sasl::Exchanging { former, .. } => former.as_ref(),
            Sasl::Silent => None,
        }
    }

    /// A request of the client's SASL exchange.
    pub(super) fn request(&mut self, request: &Message) -> Result<SaslStep, EncodeError> {
        let body = request.body_bytes()?;
        let mut reader = Reader::new(&body, request.api_key().encoding(request.api_version()));
        if request.api_key() == ApiKey::SaslHandshake {
            if reader.string("Mechanism").unwrap_or_default() != PLAIN.as_bytes() {
                return unsupported(request).map(SaslStep::Answer);
            }
            self.sasl = Sasl::Exchanging {
                token: None,
                former: self.credentials().cloned(),
            };
            return Ok(SaslStep::Forward);
        }
        let token = if request.request_ref().bare_sasl_token {
            &body
        } else {
            reader.bytes("AuthBytes").unwrap_or_default()
        };
        if let Sasl::Exchanging { token: kept, .. } = &mut self.sasl {
            *kept = Some(Arc::new(Credentials(Zeroizing::new(token.to_vec()))));
        }
        Ok(SaslStep::Forward)
    }

    /// An answer to a request of the exchange. Returns whether the client is authenticated now.
    pub(super) fn answered(&mut self, answer: &Message) -> bool {
        let body = answer.body_bytes().unwrap_or_default();
        // A bare token that is refused is not answered.
        let accepted = answer.request_ref().bare_sasl_token
            || Reader::new(&body, Encoding::Fixed).i16("ErrorCode") == Ok(0);
        if !accepted {
            self.sasl = Sasl::Silent;
            return false;
        }
        if answer.api_key() != ApiKey::SaslAuthenticate {
            return false;
        }
        let Sasl::Exchanging {
            token: Some(credentials),
            ..
        } = &self.sasl
        else {
            return false;
        };
        self.sasl = Sasl::Authenticated(Arc::clone(credentials));
        true
    }
}

impl Credentials {
    pub(super) fn handshake(&self) -> Result<Message, EncodeError> {
        let body = SaslHandshakeRequest::default().with_mechanism(StrBytes::from_static_str(PLAIN));
        Message::new_request(REPLAYED_VERSION, "", &body)
    }

    pub(super) fn token(&self) -> Result<Message, EncodeError> {
        let body = SaslAuthenticateRequest::default().with_auth_bytes(self.0.to_vec().into());
        Message::new_request(REPLAYED_VERSION, "", &body)
    }
}

/// Says that only PLAIN is spoken here.
fn unsupported(handshake: &Message) -> Result<Message, EncodeError> {
    let answer = SaslHandshakeResponse::default()
        .with_error_code(ErrorCode::UNSUPPORTED_SASL_MECHANISM.0)
        .with_mechanisms(vec![StrBytes::from_static_str(PLAIN)]);
    handshake.respond(&ResponseKind::SaslHandshake(answer))
}
