//! Which broker coordinates a group, and which a transaction?

use anyhow::Result;
use std::time::Duration;
use test_helpers::clients::Librdkafka;
use test_helpers::kafka::{Cluster, Listener};
use test_helpers::rdkafka::consumer::{BaseConsumer, Consumer};
use test_helpers::rdkafka::producer::{BaseProducer, Producer};
use test_helpers::rdkafka::topic_partition_list::TopicPartitionList;
use test_helpers::wait::wait_until;

use crate::setup::LIMIT;

/// How long a coordinator is asked before it is asked again.
const ATTEMPT: Duration = Duration::from_secs(5);

/// The brokers, by their places in the cluster, that lead the partitions of the topics in which Kafka keeps both.
#[derive(Debug)]
pub(crate) struct Coordinators {
    groups: Vec<usize>,
    transactions: Vec<usize>,
}

impl Coordinators {
    /// Those of the moment.
    pub(crate) fn of(cluster: &Cluster) -> Result<Self> {
        let client = Librdkafka::new(&cluster.bootstrap(Listener::Plaintext)?);
        let consumer: BaseConsumer = client.clone().set("group.id", "first").create()?;
        let producer: BaseProducer = client.set("transactional.id", "first").create()?;
        // Kafka creates the topics when somebody wants a coordinator.
        let mut any = TopicPartitionList::new();
        any.add_partition("in", 0);
        // One that was just elected may not know of it yet.
        wait_until("the group has a coordinator", LIMIT, || {
            let committed = consumer.committed_offsets(any.clone(), ATTEMPT);
            Ok(committed.ok().map(drop))
        })?;
        producer.init_transactions(LIMIT)?;
        Ok(Self {
            groups: leaders(&consumer, "__consumer_offsets")?,
            transactions: leaders(&consumer, "__transaction_state")?,
        })
    }

    pub(crate) fn of_group(&self, group: &str) -> usize {
        of(&self.groups, group)
    }

    /// A group like this one that is not coordinated by this broker.
    pub(crate) fn group_elsewhere(&self, like: &str, broker: usize) -> String {
        elsewhere(&self.groups, like, broker)
    }

    /// A transactional id like this one that is not coordinated by this broker.
    pub(crate) fn transactional_id_elsewhere(&self, like: &str, broker: usize) -> String {
        elsewhere(&self.transactions, like, broker)
    }
}

fn elsewhere(leaders: &[usize], like: &str, broker: usize) -> String {
    let mut names = (0..).map(|number: u32| format!("{like}-{number}"));
    names.find(|name| of(leaders, name) != broker).unwrap()
}

fn leaders(consumer: &BaseConsumer, topic: &str) -> Result<Vec<usize>> {
    wait_until("every partition has a leader", LIMIT, || {
        let metadata = consumer.fetch_metadata(Some(topic), LIMIT)?;
        let mut ids: Vec<i32> = metadata
            .brokers()
            .iter()
            .map(|broker| broker.id())
            .collect();
        ids.sort_unstable();
        let partitions = metadata
            .topics()
            .iter()
            .flat_map(|topic| topic.partitions());
        let mut leaders: Vec<(i32, Option<usize>)> = partitions
            .map(|partition| {
                let leader = ids.iter().position(|id| *id == partition.leader());
                (partition.id(), leader)
            })
            .collect();
        leaders.sort_unstable();
        let leaders: Option<Vec<usize>> = leaders.into_iter().map(|(_, leader)| leader).collect();
        Ok(leaders.filter(|leaders| !leaders.is_empty() && ids.len() == 3))
    })
}

/// The leader of the partition that Kafka keeps this name in: that of its Java hash.
fn of(leaders: &[usize], name: &str) -> usize {
    let hash = name.bytes().fold(0_i32, |hash, byte| {
        hash.wrapping_mul(31).wrapping_add(byte.into())
    });
    let hash = usize::try_from(hash.checked_abs().unwrap_or(0)).unwrap();
    leaders[hash % leaders.len()]
}
