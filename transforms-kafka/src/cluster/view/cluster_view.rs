//! What is believed about the cluster at one moment?
//!
//! A snapshot is never changed: [`learn`](ClusterView::learn) makes the next one out of what an answer said. Parts that
//! stay the same are shared between snapshots.

use super::coordinators::{AllCoordinators, Coordinators};
use super::observation::{BrokerSeen, CoordinatorKey, Observation};
use super::topics::{Leadership, TopicChange, TopicView, Topics};
use crate::cluster::api::Offered;
use crate::cluster::node::{KafkaNode, NodeState};
use kafka_protocol::messages::BrokerId;
use shotover::topology::{Address, AddressError};
use shotover::wire::Topic;
use std::collections::HashMap;
use std::sync::Arc;
use tracing::warn;

/// Brokers that are remembered, several times what the largest clusters have: to deal them out among proxies takes time that
/// grows with the square of their number. Those with higher ids are left out, whatever the order in which an answer names
/// them.
pub(super) const MAX_BROKERS: usize = 2_000;

/// Brokers, topics and coordinators, as far as they are known.
#[derive(Clone, Debug, Default)]
pub(crate) struct ClusterView {
    /// In ascending order of their ids.
    nodes: Arc<Vec<KafkaNode>>,
    /// How many more brokers the list of them named: the same list says nothing new when it comes again.
    left_out: usize,
    topics: Arc<Topics>,
    coordinators: AllCoordinators,
    /// The last that was found; see [`controller`](Self::controller).
    controller: Option<BrokerId>,
    /// Of brokers among `nodes`.
    offered: Arc<HashMap<BrokerId, Arc<Offered>>>,
    /// What a broker that was found under a contact point can do.
    offered_by_contact: Option<Arc<Offered>>,
}

/// What a list of brokers comes to.
#[derive(Debug, Default)]
struct Listed {
    /// In ascending order of their ids, each once.
    nodes: Vec<KafkaNode>,
    /// The first one that cannot be connected to, and why.
    unusable: Option<(BrokerId, AddressError)>,
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

    /// A topic, to ask for the leaders of several partitions of it.
    pub(crate) fn topic(&self, topic: Topic<'_>) -> Option<&TopicView> {
        self.topics.find(topic)
    }

    pub(crate) fn coordinator(&self, key: &CoordinatorKey) -> Option<BrokerId> {
        self.coordinators.get(key)
    }

    /// The controller of a cluster with ZooKeeper: its brokers do not pass on what is for the controller.
    pub(crate) fn controller(&self) -> Option<&KafkaNode> {
        let id = self.controller.filter(|id| self.may_control(*id))?;
        self.node(id)
    }

    /// With KRaft any broker is named as the controller, by each answer another one: that is no news. A broker that has not
    /// said what it can do is taken for one like that which was found first.
    fn may_control(&self, id: BrokerId) -> bool {
        let offered = self.offered(id).or(self.offered_by_contact());
        self.node(id).is_some() && offered.is_some_and(|offered| !offered.has_quorum())
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
        // A connection may outlast what is known of its broker.
        let is_gone = self.node(id).is_none();
        if is_gone || self.offered.get(&id).is_some_and(|known| known == offered) {
            return None;
        }
        let mut next = self.clone();
        Arc::make_mut(&mut next.offered).insert(id, Arc::clone(offered));
        Some(next)
    }

    /// A broker of the cluster that is believed to answer.
    pub(crate) fn node_up(&self, id: BrokerId) -> Option<&KafkaNode> {
        let is_up = |node: &&KafkaNode| node.health.state() == NodeState::Up;
        self.node(id).filter(is_up)
    }

    /// The next snapshot; none if nothing of it is new. What changes is copied once, however much of it does.
    pub(crate) fn learn(&self, observations: &[Observation]) -> Option<Self> {
        let mut next = self.clone();
        let mut is_new = false;
        for observation in observations {
            is_new |= next.apply(observation);
        }
        is_new.then_some(next)
    }

    fn apply(&mut self, observation: &Observation) -> bool {
        match observation {
            Observation::Brokers(seen) => self.set_brokers(seen),
            Observation::Broker(seen) => self.add_broker(seen),
            Observation::Controller(id) => {
                let is_news = self.controller != Some(*id) && self.may_control(*id);
                if is_news {
                    self.controller = Some(*id);
                }
                is_news
            }
            Observation::Topic(seen) => self.change_topics(self.topics.seen(seen)),
            Observation::NoSuchTopic(topic) => self.change_topics(self.topics.gone(topic)),
            Observation::Leader {
                topic,
                partition,
                leader,
            } => self.change_topics(self.topics.led(topic, *partition, *leader)),
            Observation::NotLeader {
                topic,
                partition,
                broker,
            } => self.change_topics(self.topics.doubted(topic, *partition, *broker)),
            Observation::Coordinator { key, broker } => self.set_coordinator(key, *broker),
            Observation::NotCoordinator { key, broker } => {
                let is_believed = self.coordinator(key) == Some(*broker);
                is_believed && self.coordinators.remove(key)
            }
        }
    }

