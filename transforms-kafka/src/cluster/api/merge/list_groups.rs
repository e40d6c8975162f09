//! Which groups are there, on all brokers?

use super::part::Answers;
use shotover::wire::value::Structure;

/// Each group once: while it moves, two coordinators know it.
pub(super) fn merge(answers: &Answers) -> Structure {
    Structure::new()
        .with("ErrorCode", answers.error())
        .with("Groups", answers.distinct("Groups", "GroupId"))
}
