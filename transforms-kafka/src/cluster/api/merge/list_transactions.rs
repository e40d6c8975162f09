//! Which transactions are there, on all brokers?

use super::part::Answers;
use bytes::Bytes;
use shotover::wire::value::{Structure, Value};
use std::collections::BTreeSet;

/// Each transaction once: while it moves, two coordinators know it. A state that some broker does not know was not
/// looked for everywhere.
pub(super) fn merge(answers: &Answers) -> Structure {
    let unknown = answers.given.iter();
    let unknown = unknown.flat_map(|answer| answer.elements("UnknownStateFilters"));
    let unknown: BTreeSet<&Bytes> = unknown.filter_map(Value::as_bytes).collect();
    let unknown = unknown.into_iter().cloned().map(Value::from);
    let transactions = answers.distinct("TransactionStates", "TransactionalId");
    Structure::new()
        .with("ErrorCode", answers.error())
        .with("UnknownStateFilters", unknown.collect::<Vec<Value>>())
        .with("TransactionStates", transactions)
}
