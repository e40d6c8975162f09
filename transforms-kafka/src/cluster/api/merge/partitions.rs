//! What came of each partition that a request names?

use super::in_order::in_order;
use super::part::{MergeError, code};
use super::parts::asked;
use crate::cluster::api::target::Partitions;
use crate::cluster::view::TopicKey;
use shotover::message::Message;
use shotover::wire::Malformed;
use shotover::wire::produce;
use shotover::wire::value::{Structure, Value};
use std::collections::HashMap;

/// Where an answer tells of partitions.
struct Places {
    topics: &'static str,
    partitions: &'static str,
    index: &'static str,
}

const PRODUCED: Places = Places {
    topics: "Responses",
    partitions: "PartitionResponses",
    index: "Index",
};

/// The partitions that a request names.
type Asked = Vec<(TopicKey, i64)>;

/// Of a Produce request. Which brokers lead what is for Metadata to say: ids and addresses of brokers are left out.
pub(super) fn produced(request: &Message, said: Vec<Structure>) -> Result<Structure, MergeError> {
    let body = request.body_bytes()?;
    let asked = records(request.api_version(), &body);
    let asked = asked.map_err(|source| MergeError::Request {
        api: request.api_key(),
        source,
    })?;
    let mut merged = merged(asked, said, &PRODUCED);
    for topic in merged.elements_mut(PRODUCED.topics) {
        for partition in topic.elements_mut(PRODUCED.partitions) {
            partition.remove("CurrentLeader");
        }
    }
    Ok(merged)
}

fn records(version: i16, body: &[u8]) -> Result<Asked, Malformed> {
    let partitions = produce::Partitions::new(version, body)?;
    let partitions = partitions.map(|partition| {
        partition.map(|partition| (partition.topic.into(), partition.index.into()))
    });
    partitions.collect()
}

/// Of a request whose answer names topics and partitions as it does.
pub(super) fn merge(
    request: &Message,
    of: &Partitions,
    said: Vec<Structure>,
) -> Result<Structure, MergeError> {
    let places = Places {
        topics: "Topics",
        partitions: "Partitions",
        index: of.answered_partition,
    };
    let contents = asked(request)?;
    let topics = contents.elements(places.topics).iter();
    let mut asked = Asked::new();
    for topic in topics.filter_map(Value::as_structure) {
        let Some(name) = topic_key(topic) else {
            continue;
        };
        let partitions = topic.elements(of.array()).iter();
        let indexes = partitions.map(|partition| index(partition, places.index));
        // A topic without partitions keeps its place.
        let indexes: Vec<i64> = indexes.collect();
        match &indexes[..] {
            [] => asked.push((name, -1)),
            [..] => asked.extend(indexes.into_iter().map(|index| (name.clone(), index))),
        }
    }
    Ok(merged(asked, said, &places))
}

fn merged(asked: Asked, said: Vec<Structure>, places: &Places) -> Structure {
    let mut order: Vec<TopicKey> = Vec::new();
    let mut indexes: HashMap<TopicKey, Vec<i64>> = HashMap::new();
    for (topic, index) in asked {
        let known = indexes.entry(topic.clone()).or_insert_with(|| {
            order.push(topic);
            Vec::new()
        });
        known.push(index);
    }
    let answered = said.into_iter().flat_map(|mut answer| {
        let topics = answer.remove_elements(places.topics);
        topics.into_iter().filter_map(|topic| {
            let Value::Structure(topic) = topic else {
                return None;
            };
            Some((topic_key(&topic)?, topic))
        })
    });
    let topics = in_order(order, answered, |known: &mut Structure, mut more| {
        let mut partitions = known.remove_elements(places.partitions);
        partitions.extend(more.remove_elements(places.partitions));
        known.set(places.partitions, partitions);
    });
    let topics = topics.into_iter().map(|mut topic| {
        let asked = topic_key(&topic).and_then(|topic| indexes.remove(&topic));
        let partitions = topic.remove_elements(places.partitions);
        let answered = partitions
            .into_iter()
            .map(|partition| (index(&partition, places.index), partition));
        let partitions = in_order(asked.unwrap_or_default(), answered, keep_error);
        Value::from(topic.with(places.partitions, partitions))
    });
    Structure::new().with(places.topics, topics.collect::<Vec<Value>>())
}

/// Of two answers about the same, the one that says that something is wrong.
pub(super) fn keep_error(known: &mut Value, more: Value) {
    let is_error = |value: &Value| {
        let value = value.as_structure();
        value.is_some_and(|value| code(value, "ErrorCode").is_error())
    };
    if is_error(&more) && !is_error(known) {
        *known = more;
    }
}

fn index(partition: &Value, field: &str) -> i64 {
    let index = match partition.as_structure() {
        Some(partition) => partition.get(field).and_then(Value::as_int),
        // Some requests name nothing but the numbers.
        None => partition.as_int(),
    };
    index.unwrap_or(-1)
}

/// How a topic is named, by the request or its answer.
fn topic_key(topic: &Structure) -> Option<TopicKey> {
    let name = topic.get("Name").or_else(|| topic.get("Topic"));
    match (topic.get("TopicId"), name) {
        (Some(Value::Uuid(id)), _) => Some(TopicKey::Id(*id)),
        (_, name) => name.and_then(Value::as_bytes).cloned().map(TopicKey::Name),
    }
}
