//! How are brokers' addresses replaced in an answer?

use bytes::BytesMut;
use shotover::message::{DecodeError, EncodeError, Message};
use shotover::wire::addresses::{self, Address, NewAddress};
use shotover::wire::value::{self, Structure};
use shotover::wire::{ApiKey, Malformed, produce_response};
use thiserror::Error;

/// An answer of a broker cannot be passed on.
#[derive(Debug, Error)]
pub(crate) enum AnswerError {
    /// It is not what the schema of its API says.
    #[error("the broker sent a malformed {api} v{version} response")]
    Malformed {
        api: ApiKey,
        version: i16,
        #[source]
        source: Malformed,
    },
    /// It is an ApiVersions response that cannot be decoded.
    #[error("the broker sent an ApiVersions response that cannot be read")]
    ApiVersions(#[from] DecodeError),
    /// What became of it is too long, or an earlier change cannot be encoded.
    #[error("a rewritten response cannot be encoded")]
    Encode(#[from] EncodeError),
    /// What became of its contents cannot be encoded.
    #[error("the contents of a rewritten response cannot be encoded")]
    Contents(#[from] value::EncodeError),
}

/// Whether the answer says nothing about any broker. False also where that takes a closer look to tell.
pub(crate) fn is_plain(answer: &Message) -> bool {
    answer.api_key() == ApiKey::Produce
        && answer
            .body_in_place()
            .is_some_and(|body| produce_response::is_plain(answer.api_version(), body))
}

/// Puts the address that `advertise` returns in place of each one that the answer gives away.
pub(crate) fn replace_addresses(
    answer: &mut Message,
    advertise: &mut dyn FnMut(Address<'_>) -> NewAddress,
) -> Result<(), AnswerError> {
    let body = answer.body_bytes()?;
    let (api, version) = (answer.api_key(), answer.api_version());
    let rewritten = addresses::rewrite(api, version, &body, advertise);
    let rewritten = rewritten.map_err(malformed(answer))?;
    if let Some(pieces) = rewritten {
        *answer = answer.with_body(pieces)?;
    }
    Ok(())
}

/// The answer with its contents changed. All of it is decoded: for answers that are rare.
pub(crate) fn edited(
    answer: &Message,
    change: impl FnOnce(&mut Structure),
) -> Result<Message, AnswerError> {
    let (schema, version) = (answer.api_key().response_schema(), answer.api_version());
    let contents = schema.decode(version, &answer.body_bytes()?);
    let mut contents = contents.map_err(malformed(answer))?;
    change(&mut contents);
    let mut body = BytesMut::new();
    schema.encode(version, &contents, &mut body)?;
    Ok(answer.with_body(vec![body.freeze()])?)
}

/// Says which answer is malformed.
pub(crate) fn malformed(answer: &Message) -> impl Fn(Malformed) -> AnswerError + use<> {
    let (api, version) = (answer.api_key(), answer.api_version());
    move |source| AnswerError::Malformed {
        api,
        version,
        source,
    }
}