    fn change_topics(&mut self, change: Option<TopicChange>) -> bool {
        let Some(change) = change else {
            return false;
        };
        Arc::make_mut(&mut self.topics).apply(change);
        true
    }

    fn set_brokers(&mut self, seen: &[BrokerSeen]) -> bool {
        // The list of a broker that has just started can be empty.
        if seen.is_empty() || self.has_brokers(seen) {
            return false;
        }
        let Listed { nodes, unusable } = self.listed(seen);
        let left_out = seen.len().saturating_sub(nodes.len());
        if left_out == self.left_out && nodes.iter().map(told).eq(self.nodes.iter().map(told)) {
            return false;
        }
        if let Some((broker, error)) = unusable {
            warn!(broker = broker.0, %error, left_out, "a broker without an address that can be connected to is left out");
        }
        if nodes.len() == MAX_BROKERS && left_out > 0 {
            warn!(
                left_out,
                limit = MAX_BROKERS,
                "there are more brokers than can be remembered: those with the highest ids are left out"
            );
        }
        let known = |id: &BrokerId| {
            nodes
                .binary_search_by_key(id, |node| node.broker_id)
                .is_ok()
        };
        if !self.offered.keys().all(known) {
            Arc::make_mut(&mut self.offered).retain(|id, _| known(id));
        }
        self.nodes = Arc::new(nodes);
        self.left_out = left_out;
        true
    }

    fn listed(&self, seen: &[BrokerSeen]) -> Listed {
        let mut by_id: Vec<&BrokerSeen> = seen.iter().collect();
        by_id.sort_by_key(|broker| broker.id);
        let mut listed = Listed::default();
        for broker in by_id {
            if listed.nodes.len() >= MAX_BROKERS {
                break;
            }
            if listed.nodes.last().map(|node| node.broker_id) == Some(broker.id) {
                continue;
            }
            match self.node_of(broker) {
                Ok(node) => listed.nodes.push(node),
                Err(error) => {
                    listed.unusable.get_or_insert((broker.id, error));
                }
            }
        }
        listed
    }

    /// Adds one that is not known. Where one is that is known, Metadata says: what is said beside an error may be older.
    fn add_broker(&mut self, seen: &BrokerSeen) -> bool {
        let Err(place) = self
            .nodes
            .binary_search_by_key(&seen.id, |node| node.broker_id)
        else {
            return false;
        };
        // The list names those that are left out as well, and the log is told of them then.
        let (true, Ok(node)) = (self.nodes.len() < MAX_BROKERS, self.node_of(seen)) else {
            return false;
        };
        Arc::make_mut(&mut self.nodes).insert(place, node);
        true
    }

    fn has_brokers(&self, seen: &[BrokerSeen]) -> bool {
        self.left_out == 0
            && seen.len() == self.nodes.len()
            && seen.iter().all(|broker| {
                self.node(broker.id).is_some_and(|node| {
                    node.address.host() == broker.host
                        && node.address.port() == broker.port
                        && node.rack.as_deref() == broker.rack.or(node.rack.as_deref())
                })
            })
    }

    fn node_of(&self, seen: &BrokerSeen) -> Result<KafkaNode, AddressError> {
        let address = Address::new(&seen.host, seen.port)?;
        let known = self.node(seen.id);
        // What is known about the broker's health is about the process at that address.
        let same = known.filter(|node| node.address == address);
        Ok(KafkaNode {
            broker_id: seen.id,
            rack: seen
                .rack
                .or(known.and_then(|node| node.rack.as_deref()))
                .map(Arc::from),
            health: same
                .map(|node| Arc::clone(&node.health))
                .unwrap_or_default(),
            address,
        })
    }

    fn set_coordinator(&mut self, key: &CoordinatorKey, broker: BrokerId) -> bool {
        if self.coordinator(key) == Some(broker) || !Coordinators::takes(key) {
            return false;
        }
        self.coordinators.insert(key.clone(), broker);
        true
    }
}

/// What a list of brokers tells of one of them.
fn told(node: &KafkaNode) -> (BrokerId, &Address, Option<&str>) {
    (node.broker_id, &node.address, node.rack.as_deref())
}
