//! What has come for a partition, and was not given to the client yet?

use super::answer::Element;
use super::wanted::{Asked, PartitionKey};
use std::collections::BTreeMap;

/// What has come, with the offset it was asked from.
#[derive(Debug, Default)]
pub(super) struct Ready(BTreeMap<PartitionKey, (i64, Came)>);

/// What came for a partition.
#[derive(Debug)]
pub(super) enum Came {
    Element(Element),
    /// The broker had nothing to say.
    Nothing,
}

impl Ready {
    pub(super) fn put(&mut self, partition: PartitionKey, offset: i64, came: Came) {
        self.0.insert(partition, (offset, came));
    }

    /// What came for just that.
    pub(super) fn of(&self, asked: &Asked) -> Option<&Came> {
        let (offset, came) = self.0.get(&asked.partition)?;
        (*offset == asked.offset).then_some(came)
    }

    /// Takes out what came for a partition; none if a broker had nothing to say.
    pub(super) fn take(&mut self, partition: &PartitionKey) -> Option<Element> {
        match self.0.remove(partition)? {
            (_, Came::Element(element)) => Some(element),
            (_, Came::Nothing) => None,
        }
    }

    /// Drops what was asked from another offset, or is not wanted any more.
    pub(super) fn keep_only(&mut self, wanted: &[Asked]) {
        if self.0.is_empty() {
            return;
        }
        let offsets = wanted.iter().map(|asked| (&asked.partition, asked.offset));
        let offsets: BTreeMap<&PartitionKey, i64> = offsets.collect();
        self.0
            .retain(|partition, (offset, _)| offsets.get(partition) == Some(offset));
    }

    /// Whether of some partition no broker can be asked.
    pub(super) fn has_outage(&self) -> bool {
        self.0.values().any(|(_, came)| came.is_outage())
    }
}

impl Came {
    pub(super) fn records(&self) -> usize {
        match self {
            Self::Element(element) => element.records,
            Self::Nothing => 0,
        }
    }

    fn is_outage(&self) -> bool {
        match self {
            Self::Element(element) => element.is_made_up && element.error.is_error(),
            Self::Nothing => false,
        }
    }
}
