//! Can topics be changed, deleted and created again while clients run, and have they what was acknowledged?

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::Result;
use test_helpers::clients::{Acknowledged, Client, Java, Librdkafka, Stored};
use test_helpers::kafka::Cluster;
use test_helpers::rdkafka::consumer::{BaseConsumer, Consumer};
use test_helpers::rdkafka::message::Message;
use test_helpers::rdkafka::producer::{BaseRecord, Producer, ThreadedProducer};
use test_helpers::wait::wait_until;

use crate::setup::{Front, LIMIT, both_of};

/// How long one call into librdkafka may block.
const POLL: Duration = Duration::from_millis(20);

/// A producer and a member of a group that stay while their topic changes.
struct Clients {
    client: Librdkafka,
    topic: String,
    producer: ThreadedProducer<Acknowledged>,
    consumer: BaseConsumer,
    next: usize,
}

impl Clients {
    fn start(front: &Front) -> Result<Self> {
        let topic = format!("changing-{}", front.name());
        let client = Librdkafka::new(&front.address)
            .set("topic.metadata.refresh.interval.ms", "500")
            .set("group.id", &topic);
        client.create_topic(&topic, 3, 3)?;
        let consumer: BaseConsumer = client.create()?;
        consumer.subscribe(&[&topic])?;
        let config = client.config();
        Ok(Self {
            producer: config.create_with_context(Acknowledged::default())?,
            client: Librdkafka::new(&front.address),
            topic,
            consumer,
            next: 0,
        })
    }

    /// Produces a record after the other until some of them are read that `are_enough` by their partitions.
    fn flow(&mut self, what: &str, are_enough: impl Fn(&BTreeSet<i32>) -> bool) -> Result<()> {
        let first = self.next;
        let mut partitions = BTreeSet::new();
        wait_until(what, LIMIT, || {
            let value = self.next.to_string();
            self.next += 1;
            let record = BaseRecord::<str, str>::to(&self.topic).key(&value);
            drop(self.producer.send(record.payload(&value)));
            if let Some(Ok(message)) = self.consumer.poll(POLL) {
                let number: usize =
                    std::str::from_utf8(message.payload().unwrap_or_default())?.parse()?;
                if number >= first {
                    partitions.insert(message.partition());
                }
            }
            Ok(are_enough(&partitions).then_some(()))
        })
    }

    /// Expects that the topic has what was acknowledged since the last time, once, and nothing else.
    fn check(&self, partitions: i32) -> Result<()> {
        self.producer.flush(LIMIT)?;
        let acknowledged = std::mem::take(&mut *self.producer.context().records());
        let stored = (0..partitions).map(|partition| {
            let ends = self
                .consumer
                .fetch_watermarks(&self.topic, partition, LIMIT);
            Ok(usize::try_from(ends?.1)?)
        });
        assert_eq!(stored.sum::<Result<usize>>()?, acknowledged.len());
        let received = self.client.consume(&self.topic, acknowledged.len())?;
        let received = received.into_iter().map(|received| {
            let value = received.record.value.unwrap_or_default();
            (received.partition, received.offset, value)
        });
        assert_eq!(received.collect::<Stored>(), acknowledged);
        Ok(())
    }
}

#[test]
fn clients_go_on_when_their_topic_is_given_partitions_or_deleted_and_created_again() {
    // The producer would have it created again by asking for it.
    let brokers = Cluster::builder().property("auto.create.topics.enable", "false");
    let (_cluster, fronts) = both_of(brokers, 2);
    for front in &fronts {
        let mut clients = Clients::start(front).unwrap();
        let topic = clients.topic.clone();
        let java = Java::new(&front.address).unwrap();
        let change = |options: &[&str]| {
            let options = [options, &["--topic", &topic]].concat();
            java.tool("org.apache.kafka.tools.TopicCommand", &options, "")
                .unwrap()
        };
        let of_all = |partitions: &BTreeSet<i32>| partitions.len() == 3;
        clients.flow("all partitions", of_all).unwrap();
        change(&["--alter", "--partitions", "9"]);
        let of_new = |partitions: &BTreeSet<i32>| {
            partitions
                .iter()
                .filter(|partition| **partition > 2)
                .count()
                == 6
        };
        clients.flow("the new partitions", of_new).unwrap();
        clients.check(9).unwrap();
        change(&["--delete"]);
        Librdkafka::new(&front.address)
            .create_topic(&topic, 6, 3)
            .unwrap();
        clients
            .flow("the new topic", |partitions| partitions.len() == 6)
            .unwrap();
        clients.check(6).unwrap();
    }
}
