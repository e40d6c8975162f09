//! How does a transform answer requests that no broker sees?

use super::{ClientDetails, TransformError};
use crate::message::{AnswerError, Message};
use crate::wire::value::{Structure, Value};
use crate::wire::{ApiKey, ErrorCode, answer};
use bytes::BytesMut;

/// Answers in place of a cluster that is not there: clients connect, find this proxy as the only broker, and are told
/// `error`, or nothing.
pub(super) fn without_broker(
    request: &Message,
    error: Option<ErrorCode>,
    client: &ClientDetails,
) -> Result<Message, TransformError> {
    let answer = match (request.api_key(), error) {
        (ApiKey::ApiVersions, _) => every_version(request),
        (ApiKey::Metadata, error) => this_proxy_only(request, error, client),
        (_, Some(error)) => request.error_response(error, None),
        // The coordinator without a name that an empty answer gives makes Java's client throw.
        (ApiKey::FindCoordinator, None) => {
            request.error_response(ErrorCode::COORDINATOR_NOT_AVAILABLE, None)
        }
        (_, None) if request.request_ref().bare_sasl_token => empty_token(request),
        (_, None) => request.empty_response(),
    };
    answer.map_err(cannot_answer)
}

/// The client is to blame for a request that cannot be read, or that has no answer but a closed connection.
pub(super) fn cannot_answer(error: AnswerError) -> TransformError {
    match error {
        AnswerError::BareSaslToken | AnswerError::Wire(answer::AnswerError::Request(_)) => {
            TransformError::client(error)
        }
        AnswerError::Wire(answer::AnswerError::Response(_)) | AnswerError::Encode(_) => {
            TransformError::proxy(error)
        }
    }
}

/// Offers all that this proxy can read.
fn every_version(request: &Message) -> Result<Message, AnswerError> {
    let offers = ApiKey::ALL.iter().map(|key| {
        let versions = key.offered_versions();
        let offer = Structure::new()
            .with("ApiKey", i32::from(key.code()))
            .with("MinVersion", i32::from(*versions.start()))
            .with("MaxVersion", i32::from(*versions.end()));
        Value::from(offer)
    });
    let body = Structure::new().with("ApiKeys", offers.collect::<Vec<_>>());
    let body = encoded(request, &body)?;
    Ok(Message::response_of_pieces(
        request.request_ref(),
        vec![body.freeze()],
    )?)
}

/// Java's client takes an answer without a broker for none.
fn this_proxy_only(
    request: &Message,
    error: Option<ErrorCode>,
    client: &ClientDetails,
) -> Result<Message, AnswerError> {
    let answer = match error {
        Some(error) => request.error_response(error, None)?,
        None => request.empty_response()?,
    };
    let schema = ApiKey::Metadata.response_schema();
    let mut body = schema.decode(answer.api_version(), &answer.body_bytes()?)?;
    let host = client.local.ip().to_canonical().to_string();
    let proxy = Structure::new()
        .with("NodeId", 0)
        .with("Host", host.as_str())
        .with("Port", i32::from(client.local.port()));
    body.set("Brokers", vec![Value::from(proxy)]);
    body.set("ControllerId", 0);
    Ok(answer.with_body(vec![encoded(&answer, &body)?.freeze()])?)
}

fn empty_token(request: &Message) -> Result<Message, AnswerError> {
    Ok(Message::response_of_pieces(
        request.request_ref(),
        Vec::new(),
    )?)
}

fn encoded(of: &Message, body: &Structure) -> Result<BytesMut, AnswerError> {
    let mut bytes = BytesMut::new();
    let schema = of.api_key().response_schema();
    schema
        .encode(of.api_version(), body, &mut bytes)
        .map_err(answer::AnswerError::from)?;
    Ok(bytes)
}
