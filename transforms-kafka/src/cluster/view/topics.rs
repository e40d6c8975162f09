//! Who leads which partition?

use super::observation::{Leader, PartitionSeen, TopicKey, TopicSeen};
use super::parts::Parts;
use bytes::Bytes;
use kafka_protocol::messages::BrokerId;
use shotover::wire::Topic;
use std::sync::Arc;

/// Topics that are remembered. One more, and all are asked for again: clusters have fewer, but those that were deleted
/// and that nobody asked for since are among them.
pub(super) const MAX_TOPICS: usize = 250_000;

/// Partitions that are remembered of all topics together, in 20 bytes each. One more, and all topics are asked for again.
pub(super) const MAX_PARTITIONS: usize = 2_000_000;

/// The topics that are known, by name and by id.
#[derive(Clone, Debug, Default)]
pub(super) struct Topics {
    by_name: Parts<Bytes, Arc<TopicView>>,
    by_id: Parts<[u8; 16], Arc<TopicView>>,
    /// How many partitions all of them have.
    partitions: usize,
}

/// What is known of one topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TopicView {
    name: Bytes,
    id: Option<[u8; 16]>,
    /// In ascending order of their indexes.
    partitions: Vec<PartitionSeen>,
}

/// What an observation changes.
#[derive(Debug)]
pub(super) enum TopicChange {
    Put(TopicView),
    Remove(Arc<TopicView>),
}

/// What is known about the leader of a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leadership {
    /// This broker leads it, since this election.
    Led(Leader),
    /// It has none, or a broker said that it is not the one that was believed to be.
    Leaderless,
    /// The topic, or the partition of it, is not known.
    Unknown,
}

impl Topics {
    pub(super) fn leader(&self, topic: Topic<'_>, partition: i32) -> Leadership {
        let topic = self.find(topic);
        topic.map_or(Leadership::Unknown, |topic| topic.leader(partition))
    }

    pub(super) fn find(&self, topic: Topic<'_>) -> Option<&TopicView> {
        let found = match topic {
            Topic::Name(name) => self.by_name.get(name),
            Topic::Id(id) => self.by_id.get(&id),
        };
        found.map(AsRef::as_ref)
    }

    fn get(&self, topic: &TopicKey) -> Option<&Arc<TopicView>> {
        match topic {
            TopicKey::Name(name) => self.by_name.get(name),
            TopicKey::Id(id) => self.by_id.get(id),
        }
    }

    /// What is new about a topic that was seen. A partition stays as it is where that is from a later election.
    pub(super) fn seen(&self, seen: &TopicSeen) -> Option<TopicChange> {
        if !is_remembered(seen) {
            return self.gone(&TopicKey::Name(seen.name.clone()));
        }
        let old = self.by_name.get(&seen.name);
        let new = match old {
            Some(old) if old.id == seen.id || seen.id.is_none() || old.id.is_none() => {
                old.merged(seen)
            }
            // A topic of that name was deleted and created again: its elections are counted anew.
            Some(_) | None => TopicView {
                name: seen.name.clone(),
                id: seen.id,
                partitions: seen.partitions.clone(),
            },
        };
        let is_known = old.is_some_and(|old| **old == new);
        (!is_known).then_some(TopicChange::Put(new))
    }

    pub(super) fn gone(&self, topic: &TopicKey) -> Option<TopicChange> {
        self.get(topic).cloned().map(TopicChange::Remove)
    }

    pub(super) fn led(
        &self,
        topic: &TopicKey,
        partition: i32,
        leader: Leader,
    ) -> Option<TopicChange> {
        self.changing(topic, partition, |known| {
            // Only a later election is news: answers may come late (KIP-951).
            let newer =
                leader.epoch > known.epoch || known.leader.is_none() && leader.epoch == known.epoch;
            newer.then_some(PartitionSeen {
                index: known.index,
                leader: Some(leader.broker),
                epoch: leader.epoch,
            })
        })
    }

    /// That the leader of a partition has to be asked for, if `broker` was believed to be it.
    pub(super) fn doubted(
        &self,
        topic: &TopicKey,
        partition: i32,
        broker: BrokerId,
    ) -> Option<TopicChange> {
        self.changing(topic, partition, |known| {
            (known.leader == Some(broker)).then_some(PartitionSeen {
                leader: None,
                ..known
            })
        })
    }

    fn changing(
        &self,
        topic: &TopicKey,
        partition: i32,
        change: impl FnOnce(PartitionSeen) -> Option<PartitionSeen>,
    ) -> Option<TopicChange> {
        let old = self.get(topic)?;
        let place = old.place(partition)?;
        let changed = change(*old.partitions.get(place)?)?;
        let mut new = TopicView::clone(old);
        *new.partitions.get_mut(place)? = changed;
        Some(TopicChange::Put(new))
    }

    pub(super) fn apply(&mut self, change: TopicChange) {
        let name = match &change {
            TopicChange::Put(topic) => &topic.name,
            TopicChange::Remove(topic) => &topic.name,
        };
        if let Some(old) = self.by_name.remove(name) {
            self.partitions -= old.partitions.len();
            if let Some(id) = old.id {
                self.by_id.remove(&id);
            }
        }
        if let TopicChange::Put(topic) = change {
            let partitions = topic.partitions.len();
            if self.by_name.len() >= MAX_TOPICS || self.partitions + partitions > MAX_PARTITIONS {
                *self = Self::default();
            }
            self.partitions += partitions;
            let topic = Arc::new(topic);
            if let Some(id) = topic.id {
                self.by_id.insert(id, Arc::clone(&topic));
            }
            self.by_name.insert(topic.name.clone(), topic);
        }
    }
}

/// Whether what is said of a topic is kept. No cluster has others; they are routed as those that nobody knows.
fn is_remembered(seen: &TopicSeen) -> bool {
    seen.name.len() <= Topic::LONGEST_NAME && seen.partitions.len() <= MAX_PARTITIONS
}

impl TopicView {
    pub(crate) fn leader(&self, partition: i32) -> Leadership {
        match self.partition(partition) {
            Some(PartitionSeen {
                leader: Some(broker),
                epoch,
                ..
            }) => Leadership::Led(Leader {
                broker: *broker,
                epoch: *epoch,
            }),
            Some(_) => Leadership::Leaderless,
            None => Leadership::Unknown,
        }
    }

    fn place(&self, partition: i32) -> Option<usize> {
        // Nearly always the partitions are numbered from 0 and none is missing.
        let guess = usize::try_from(partition).ok()?;
        match self.partitions.get(guess) {
            Some(seen) if seen.index == partition => Some(guess),
            Some(_) | None => self
                .partitions
                .binary_search_by_key(&partition, |seen| seen.index)
                .ok(),
        }
    }

    fn partition(&self, index: i32) -> Option<&PartitionSeen> {
        self.partitions.get(self.place(index)?)
    }

    fn merged(&self, seen: &TopicSeen) -> Self {
        // It may be another topic of that name, whose elections are counted anew.
        let may_be_another = self.id.is_none() && seen.id.is_some();
        let newest = |seen: &PartitionSeen| match self.partition(seen.index) {
            Some(known) if may_be_another && known.leader.is_none() => *seen,
            Some(known) if known.epoch > seen.epoch => *known,
            // An answer from before the leader was doubted says nothing new.
            Some(_) | None => *seen,
        };
        Self {
            name: self.name.clone(),
            id: seen.id.or(self.id),
            partitions: seen.partitions.iter().map(newest).collect(),
        }
    }
}
