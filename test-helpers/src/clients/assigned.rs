//! How does a test read one partition, without a group?

use std::fmt;
use std::time::Duration;

use anyhow::{Context, Result};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use tokio::time::Instant;

use super::Librdkafka;
use super::command::LIMIT;

/// How long one call into librdkafka may block.
const POLL: Duration = Duration::from_millis(100);

/// A consumer of one partition.
pub struct Assigned {
    consumer: BaseConsumer,
}

impl fmt::Debug for Assigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Assigned")
    }
}

impl Librdkafka {
    /// Starts to read a partition from its first record on.
    ///
    /// # Errors
    /// When librdkafka refuses a property.
    pub fn assigned(&self, topic: &str, partition: i32) -> Result<Assigned> {
        let consumer: BaseConsumer = self.clone().set("group.id", "unused").create()?;
        let mut partitions = TopicPartitionList::new();
        partitions.add_partition_offset(topic, partition, Offset::Beginning)?;
        consumer.assign(&partitions)?;
        Ok(Assigned { consumer })
    }

    /// The id of the broker that leads a partition.
    ///
    /// # Errors
    /// When the cluster does not say.
    pub fn leader(&self, topic: &str, partition: i32) -> Result<i32> {
        let consumer: BaseConsumer = self.create()?;
        let metadata = consumer.fetch_metadata(Some(topic), LIMIT)?;
        let mut partitions = metadata
            .topics()
            .iter()
            .flat_map(|topic| topic.partitions());
        let found = partitions.find(|found| found.id() == partition);
        Ok(found.context("no such partition")?.leader())
    }
}

impl Assigned {
    /// Receives up to so many records, for as long as `limit`. Returns how many came.
    pub fn receive(&self, count: usize, limit: Duration) -> usize {
        let deadline = Instant::now() + limit;
        let mut received = 0;
        while received < count && Instant::now() < deadline {
            // Errors are of brokers that are down, and pass.
            if let Some(Ok(_)) = self.consumer.poll(POLL) {
                received += 1;
            }
        }
        received
    }
}
