//! Which group or transaction is a request about, and what does the answer say about who coordinates it?

use super::route::{Route, route};
use super::table::api;
use super::target::Target;
use crate::answers::{AnswerError, edited, malformed};
use crate::cluster::view::{CoordinatorKey, Observation};
use kafka_protocol::messages::BrokerId;
use shotover::message::Message;
use shotover::wire::peek::first_error;
use shotover::wire::value::{Structure, Value};
use shotover::wire::{ApiKey, ErrorCode, Malformed};

/// Whether the broker that was asked is not the coordinator, which it says beside anything that was asked for.
pub(super) fn observe(
    request: &Message,
    answer_body: &[u8],
    broker: Option<BrokerId>,
) -> Result<Vec<Observation>, Malformed> {
    let schema = request.api_key().response_schema();
    let error = first_error(schema, request.api_version(), answer_body)?;
    if error != ErrorCode::NOT_COORDINATOR && error != ErrorCode::COORDINATOR_NOT_AVAILABLE {
        return Ok(Vec::new());
    }
    let body = request.body_bytes().unwrap_or_default();
    match (route(request.request_ref(), &body)?, broker) {
        (Route::Coordinator(key), Some(broker)) => {
            Ok(vec![Observation::NotCoordinator { key, broker }])
        }
        _ => Ok(Vec::new()),
    }
}

/// Whether clients that ask another broker than the coordinator are told so, to look for it and ask again. After an
/// OffsetFetch librdkafka 2.12 would not ask again, and read nothing of those partitions from then on: whoever asks for
/// offsets is served by the coordinator, or told to ask again.
pub(crate) fn moves_clients(api: ApiKey) -> bool {
    api != ApiKey::OffsetFetch
}

/// What a request, or what is kept of it, is sent to a coordinator for, if that the coordinator is another one is news
/// that the client acts on.
pub(crate) fn coordinated(request: &Message) -> Option<CoordinatorKey> {
    match moves_clients(request.api_key()) {
        true => coordinator(request),
        false => None,
    }
}

/// What a request, or what is kept of it, is sent to a coordinator for.
pub(crate) fn coordinator(request: &Message) -> Option<CoordinatorKey> {
    if !matches!(api(request.api_key()).target, Target::Coordinator(..)) {
        return None;
    }
    let body = request.body_bytes().ok()?;
    match route(request.request_ref(), &body) {
        Ok(Route::Coordinator(key)) => Some(key),
        Ok(_) | Err(_) => None,
    }
}

/// The answer to an OffsetFetch, in which a broker that is not the coordinator seems to be one that is not ready yet: all
/// clients ask again for that.
///
/// # Errors
/// When the answer is malformed.
pub(crate) fn as_loading(answer: Message) -> Result<Message, AnswerError> {
    let schema = answer.api_key().response_schema();
    let error = first_error(schema, answer.api_version(), &answer.body_bytes()?);
    if !error.map_err(malformed(&answer))?.is_error() {
        return Ok(answer);
    }
    edited(&answer, |contents| {
        put_loading(contents);
        contents.elements_mut("Groups").for_each(put_loading);
    })
}

fn put_loading(said: &mut Structure) {
    let error = said.get("ErrorCode").and_then(Value::as_int);
    let elsewhere = [
        ErrorCode::COORDINATOR_NOT_AVAILABLE,
        ErrorCode::NOT_COORDINATOR,
    ];
    if elsewhere.iter().any(|code| error == Some(code.0.into())) {
        said.set("ErrorCode", ErrorCode::COORDINATOR_LOAD_IN_PROGRESS);
    }
}
