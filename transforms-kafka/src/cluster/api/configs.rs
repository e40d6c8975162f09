//! Which broker's configuration is a request about, and what of it do clients not see?

use super::route::Route;
use crate::answers::{AnswerError, edited, malformed};
use crate::cluster::advertise::Presentation;
use kafka_protocol::messages::BrokerId;
use shotover::message::Message;
use shotover::wire::peek::Peek;
use shotover::wire::value::{Structure, Value};
use shotover::wire::{ApiKey, Malformed};

/// The types of the resources that only the broker itself can tell or change.
const BROKER: i32 = 4;
const BROKER_LOGGER: i32 = 8;

/// The settings of a broker that hold addresses of the cluster's own network.
const ADDRESSES: [&[u8]; 6] = [
    b"advertised.listeners",
    b"listeners",
    b"controller.quorum.voters",
    b"controller.quorum.bootstrap.servers",
    b"host.name",
    b"advertised.host.name",
];

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
    let kind = resource.get("ResourceType").and_then(Value::as_int)?;
    if kind != i64::from(BROKER) && kind != i64::from(BROKER_LOGGER) {
        return None;
    }
    let name = resource.get("ResourceName").and_then(Value::as_bytes)?;
    broker_id(name)
}

/// The id that the name of a resource is.
pub(super) fn broker_id(name: &[u8]) -> Option<BrokerId> {
    let id = std::str::from_utf8(name).ok()?.parse().ok()?;
    (id >= 0).then_some(BrokerId(id))
}

/// The settings of a broker that say which one it is.
const IDENTITY: [&[u8]; 3] = [b"node.id", b"broker.id", b"broker.rack"];

/// A DescribeConfigs answer without addresses: their values are null, and marked as what is not shown. Where clients
/// take the proxies for the brokers, they do not see either which broker it is.
pub(super) fn conceal(answer: Message, presentation: Presentation) -> Result<Message, AnswerError> {
    let schema = ApiKey::DescribeConfigs.response_schema();
    let body = answer.body_bytes()?;
    let tells = tells_of_a_broker(&Peek::new(schema, answer.api_version(), &body));
    if !tells.map_err(malformed(&answer))? {
        return Ok(answer);
    }
    edited(&answer, |contents| {
        for result in contents.elements_mut("Results") {
            let kind = result.get("ResourceType").and_then(Value::as_int);
            if kind == Some(BROKER.into()) {
                let settings = result.elements_mut("Configs");
                settings.for_each(|setting| conceal_setting(setting, presentation));
            }
        }
    })
}

fn tells_of_a_broker(answer: &Peek<'_>) -> Result<bool, Malformed> {
    for result in answer.elements("Results")? {
        if result?.int("ResourceType")? == Some(BROKER) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn conceal_setting(setting: &mut Structure, presentation: Presentation) {
    let is_secret = is_secret(setting, presentation);
    if is_secret {
        setting.set("Value", Value::Null);
        setting.set("IsSensitive", true);
    }
    for synonym in setting.elements_mut("Synonyms") {
        if is_secret || self::is_secret(synonym, presentation) {
            synonym.set("Value", Value::Null);
        }
    }
}

fn is_secret(setting: &Structure, presentation: Presentation) -> bool {
    let name = setting.get("Name").and_then(Value::as_bytes);
    let is_in = |names: &[&[u8]]| name.is_some_and(|name| names.contains(&&name[..]));
    is_in(&ADDRESSES) || presentation == Presentation::Proxies && is_in(&IDENTITY)
}
