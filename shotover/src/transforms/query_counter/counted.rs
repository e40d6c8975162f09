//! Which counters does a `QueryCounter` count with?

use crate::codec::AnonymousAccess;
use crate::observability::{CounterFamily, FamilyError, Metrics, QUERIED_TOPICS, QUERIES};
use crate::wire::ApiKey;
use prometheus_client::metrics::counter::Counter;
use std::sync::Arc;

/// The counters of one place in the topology.
#[derive(Debug)]
pub(super) struct Counted {
    /// The value of the label `name`.
    name: Arc<str>,
    requests: CounterFamily,
    topics: Option<CounterFamily>,
    /// Whether clients are let in that do not say who they are.
    pub(super) anonymous: AnonymousAccess,
}

impl Counted {
    pub(super) fn new(metrics: &Metrics, name: Arc<str>) -> Result<Self, FamilyError> {
        Ok(Self {
            name,
            requests: metrics.own_family(&QUERIES)?,
            topics: None,
            anonymous: AnonymousAccess::default(),
        })
    }

    /// Also counts the topics that requests name.
    pub(super) fn by_topic(self, metrics: &Metrics) -> Result<Self, FamilyError> {
        let topics = metrics.own_family(&QUERIED_TOPICS)?;
        Ok(Self {
            topics: Some(topics),
            ..self
        })
    }

    pub(super) fn counts_topics(&self) -> bool {
        self.topics.is_some()
    }

    /// Takes a lock: the counter is to be kept.
    pub(super) fn requests(&self, key: ApiKey) -> Counter {
        self.requests.counter(&[&self.name, key.name()])
    }

    /// Takes a lock: the counter is to be kept.
    pub(super) fn topic(&self, key: ApiKey, topic: &str) -> Option<Counter> {
        let topics = self.topics.as_ref()?;
        Some(topics.counter(&[&self.name, key.name(), topic]))
    }
}
