//! Which broker's configuration is a request about, and what of it do clients not see?

use super::route::Route;
use crate::answers::AnswerError;
use bytes::BytesMut;
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
        let resource = resource?;
        let kind = resource.int("ResourceType")?.unwrap_or(0);
        if kind != BROKER && kind != BROKER_LOGGER {
            continue;
        }
        // Without a name, it is the default of all brokers.
        let name = resource.bytes("ResourceName")?.unwrap_or_default();
        let id = std::str::from_utf8(name)
            .ok()
            .and_then(|name| name.parse().ok());
        if let Some(id) = id.filter(|id| *id >= 0) {
            return Ok(Route::Broker(BrokerId(id)));
        }
    }
    Ok(Route::Any)
}

/// A DescribeConfigs answer without addresses: their values are null, and marked as what is not shown.
pub(super) fn conceal(answer: Message) -> Result<Message, AnswerError> {
    let (key, version) = (ApiKey::DescribeConfigs, answer.api_version());
    let malformed = |source| AnswerError::Malformed {
        api: key,
        version,
        source,
    };
    let body = answer.body_bytes()?;
    let schema = key.response_schema();
    if !tells_of_a_broker(&Peek::new(schema, version, &body)).map_err(malformed)? {
        return Ok(answer);
    }
    let mut contents = schema.decode(version, &body).map_err(malformed)?;
    for result in contents.elements_mut("Results") {
        let is_broker = result.get("ResourceType").and_then(Value::as_int) == Some(BROKER.into());
        if is_broker {
            result.elements_mut("Configs").for_each(conceal_setting);
        }
    }
    let mut body = BytesMut::new();
    schema.encode(version, &contents, &mut body)?;
    Ok(answer.with_body(vec![body.freeze()])?)
}

fn tells_of_a_broker(answer: &Peek<'_>) -> Result<bool, Malformed> {
    for result in answer.elements("Results")? {
        if result?.int("ResourceType")? == Some(BROKER) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn conceal_setting(setting: &mut Structure) {
    let is_address = holds_address(setting);
    if is_address {
        setting.set("Value", Value::Null);
        setting.set("IsSensitive", true);
    }
    for synonym in setting.elements_mut("Synonyms") {
        if is_address || holds_address(synonym) {
            synonym.set("Value", Value::Null);
        }
    }
}

fn holds_address(setting: &Structure) -> bool {
    let name = setting.get("Name").and_then(Value::as_bytes);
    name.is_some_and(|name| ADDRESSES.contains(&&name[..]))
}
