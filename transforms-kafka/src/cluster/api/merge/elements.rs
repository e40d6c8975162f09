//! What came of each group, transaction, resource or topic that a request names?

use super::in_order::in_order;
use super::part::{MergeError, code};
use super::partitions::keep_error;
use super::parts::asked;
use crate::cluster::api::configs;
use crate::cluster::api::split::brokers_named;
use crate::cluster::api::spread::{Entities, Key};
use shotover::message::Message;
use shotover::wire::ErrorCode;
use shotover::wire::value::{Structure, Value};
use std::collections::HashSet;

/// The elements of all answers, in the order of the request.
pub(super) fn merge(
    request: &Message,
    of: &Entities,
    said: Vec<Structure>,
) -> Result<Structure, MergeError> {
    let contents = asked(request)?;
    let asked = contents.elements(of.asked);
    // An answer of AddPartitionsToTxn may be an error and nothing else: one of what it was asked for.
    let failed = said.iter().map(|answer| code(answer, "ErrorCode"));
    let failed = failed.into_iter().find(|error| error.is_error());
    let answered = said.into_iter();
    let answered = answered.flat_map(|mut answer| answer.remove_elements(of.answered));
    let mut answered: Vec<(Key, Value)> = answered
        .filter_map(|element| Some((of.answered_key(&element)?, element)))
        .collect();
    let mut merged = Structure::new();
    if let Some(error) = failed {
        match answered.is_empty() {
            true => merged.set("ErrorCode", error),
            false => answered.extend(unanswered(asked, of, (&answered, error))),
        }
    }
    let order = asked.iter().filter_map(|element| of.asked_key(element));
    let elements = in_order(order, answered, keep_error);
    Ok(merged.with(of.answered, elements))
}

/// The error, for each of the transactions that nothing is known of.
fn unanswered(
    asked: &[Value],
    of: &Entities,
    (answered, error): (&[(Key, Value)], ErrorCode),
) -> Vec<(Key, Value)> {
    let known: HashSet<&Key> = answered.iter().map(|(key, _)| key).collect();
    let unknown = asked.iter().filter_map(|transaction| {
        let key = of.asked_key(transaction)?;
        let is_new = !known.contains(&key);
        is_new.then(|| Some((key, failed_transaction(transaction.as_structure()?, error))))?
    });
    unknown.collect()
}

fn failed_transaction(transaction: &Structure, error: ErrorCode) -> Value {
    let topics = transaction.elements("Topics").iter();
    let topics = topics.filter_map(Value::as_structure).map(|topic| {
        let partitions = topic.elements("Partitions").iter().map(|index| {
            let failed = Structure::new().with("PartitionIndex", index.clone());
            Value::from(failed.with("PartitionErrorCode", error))
        });
        let failed = named(topic, "Name");
        Value::from(failed.with("ResultsByPartition", partitions.collect::<Vec<Value>>()))
    });
    named(transaction, "TransactionalId")
        .with("TopicResults", topics.collect::<Vec<Value>>())
        .into()
}

fn named(of: &Structure, field: &'static str) -> Structure {
    let name = of.get(field).cloned();
    Structure::new().with(field, name.unwrap_or(Value::Null))
}

/// The resources of all answers, in the order of the request, with the names that the client knows the brokers by.
pub(super) fn merge_resources(
    request: &Message,
    of: &Entities,
    mut said: Vec<Structure>,
) -> Result<Structure, MergeError> {
    let contents = asked(request)?;
    let named = brokers_named(contents.elements(of.asked));
    if named.iter().all(Option::is_none) {
        return merge(request, of, said);
    }
    if named.len() != said.len() {
        return Err(MergeError::Parts(request.api_key()));
    }
    for (answer, name) in said.iter_mut().zip(named) {
        let Some(name) = name else {
            continue;
        };
        for resource in answer.elements_mut(of.answered) {
            if configs::names_broker(resource).is_some() {
                resource.set("ResourceName", name.clone());
            }
        }
    }
    merge(request, of, said)
}
