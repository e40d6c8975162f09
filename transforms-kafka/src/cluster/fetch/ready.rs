//! What has come for a partition, and was not given to the client yet?

use super::answer::{Element, Rest};
use super::wanted::{Asked, PartitionKey};
use kafka_protocol::messages::BrokerId;
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
    /// Whether nothing had come for the partition, from whatever offset.
    ///
    /// Records stay, whatever else is said of them: that comes from a broker which was asked before it ceased to lead the
    /// partition.
    pub(super) fn put(&mut self, partition: PartitionKey, offset: i64, came: Came) -> bool {
        let has_records = |known: &Came| known.records() > 0;
        if came.records() == 0 && self.of(&partition, offset).is_some_and(has_records) {
            return false;
        }
        self.0.insert(partition, (offset, came)).is_none()
    }

    /// What came for just that.
    pub(super) fn of(&self, partition: &PartitionKey, offset: i64) -> Option<&Came> {
        let (from, came) = self.0.get(partition)?;
        (*from == offset).then_some(came)
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

    /// Whether the rest of something that came is at this broker.
    pub(super) fn has_rest_of(&self, broker: BrokerId) -> bool {
        self.0.values().any(|(_, came)| came.has_rest_of(broker))
    }

    /// Drops what cannot go on without this broker.
    pub(super) fn drop_rest_of(&mut self, broker: BrokerId) {
        self.0.retain(|_, (_, came)| !came.has_rest_of(broker));
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

    /// Whether its end has not arrived.
    pub(super) fn is_open(&self) -> bool {
        self.rest().is_some()
    }

    fn rest(&self) -> Option<Rest> {
        match self {
            Self::Element(element) => element.rest,
            Self::Nothing => None,
        }
    }

    fn has_rest_of(&self, broker: BrokerId) -> bool {
        self.rest().is_some_and(|rest| rest.broker == broker)
    }

    fn is_outage(&self) -> bool {
        match self {
            Self::Element(element) => element.is_made_up && element.error.is_error(),
            Self::Nothing => false,
        }
    }
}
