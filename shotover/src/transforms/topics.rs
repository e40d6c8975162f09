//! Which topics does a request name?

use crate::message::Message;
use crate::wire::produce::{Partitions, only_begun};
use crate::wire::value::Value;
use crate::wire::{ApiKey, Malformed, Topic};

/// The arrays of requests that hold topics, or their names.
const LISTS: &[&str] = &[
    "Topics",
    "TopicData",
    "TopicPartitions",
    "V3AndBelowTopics",
    "TopicNames",
    "SubscribedTopicNames",
];

/// The arrays of requests whose elements have such arrays.
const AROUND: &[&str] = &["Groups", "Transactions", "Markers", "Dirs"];

/// Calls `visit` with each topic of a request, by its name or, where the request has none, its id.
pub(super) fn visit_topics(
    request: &Message,
    visit: impl FnMut(Topic<'_>),
) -> Result<(), Malformed> {
    if request.request_ref().bare_sasl_token {
        return Ok(());
    }
    // A body that cannot be encoded is a change that some transform made; it does not leave either.
    let Ok(body) = request.body_bytes() else {
        return Ok(());
    };
    let (key, version) = (request.api_key(), request.api_version());
    if key == ApiKey::Produce {
        return visit_produced((version, &body), request.missing(), visit);
    }
    let fields = key.request_schema().fields();
    let is_of = |names: &[&str]| fields.iter().any(|field| names.contains(&field.name()));
    if !is_of(LISTS) && !is_of(AROUND) {
        return Ok(());
    }
    let request = key.request_schema().decode(version, &body)?;
    let around = AROUND.iter().flat_map(|name| request.elements(name));
    let lists = around
        .filter_map(Value::as_structure)
        .chain([&request])
        .flat_map(|it| LISTS.iter().flat_map(|list| it.elements(list)));
    lists.filter_map(topic).for_each(visit);
    Ok(())
}

/// The same for the one request that is large: nothing is decoded.
fn visit_produced(
    (version, body): (i16, &[u8]),
    missing: usize,
    mut visit: impl FnMut(Topic<'_>),
) -> Result<(), Malformed> {
    if missing > 0 {
        only_begun(version, body, missing)
            .into_iter()
            .for_each(|only| visit(only.topic));
        return Ok(());
    }
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
fn topic(element: &Value) -> Option<Topic<'_>> {
    let Some(element) = element.as_structure() else {
        return element.as_bytes().map(|name| Topic::Name(name));
    };
    let mut names = ["Name", "Topic", "TopicName"].iter();
    let name = names.find_map(|name| element.get(name)?.as_bytes());
    match (name, element.get("TopicId")) {
        (Some(name), _) => Some(Topic::Name(name)),
        (None, Some(Value::Uuid(id))) => Some(Topic::Id(*id)),
        (None, _) => None,
    }
}
