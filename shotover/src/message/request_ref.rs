//! What has to be remembered of a request to read the answer to it?

use super::MessageId;
use crate::wire::ApiKey;

/// The few words that pair a response with its request and say how to read it.
///
/// Kafka's responses name neither their API nor their version, so whoever waits for one keeps this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestRef {
    /// The id of the request and of its response.
    pub id: MessageId,
    /// The API of both.
    pub api_key: ApiKey,
    /// The version in which both are encoded.
    pub api_version: i16,
    /// What the response must carry to be the answer to this request.
    pub correlation_id: i32,
    /// Whether this is a SASL token without a header, as they are sent after SaslHandshake v0 (KIP-43). Its answer
    /// has no header either.
    pub bare_sasl_token: bool,
}

impl RequestRef {
    /// The same of a request under an id of its own, made of this one to be sent beside it or in its place.
    #[must_use]
    pub fn under_new_id(self) -> Self {
        Self {
            id: MessageId::made_up(),
            ..self
        }
    }
}
