//! What is in the directories of all brokers, and which of them has moved a replica?

use super::part::{Answers, code, int};
use bytes::Bytes;
use shotover::wire::ErrorCode;
use shotover::wire::value::{Structure, Value};
use std::collections::BTreeMap;

/// All directories. Nothing says whose they are: paths that two brokers have in common stand there twice.
pub(super) fn describe(answers: &Answers) -> Structure {
    let directories = answers
        .given
        .iter()
        .flat_map(|answer| answer.elements("Results"));
    Structure::new()
        .with("ErrorCode", answers.error())
        .with("Results", directories.cloned().collect::<Vec<Value>>())
}

/// What has come of each partition at the broker that has the replica; the others say that they have none.
pub(super) fn alter(answers: &Answers) -> Structure {
    let mut outcomes: BTreeMap<&Bytes, BTreeMap<i64, ErrorCode>> = BTreeMap::new();
    let results = answers
        .given
        .iter()
        .flat_map(|answer| answer.elements("Results"));
    for result in results.filter_map(Value::as_structure) {
        let Some(topic) = result.get("TopicName").and_then(Value::as_bytes) else {
            continue;
        };
        let partitions = outcomes.entry(topic).or_default();
        for partition in result
            .elements("Partitions")
            .iter()
            .filter_map(Value::as_structure)
        {
            let index = int(partition, "PartitionIndex").unwrap_or(-1);
            let error = code(partition, "ErrorCode");
            let kept = partitions.entry(index).or_insert(error);
            if weight(error) > weight(*kept) {
                *kept = error;
            }
        }
    }
    let results = outcomes.into_iter().map(|(topic, partitions)| {
        let partitions = partitions
            .into_iter()
            .map(|outcome| partition(outcome, answers.missing));
        Structure::new()
            .with("TopicName", topic.clone())
            .with("Partitions", partitions.collect::<Vec<Value>>())
            .into()
    });
    Structure::new().with("Results", results.collect::<Vec<Value>>())
}

/// How much a broker's word about a replica counts beside that of others.
fn weight(error: ErrorCode) -> u8 {
    match error {
        ErrorCode::NONE => 2,
        error if is_elsewhere(error) => 0,
        _ => 1,
    }
}

/// Whether the broker says that it does not have the replica.
fn is_elsewhere(error: ErrorCode) -> bool {
    error == ErrorCode::REPLICA_NOT_AVAILABLE || error == ErrorCode::UNKNOWN_TOPIC_OR_PARTITION
}

/// What is told of a partition. If nobody has the replica, but somebody could not be asked, it may be there.
fn partition((index, error): (i64, ErrorCode), missing: Option<ErrorCode>) -> Value {
    let error = match missing {
        Some(missing) if is_elsewhere(error) => missing,
        Some(_) | None => error,
    };
    Structure::new()
        .with("PartitionIndex", index)
        .with("ErrorCode", error)
        .into()
}
