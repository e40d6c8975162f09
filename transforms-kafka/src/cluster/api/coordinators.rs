//! Which group or transaction is a request about, and what does the answer say about who coordinates it?

use super::route::{Route, route};
use super::spread::Spread;
use super::table::api;
use super::target::Target;
use crate::answers::{AnswerError, edited, malformed};
use crate::cluster::view::{CoordinatorKey, Observation};
use bytes::Bytes;
use kafka_protocol::messages::BrokerId;
use shotover::message::Message;
use shotover::wire::peek::{Peek, first_error, has_error};
use shotover::wire::value::{Structure, Value};
use shotover::wire::{ApiKey, ErrorCode, Malformed};

/// Whether the broker that was asked is not the coordinator, which it says beside anything that was asked for.
pub(super) fn observe(
    request: &Message,
    answer_body: &[u8],
    broker: Option<BrokerId>,
) -> Result<Vec<Observation>, Malformed> {
    let Some(broker) = broker else {
        return Ok(Vec::new());
    };
    let schema = request.api_key().response_schema();
    // Another error may stand in front of it: that of a group, or of a topic, which the client must not read.
    let elsewhere = |error: ErrorCode| is_elsewhere(error.0);
    if !has_error(schema, request.api_version(), answer_body, elsewhere)? {
        return Ok(Vec::new());
    }
    let said = Peek::new(schema, request.api_version(), answer_body);
    let of_each = of_each(&said, api(request.api_key()).spread)?;
    if !of_each.is_empty() {
        let not = |key| Observation::NotCoordinator { key, broker };
        return Ok(of_each.into_iter().map(not).collect());
    }
    let body = request.body_bytes().unwrap_or_default();
    let Route::Coordinator(key) = route(request.request_ref(), &body)? else {
        return Ok(Vec::new());
    };
    Ok(vec![Observation::NotCoordinator { key, broker }])
}

/// Whether an error says that another broker coordinates.
fn is_elsewhere(error: impl Into<i64>) -> bool {
    let error = error.into();
    let codes = [
        ErrorCode::NOT_COORDINATOR,
        ErrorCode::COORDINATOR_NOT_AVAILABLE,
    ];
    codes.iter().any(|code| error == i64::from(code.0))
}

/// Those of several groups or transactions in an answer of which it says so.
fn of_each(said: &Peek<'_>, spread: Spread) -> Result<Vec<CoordinatorKey>, Malformed> {
    let mut keys = Vec::new();
    let Spread::Entities(of) = spread else {
        return Ok(keys);
    };
    let Some(kind) = of.coordinator else {
        return Ok(keys);
    };
    for element in said.elements(of.answered)? {
        let element = element?;
        if element.int("ErrorCode")?.is_some_and(is_elsewhere)
            && let Some(name) = element.bytes(of.answered_name)?
        {
            let name = Bytes::copy_from_slice(name);
            keys.push(CoordinatorKey { kind, name });
        }
    }
    keys.dedup();
    Ok(keys)
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
fn coordinator(request: &Message) -> Option<CoordinatorKey> {
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
    if error.is_some_and(is_elsewhere) {
        said.set("ErrorCode", ErrorCode::COORDINATOR_LOAD_IN_PROGRESS);
    }
}
