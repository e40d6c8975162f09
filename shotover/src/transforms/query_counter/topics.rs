//! Which topics does a request name?

use crate::message::Message;
use crate::wire::produce::Partitions;
use crate::wire::value::{Structure, Value};
use crate::wire::{ApiKey, Malformed, Topic};

/// Bytes that the name of a topic has at most.
const LONGEST_TOPIC: usize = 249;

/// What is said of a topic whose name no topic can have: what a client makes up does not become a label.
const INVALID: &str = "invalid";

/// The arrays of requests that hold topics.
const LISTS: &[&str] = &["Topics", "TopicData", "TopicPartitions", "V3AndBelowTopics"];

/// Calls `visit` with each topic of a request, by its name or, where the request has none, its id.
pub(super) fn visit_topics(request: &Message, visit: impl FnMut(&str)) -> Result<(), Malformed> {
    if request.request_ref().bare_sasl_token {
        return Ok(());
    }
    // A body that cannot be encoded is a change that some transform made; it does not leave either.
    let Ok(body) = request.body_bytes() else {
        return Ok(());
    };
    let (key, version) = (request.api_key(), request.api_version());
    if key == ApiKey::Produce {
        return visit_produced(version, &body, visit);
    }
    let fields = key.request_schema().fields();
    if !fields.iter().any(|field| LISTS.contains(&field.name())) {
        return Ok(());
    }
    let request = key.request_schema().decode(version, &body)?;
    let lists = LISTS.iter().flat_map(|list| request.elements(list));
    lists
        .filter_map(Value::as_structure)
        .filter_map(topic)
        .for_each(visitor(visit));
    Ok(())
}

/// The same for the one request that is large: nothing is decoded.
fn visit_produced(version: i16, body: &[u8], visit: impl FnMut(&str)) -> Result<(), Malformed> {
    let mut visit = visitor(visit);
    let mut visited = None;
    for partition in Partitions::new(version, body)? {
        let partition = partition?;
        if visited != Some(partition.topic_position) {
            visited = Some(partition.topic_position);
            visit(partition.topic);
        }
    }
    Ok(())
}

/// The topic that an element of a list stands for.
fn topic(element: &Structure) -> Option<Topic<'_>> {
    let mut names = ["Name", "Topic"].iter();
    let name = names.find_map(|name| element.get(name)?.as_bytes());
    match (name, element.get("TopicId")) {
        (Some(name), _) => Some(Topic::Name(name)),
        (None, Some(Value::Uuid(id))) => Some(Topic::Id(*id)),
        (None, _) => None,
    }
}

fn visitor<'a>(mut visit: impl FnMut(&str)) -> impl FnMut(Topic<'a>) {
    move |topic| match topic {
        Topic::Name(name) => visit(valid(name).unwrap_or(INVALID)),
        Topic::Id(_) => visit(&topic.to_string()),
    }
}

fn valid(name: &[u8]) -> Option<&str> {
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-".contains(byte);
    let is_valid = (1..=LONGEST_TOPIC).contains(&name.len()) && name.iter().all(allowed);
    is_valid.then(|| std::str::from_utf8(name).ok()).flatten()
}
