//! Which group or transaction is a request about, and what does the answer say about who coordinates it?

use super::route::{Route, route};
use super::table::api;
use super::target::Target;
use crate::cluster::view::{CoordinatorKey, Observation};
use kafka_protocol::messages::BrokerId;
use shotover::message::Message;
use shotover::wire::peek::first_error;
use shotover::wire::{ErrorCode, Malformed};

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

/// What a request, or what is kept of it, is sent to a coordinator for.
pub(crate) fn coordinated(request: &Message) -> Option<CoordinatorKey> {
    if !matches!(api(request.api_key()).target, Target::Coordinator(..)) {
        return None;
    }
    let body = request.body_bytes().ok()?;
    match route(request.request_ref(), &body) {
        Ok(Route::Coordinator(key)) => Some(key),
        Ok(_) | Err(_) => None,
    }
}
