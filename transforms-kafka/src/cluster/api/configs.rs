//! Which broker's configuration is a request about?

use super::route::Route;
use crate::settings::BROKER;
use kafka_protocol::messages::BrokerId;
use shotover::wire::Malformed;
use shotover::wire::peek::Peek;
use shotover::wire::value::{Structure, Value};

/// The type of the other resources that only the broker itself can tell or change.
const BROKER_LOGGER: i32 = 8;

/// The first broker the request names.
pub(super) fn route<'a>(request: &Peek<'a>) -> Result<Route<'a>, Malformed> {
    for resource in request.elements("Resources")? {
        if let Some(broker) = broker_of(&resource?)? {
            return Ok(Route::Broker(broker));
        }
    }
    Ok(Route::Any)
}

/// The broker that a resource belongs to, if that is one of them.
pub(super) fn broker_of(resource: &Peek<'_>) -> Result<Option<BrokerId>, Malformed> {
    let kind = resource.int("ResourceType")?.unwrap_or(0);
    if kind != BROKER && kind != BROKER_LOGGER {
        return Ok(None);
    }
    // Without a name, it is the default of all brokers.
    Ok(resource.bytes("ResourceName")?.and_then(broker_id))
}

/// The same for a resource that was decoded.
pub(super) fn names_broker(resource: &Structure) -> Option<BrokerId> {
    kind_and_broker(resource).map(|(_, broker)| broker)
}

/// The same with the type of the resource.
pub(super) fn kind_and_broker(resource: &Structure) -> Option<(i64, BrokerId)> {
    let kind = resource.get("ResourceType").and_then(Value::as_int)?;
    if kind != i64::from(BROKER) && kind != i64::from(BROKER_LOGGER) {
        return None;
    }
    let name = resource.get("ResourceName").and_then(Value::as_bytes)?;
    Some((kind, broker_id(name)?))
}

/// The id that the name of a resource is.
pub(super) fn broker_id(name: &[u8]) -> Option<BrokerId> {
    let id = std::str::from_utf8(name).ok()?.parse().ok()?;
    (id >= 0).then_some(BrokerId(id))
}
