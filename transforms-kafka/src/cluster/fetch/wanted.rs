//! What does a client want to fetch?

use super::super::view::TopicKey;
use bytes::BytesMut;
use shotover::message::{EncodeError, Message};
use shotover::wire::value::{self, Structure, Value};
use shotover::wire::{ApiKey, Malformed};
use std::collections::HashSet;
use std::time::Duration;
use thiserror::Error;

/// A fetch cannot be taken apart.
#[derive(Debug, Error)]
pub(crate) enum FetchError {
    #[error("malformed Fetch request")]
    Malformed(#[from] Malformed),
    #[error("a part of a Fetch cannot be encoded")]
    Contents(#[from] value::EncodeError),
    #[error(transparent)]
    Encode(#[from] EncodeError),
    #[error("no Fetch waits for an answer")]
    Nothing,
}

/// A Fetch request, read.
#[derive(Debug)]
pub(super) struct Wanted {
    /// The request; also what its parts are made from.
    pub(super) request: Message,
    contents: Structure,
    pub(super) max_wait: Duration,
    pub(super) min_bytes: usize,
    pub(super) max_bytes: usize,
    /// In the order of the request, each once.
    pub(super) partitions: Vec<Position>,
}

/// A partition.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct PartitionKey {
    pub(crate) topic: TopicKey,
    pub(crate) index: i32,
}

/// A partition, and the offset from which records are wanted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Position {
    pub(super) partition: PartitionKey,
    pub(super) offset: i64,
}

/// How a part differs from the request it is made from.
#[derive(Clone, Copy, Debug)]
pub(super) struct PartOf {
    pub(super) max_wait: Duration,
    pub(super) max_bytes: usize,
    pub(super) rack: Rack,
}

/// Whether a broker is told the rack of the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rack {
    Told,
    Withheld,
}

impl Wanted {
    pub(super) fn read(request: Message) -> Result<Self, FetchError> {
        let body = request.body_bytes()?;
        let version = request.api_version();
        let contents = ApiKey::Fetch.request_schema().decode(version, &body)?;
        let mut partitions = Vec::new();
        for topic in contents
            .elements("Topics")
            .iter()
            .filter_map(Value::as_structure)
        {
            let name = topic_of(topic, version);
            for partition in structures(topic, "Partitions") {
                partitions.push(position_of(&name, partition));
            }
        }
        Ok(Self {
            max_wait: Duration::from_millis(
                u64::try_from(small(&contents, "MaxWaitMs")).unwrap_or_default(),
            ),
            min_bytes: size(&contents, "MinBytes"),
            max_bytes: size(&contents, "MaxBytes"),
            partitions,
            contents,
            request,
        })
    }

    pub(super) fn version(&self) -> i16 {
        self.request.api_version()
    }

    /// The request for some of the partitions, outside of any session.
    pub(super) fn part(&self, of: &HashSet<Position>, part: PartOf) -> Result<Message, FetchError> {
        let version = self.version();
        let topics = self.contents.elements("Topics").iter();
        let topics = topics.filter_map(Value::as_structure).filter_map(|topic| {
            let name = topic_of(topic, version);
            let wanted = |partition: &&Structure| of.contains(&position_of(&name, partition));
            let partitions: Vec<Value> = structures(topic, "Partitions")
                .filter(wanted)
                .cloned()
                .map(Value::from)
                .collect();
            let is_wanted = !partitions.is_empty();
            is_wanted.then(|| Value::from(topic.clone().with("Partitions", partitions)))
        });
        let topics: Vec<Value> = topics.collect();
        let max_wait = i64::try_from(part.max_wait.as_millis());
        let max_bytes = i64::try_from(part.max_bytes);
        let mut contents = self
            .contents
            .clone()
            .with("Topics", topics)
            .with("MaxWaitMs", max_wait.unwrap_or_default())
            .with("MaxBytes", max_bytes.unwrap_or(i64::MAX))
            .with("SessionId", 0)
            .with("SessionEpoch", -1)
            .with("ForgottenTopicsData", Vec::new());
        if part.rack == Rack::Withheld {
            contents.set("RackId", "");
        }
        let mut body = BytesMut::new();
        ApiKey::Fetch
            .request_schema()
            .encode(version, &contents, &mut body)?;
        let request = self.request.duplicate_request();
        Ok(request.with_body(vec![body.freeze()])?)
    }
}

fn topic_of(topic: &Structure, version: i16) -> TopicKey {
    match (version, topic.get("TopicId"), topic.get("Topic")) {
        (13.., Some(Value::Uuid(id)), _) => TopicKey::Id(*id),
        (_, _, Some(Value::Bytes(name))) => TopicKey::Name(name.clone()),
        _ => TopicKey::Name(bytes::Bytes::new()),
    }
}

fn position_of(topic: &TopicKey, partition: &Structure) -> Position {
    let offset = partition.get("FetchOffset").and_then(Value::as_int);
    Position {
        partition: PartitionKey {
            topic: topic.clone(),
            index: small(partition, "Partition"),
        },
        offset: offset.unwrap_or_default(),
    }
}

fn structures<'a>(of: &'a Structure, array: &str) -> impl Iterator<Item = &'a Structure> {
    of.elements(array).iter().filter_map(Value::as_structure)
}

fn small(of: &Structure, field: &str) -> i32 {
    let number = of.get(field).and_then(Value::as_int).unwrap_or_default();
    i32::try_from(number).unwrap_or_default()
}

/// A number that cannot sensibly be negative.
fn size(of: &Structure, field: &str) -> usize {
    usize::try_from(small(of, field)).unwrap_or_default()
}
