//! Which transactions are there, on all brokers?

use super::part::Answers;
use shotover::wire::value::{Structure, Value};

/// Each transaction once: while it moves, two coordinators know it. A state that some broker does not know was not
/// looked for everywhere.
pub(super) fn merge(answers: &Answers) -> Structure {
    let mut unknown: Vec<Value> = Vec::new();
    for answer in &answers.given {
        for state in answer.elements("UnknownStateFilters") {
            if !unknown.contains(state) {
                unknown.push(state.clone());
            }
        }
    }
    let transactions = answers.distinct("TransactionStates", "TransactionalId");
    Structure::new()
        .with("ErrorCode", answers.error())
        .with("UnknownStateFilters", unknown)
        .with("TransactionStates", transactions)
}
