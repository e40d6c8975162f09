//! How does a `QueryCounter` count?

use super::counted::Counted;
use super::label::label;
use crate::codec::Trust;
use crate::message::{Message, Messages};
use crate::transforms::topics::visit_topics;
use crate::transforms::{ChainState, ClientDetails, Transform, TransformBuilder, TransformError};
use crate::wire::ApiKey;
use async_trait::async_trait;
use prometheus_client::metrics::counter::Counter;
use std::collections::HashMap;
use std::sync::Arc;
use tracing::trace;

/// Counters of topics that one connection keeps at hand. A client that names more pays with a lock for each.
const TOPICS_AT_HAND: usize = 100;

/// One `QueryCounter` of a topology.
#[derive(Debug)]
pub(super) struct QueryCounterBuilder {
    counted: Arc<Counted>,
}

impl QueryCounterBuilder {
    pub(super) fn new(counted: Counted) -> Self {
        Self {
            counted: Arc::new(counted),
        }
    }
}

impl TransformBuilder for QueryCounterBuilder {
    fn build(&self, _: &ClientDetails) -> Box<dyn Transform> {
        Box::new(QueryCounter {
            counted: Arc::clone(&self.counted),
            trust: Trust::new(self.counted.anonymous.clone()),
            requests: HashMap::new(),
            topics: HashMap::new(),
        })
    }
}

/// The counters that one connection has asked for.
struct QueryCounter {
    counted: Arc<Counted>,
    /// Whether a broker has let the client in. Anybody else would use up the series that there may be.
    trust: Trust,
    requests: HashMap<ApiKey, Counter>,
    topics: HashMap<ApiKey, HashMap<Box<str>, Counter>>,
}

#[async_trait]
impl Transform for QueryCounter {
    async fn transform(&mut self, chain: &mut ChainState<'_>) -> Result<Messages, TransformError> {
        for request in &chain.requests {
            self.count(request);
        }
        if !self.counted.counts_topics() {
            return chain.call_next_transform().await;
        }
        self.trust.asked(&chain.requests);
        let responses = chain.call_next_transform().await?;
        self.trust.heard(&responses);
        Ok(responses)
    }

    fn passes_open_answers(&self) -> bool {
        true
    }

    fn passes_open_requests(&self) -> bool {
        true
    }
}

impl QueryCounter {
    fn count(&mut self, request: &Message) {
        let key = request.api_key();
        let counted = &self.counted;
        self.requests
            .entry(key)
            .or_insert_with(|| counted.requests(key))
            .inc();
        if self.counted.counts_topics() && self.trust.is_trusted() {
            let visited = visit_topics(request, |topic| {
                self.count_topic(key, &label(topic));
            });
            if let Err(error) = visited {
                trace!(api = %key, %error, "cannot count the topics of a request");
            }
        }
    }

    fn count_topic(&mut self, key: ApiKey, topic: &str) {
        let at_hand: usize = self.topics.values().map(HashMap::len).sum();
        let topics = self.topics.entry(key).or_default();
        if let Some(counter) = topics.get(topic) {
            counter.inc();
            return;
        }
        let Some(counter) = self.counted.topic(key, topic) else {
            return;
        };
        counter.inc();
        if at_hand < TOPICS_AT_HAND {
            topics.insert(topic.into(), counter);
        }
    }
}
