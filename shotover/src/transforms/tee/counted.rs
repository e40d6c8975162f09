//! What does a `Tee` count?

use crate::observability::{FamilyError, Metrics, TEE_COPIES, TEE_ENDED, TEE_NOT_COPIED};
use prometheus_client::metrics::counter::Counter;

/// Why there is no copy of a request that was to have one: the label `reason`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotCopied {
    /// The sub-chain holds as much as it may.
    Full,
    /// The sub-chain has failed before.
    Ended,
    /// It belongs to a transaction, which another cluster does not know.
    Transaction,
    /// It names a topic by the id that one cluster has given to it.
    TopicId,
    /// It cannot be read.
    Malformed,
    /// No broker of the first cluster has let the client in.
    NotLetIn,
}

impl NotCopied {
    pub(super) const ALL: [Self; 6] = [
        Self::Full,
        Self::Ended,
        Self::Transaction,
        Self::TopicId,
        Self::Malformed,
        Self::NotLetIn,
    ];

    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Ended => "ended",
            Self::Transaction => "transaction",
            Self::TopicId => "topic_id",
            Self::Malformed => "malformed",
            Self::NotLetIn => "not_let_in",
        }
    }
}

/// The counters of one place in the topology.
#[derive(Debug)]
pub(super) struct Counted {
    /// Copies that were given to the sub-chain.
    pub(super) copies: Counter,
    /// Connections whose copies have ended.
    pub(super) ended: Counter,
    not_copied: [(NotCopied, Counter); 6],
}

impl Counted {
    pub(super) fn new(metrics: &Metrics, name: &str) -> Result<Self, FamilyError> {
        let not_copied = metrics.own_family(&TEE_NOT_COPIED)?;
        Ok(Self {
            copies: metrics.own_family(&TEE_COPIES)?.counter(&[name]),
            ended: metrics.own_family(&TEE_ENDED)?.counter(&[name]),
            not_copied: NotCopied::ALL
                .map(|reason| (reason, not_copied.counter(&[name, reason.label()]))),
        })
    }

    pub(super) fn not_copied(&self, reason: NotCopied) {
        for (of, counter) in &self.not_copied {
            if *of == reason {
                counter.inc();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = include_str!("../../../../docs/src/transforms/tee.md");

    #[test]
    fn the_documentation_lists_exactly_these_reasons() {
        let table = PAGE.lines().skip_while(|line| *line != "| reason | |");
        let rows = table.skip(2).take_while(|line| line.starts_with("| "));
        let documented: Vec<&str> = rows.filter_map(|row| row.split('`').nth(1)).collect();
        assert_eq!(documented, NotCopied::ALL.map(NotCopied::label));
    }
}
