//! How does the typed form of a body come from bytes and go back to bytes?

use crate::message::RequestRef;
use crate::wire::{ApiKey, Malformed};
use bytes::{Bytes, BytesMut};
use kafka_protocol::messages::{
    RequestKind, ResponseKind, SaslAuthenticateRequest, SaslAuthenticateResponse,
};
use thiserror::Error;

/// A body could not be given as a typed message.
#[derive(Debug, Error)]
pub enum DecodeError {
    /// The bytes do not follow the schema of the API.
    #[error("malformed {api} v{version}")]
    Malformed {
        /// The API of the message.
        api: ApiKey,
        /// The version of the message.
        version: i16,
        /// What is wrong, and where.
        #[source]
        source: Malformed,
    },
    /// The bytes follow the schema, but `kafka-protocol` has no type for them: an API or version newer than the
    /// crate, or a string that is not UTF-8.
    #[error("{api} v{version} has no typed form: {reason}")]
    NoTypedForm {
        /// The API of the message.
        api: ApiKey,
        /// The version of the message.
        version: i16,
        /// What `kafka-protocol` said.
        reason: String,
    },
    /// A response was asked for as a request, or the other way round.
    #[error("a {0} was asked for as the other direction")]
    WrongDirection(&'static str),
}

/// A changed body could not be turned into bytes.
#[derive(Debug, Error)]
pub enum EncodeError {
    /// A field holds what this version of the API cannot say.
    #[error("{api} v{version} cannot be encoded: {reason}")]
    NotInThisVersion {
        /// The API of the message.
        api: ApiKey,
        /// The version of the message.
        version: i16,
        /// What `kafka-protocol` said.
        reason: String,
    },
    /// Kafka 4.3 has no such API, or not in this version.
    #[error("there is no version {version} of the API with key {code}")]
    NoSuchVersion {
        /// The key of the API.
        code: i16,
        /// The version that was asked for.
        version: i16,
    },
    /// The frame would be longer than its length prefix can say.
    #[error("{api} v{version} is longer than 2 GiB")]
    TooLong {
        /// The API of the message.
        api: ApiKey,
        /// The version of the message.
        version: i16,
    },
}

pub(super) fn decode_request(of: RequestRef, mut body: Bytes) -> Result<RequestKind, DecodeError> {
    if of.bare_sasl_token {
        return Ok(RequestKind::SaslAuthenticate(
            SaslAuthenticateRequest::default().with_auth_bytes(body),
        ));
    }
    validated(
        of,
        of.api_key
            .request_schema()
            .validate_to_decode(of.api_version, &body)
            .map(drop),
    )?;
    RequestKind::decode(crate_key(of)?, &mut body, of.api_version)
        .map_err(|error| no_typed_form(of, &error))
}

pub(super) fn decode_response(
    of: RequestRef,
    mut body: Bytes,
) -> Result<ResponseKind, DecodeError> {
    if of.bare_sasl_token {
        return Ok(ResponseKind::SaslAuthenticate(
            SaslAuthenticateResponse::default().with_auth_bytes(body),
        ));
    }
    validated(
        of,
        of.api_key
            .response_schema()
            .validate_to_decode(of.api_version, &body)
            .map(drop),
    )?;
    ResponseKind::decode(crate_key(of)?, &mut body, of.api_version)
        .map_err(|error| no_typed_form(of, &error))
}

pub(super) fn encode_request(
    of: RequestRef,
    body: &RequestKind,
    out: &mut BytesMut,
) -> Result<(), EncodeError> {
    if let (true, RequestKind::SaslAuthenticate(token)) = (of.bare_sasl_token, body) {
        out.extend_from_slice(&token.auth_bytes);
        return Ok(());
    }
    body.encode(out, of.api_version)
        .map_err(|error| not_in_this_version(of, &error))
}

pub(super) fn encode_response(
    of: RequestRef,
    body: &ResponseKind,
    out: &mut BytesMut,
) -> Result<(), EncodeError> {
    if let (true, ResponseKind::SaslAuthenticate(token)) = (of.bare_sasl_token, body) {
        out.extend_from_slice(&token.auth_bytes);
        return Ok(());
    }
    body.encode(out, of.api_version)
        .map_err(|error| not_in_this_version(of, &error))
}

/// `kafka-protocol` trusts the array lengths it reads, so no byte reaches it that was not walked before.
fn validated(of: RequestRef, outcome: Result<(), Malformed>) -> Result<(), DecodeError> {
    outcome.map_err(|source| DecodeError::Malformed {
        api: of.api_key,
        version: of.api_version,
        source,
    })
}

fn crate_key(of: RequestRef) -> Result<kafka_protocol::messages::ApiKey, DecodeError> {
    kafka_protocol::messages::ApiKey::try_from(of.api_key.code()).map_err(|()| {
        DecodeError::NoTypedForm {
            api: of.api_key,
            version: of.api_version,
            reason: "kafka-protocol does not know the API".to_owned(),
        }
    })
}

fn no_typed_form(of: RequestRef, error: &anyhow::Error) -> DecodeError {
    DecodeError::NoTypedForm {
        api: of.api_key,
        version: of.api_version,
        reason: format!("{error:#}"),
    }
}

pub(super) fn not_in_this_version(of: RequestRef, error: &anyhow::Error) -> EncodeError {
    EncodeError::NotInThisVersion {
        api: of.api_key,
        version: of.api_version,
        reason: format!("{error:#}"),
    }
}
