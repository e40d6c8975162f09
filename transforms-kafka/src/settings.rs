//! Which settings of a broker do clients not see?

use crate::answers::{AnswerError, edited, malformed};
use shotover::message::Message;
use shotover::wire::peek::Peek;
use shotover::wire::value::{Structure, Value};
use shotover::wire::{ApiKey, Malformed};

/// The type of the resource that is a broker.
pub(crate) const BROKER: i32 = 4;

/// The settings of a broker that hold addresses of the cluster's own network.
const ADDRESSES: [&[u8]; 6] = [
    b"advertised.listeners",
    b"listeners",
    b"controller.quorum.voters",
    b"controller.quorum.bootstrap.servers",
    b"host.name",
    b"advertised.host.name",
];

/// The settings of a broker that say which one it is.
const IDENTITY: [&[u8]; 3] = [b"node.id", b"broker.id", b"broker.rack"];

/// What clients do not see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Secrets {
    /// Where brokers are.
    Addresses,
    /// Nor which broker it is.
    Identity,
}

/// A DescribeConfigs answer without these: their values are null, and marked as what is not shown.
///
/// # Errors
/// When the answer is malformed: what it gives away is not known.
pub(crate) fn conceal(answer: Message, secrets: Secrets) -> Result<Message, AnswerError> {
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
                settings.for_each(|setting| conceal_setting(setting, secrets));
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

fn conceal_setting(setting: &mut Structure, secrets: Secrets) {
    let is_secret = is_secret(setting, secrets);
    if is_secret {
        setting.set("Value", Value::Null);
        setting.set("IsSensitive", true);
    }
    for synonym in setting.elements_mut("Synonyms") {
        if is_secret || self::is_secret(synonym, secrets) {
            synonym.set("Value", Value::Null);
        }
    }
}

fn is_secret(setting: &Structure, secrets: Secrets) -> bool {
    let name = setting.get("Name").and_then(Value::as_bytes);
    let is_in = |names: &[&[u8]]| name.is_some_and(|name| names.contains(&&name[..]));
    is_in(&ADDRESSES) || secrets == Secrets::Identity && is_in(&IDENTITY)
}
