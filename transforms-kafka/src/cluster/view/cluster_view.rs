//! What is believed about the cluster at one moment?
//!
//! A snapshot is never changed: [`learn`](ClusterView::learn) makes the next one out of what an answer said. Parts that
//! stay the same are shared between snapshots.

use super::observation::{BrokerSeen, CoordinatorKey, Observation, TopicSeen};
use super::topics::{Leadership, Topics};
use crate::cluster::api::Offered;
use crate::cluster::node::{KafkaNode, NodeState};
use kafka_protocol::messages::BrokerId;
use shotover::topology::Address;
use shotover::wire::Topic;
use std::collections::HashMap;
use std::sync::Arc;
use tracing::warn;

/// Groups and transactions whose coordinator is remembered. One more, and all are asked for again.
pub(crate) const MAX_COORDINATORS: usize = 100_000;

/// Brokers, topics and coordinators, as far as they are known.
#[derive(Clone, Debug, Default)]
pub(crate) struct ClusterView {
    /// In ascending order of their ids.
    nodes: Arc<Vec<KafkaNode>>,
    topics: Arc<Topics>,
    coordinators: Arc<HashMap<CoordinatorKey, BrokerId>>,
    offered: Arc<HashMap<BrokerId, Arc<Offered>>>,
    /// What a broker that was found under a contact point can do.
    offered_by_contact: Option<Arc<Offered>>,
}

impl ClusterView {
    /// All brokers, in ascending order of their ids.
    pub(crate) fn nodes(&self) -> &[KafkaNode] {
        &self.nodes
    }

    /// The brokers that are believed to answer.
    pub(crate) fn up(&self) -> impl Iterator<Item = &KafkaNode> {
        self.nodes
            .iter()
            .filter(|node| node.health.state() == NodeState::Up)
    }

    pub(crate) fn node(&self, id: BrokerId) -> Option<&KafkaNode> {
        let place = self.nodes.binary_search_by_key(&id, |node| node.broker_id);
        self.nodes.get(place.ok()?)
    }

    pub(crate) fn leader(&self, topic: Topic<'_>, partition: i32) -> Leadership {
        self.topics.leader(topic, partition)
    }

    pub(crate) fn coordinator(&self, key: &CoordinatorKey) -> Option<BrokerId> {
        self.coordinators.get(key).copied()
    }

    /// What the broker said it can do.
    pub(crate) fn offered(&self, id: BrokerId) -> Option<&Arc<Offered>> {
        self.offered.get(&id)
    }

    /// What a broker can do that was found before any was known by its id.
    pub(crate) fn offered_by_contact(&self) -> Option<&Arc<Offered>> {
        self.offered_by_contact.as_ref()
    }

    /// The next snapshot with what a broker said it can do; none if that is nothing new.
    pub(crate) fn with_offered(
        &self,
        id: Option<BrokerId>,
        offered: &Arc<Offered>,
    ) -> Option<Self> {
        let Some(id) = id else {
            let is_new = self.offered_by_contact.as_ref() != Some(offered);
            return is_new.then(|| Self {
                offered_by_contact: Some(Arc::clone(offered)),
                ..self.clone()
            });
        };
        if self.offered.get(&id).is_some_and(|known| known == offered) {
            return None;
        }
        let mut next = self.clone();
        Arc::make_mut(&mut next.offered).insert(id, Arc::clone(offered));
        Some(next)
    }

    /// The next snapshot; none if nothing of it is new.
    pub(crate) fn learn(&self, observations: &[Observation]) -> Option<Self> {
        let mut next: Option<Self> = None;
        for observation in observations {
            let view = next.as_ref().unwrap_or(self);
            if let Some(changed) = view.with(observation) {
                next = Some(changed);
            }
        }
        next
    }

    fn with(&self, observation: &Observation) -> Option<Self> {
        match observation {
            Observation::Brokers(seen) => self.with_brokers(seen),
            Observation::Topic(seen) => self.with_topic(seen),
            Observation::NoSuchTopic(topic) => self.changing_topics(|topics| topics.remove(topic)),
            Observation::Leader {
                topic,
                partition,
                leader,
            } => self.changing_topics(|topics| topics.set_leader(topic, *partition, *leader)),
            Observation::NotLeader {
                topic,
                partition,
                broker,
            } => self.changing_topics(|topics| topics.doubt(topic, *partition, *broker)),
            Observation::Coordinator { key, broker } => self.with_coordinator(key, *broker),
            Observation::NotCoordinator { key, broker } => {
                if self.coordinator(key) != Some(*broker) {
                    return None;
                }
                let mut next = self.clone();
                Arc::make_mut(&mut next.coordinators).remove(key);
                Some(next)
            }
        }
    }

    fn with_brokers(&self, seen: &[BrokerSeen]) -> Option<Self> {
        // The list of a broker that has just started can be empty.
        if seen.is_empty() || self.has_brokers(seen) {
            return None;
        }
        let mut nodes: Vec<KafkaNode> = seen
            .iter()
            .filter_map(|broker| self.node_of(broker))
            .collect();
        nodes.sort_by_key(|node| node.broker_id);
        nodes.dedup_by_key(|node| node.broker_id);
        let mut next = self.clone();
        let known = |id: &BrokerId| {
            nodes
                .binary_search_by_key(id, |node| node.broker_id)
                .is_ok()
        };
        if !self.offered.keys().all(known) {
            Arc::make_mut(&mut next.offered).retain(|id, _| known(id));
        }
        next.nodes = Arc::new(nodes);
        Some(next)
    }

    fn has_brokers(&self, seen: &[BrokerSeen]) -> bool {
        seen.len() == self.nodes.len()
            && seen.iter().all(|broker| {
                self.node(broker.id).is_some_and(|node| {
                    node.address.host() == broker.host
                        && node.address.port() == broker.port
                        && node.rack.as_deref() == broker.rack.as_deref()
                })
            })
    }

    fn node_of(&self, seen: &BrokerSeen) -> Option<KafkaNode> {
        let address = match Address::new(&seen.host, seen.port) {
            Ok(address) => address,
            Err(error) => {
                warn!(broker = seen.id.0, %error, "a broker without an address that can be connected to is left out");
                return None;
            }
        };
        // What is known about the broker's health is about the process at that address.
        let same = self.node(seen.id).filter(|node| node.address == address);
        Some(KafkaNode {
            broker_id: seen.id,
            rack: seen.rack.as_deref().map(Arc::from),
            health: same
                .map(|node| Arc::clone(&node.health))
                .unwrap_or_default(),
            address,
        })
    }

    fn with_topic(&self, seen: &TopicSeen) -> Option<Self> {
        self.changing_topics(|topics| topics.set(seen))
    }

    /// The next snapshot with the topics that `change` returns.
    fn changing_topics(&self, change: impl FnOnce(&Topics) -> Option<Topics>) -> Option<Self> {
        let topics = change(&self.topics)?;
        Some(Self {
            topics: Arc::new(topics),
            ..self.clone()
        })
    }

    fn with_coordinator(&self, key: &CoordinatorKey, broker: BrokerId) -> Option<Self> {
        if self.coordinator(key) == Some(broker) {
            return None;
        }
        let mut next = self.clone();
        let coordinators = Arc::make_mut(&mut next.coordinators);
        if coordinators.len() >= MAX_COORDINATORS {
            coordinators.clear();
        }
        coordinators.insert(key.clone(), broker);
        Some(next)
    }
}
