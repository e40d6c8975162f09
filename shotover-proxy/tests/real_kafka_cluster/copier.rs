//! How does a loop of librdkafka consume, and produce with what it consumed, in transactions?

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use test_helpers::clients::Librdkafka;
use test_helpers::rdkafka::consumer::{BaseConsumer, Consumer};
use test_helpers::rdkafka::error::{KafkaError, KafkaResult};
use test_helpers::rdkafka::message::{Message, OwnedMessage};
use test_helpers::rdkafka::producer::{
    BaseRecord, DefaultProducerContext, Producer, ThreadedProducer,
};
use test_helpers::rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use test_helpers::rdkafka::types::RDKafkaErrorCode;

use crate::setup::LIMIT;

/// Records in a transaction.
pub(crate) const BATCH: usize = 200;
/// How long one call into librdkafka may block.
const POLL: Duration = Duration::from_millis(100);
/// How long one call about a transaction may block, and how often it is made again.
const SETTLED: Duration = Duration::from_secs(10);
const AGAIN: usize = 6;
/// Calls without a record before the loop gives up: a minute.
const PATIENCE: usize = 600;

/// One that is polled all the time: a transaction is not aborted while a record's fate waits to be heard of.
type Copies = ThreadedProducer<DefaultProducerContext>;

/// Copies records from topic to topic, as the only member of a group.
#[derive(Debug)]
pub(crate) struct Copier<'a> {
    /// The topic it writes to.
    pub(crate) name: &'a str,
    pub(crate) group: String,
    pub(crate) transactional_id: String,
    pub(crate) from: &'a str,
    /// So many are to be copied.
    pub(crate) records: usize,
    /// So many are, each in a transaction that is committed.
    pub(crate) copied: AtomicUsize,
}

impl Copier<'_> {
    /// Copies all.
    pub(crate) fn run(&self, client: &Librdkafka) -> Result<()> {
        let client = client
            .clone()
            .set("reconnect.backoff.max.ms", "500")
            .set("socket.timeout.ms", "10000");
        let consumer: BaseConsumer = client
            .clone()
            .set("group.id", &self.group)
            .set("enable.auto.commit", "false")
            .create()?;
        let producer: Copies = client
            .set("transactional.id", &self.transactional_id)
            .create()?;
        consumer.subscribe(&[self.from])?;
        until_settled(|| producer.init_transactions(SETTLED)).context("beginning")?;
        while self.copied.load(Ordering::Relaxed) < self.records {
            let batch = self.batch(&consumer)?;
            match self.transaction(&consumer, &producer, &batch) {
                Ok(()) => drop(self.copied.fetch_add(batch.len(), Ordering::Relaxed)),
                Err(KafkaError::Transaction(error)) if error.txn_requires_abort() => {
                    until_settled(|| producer.abort_transaction(SETTLED)).context("aborting")?;
                    rewind(&consumer)?;
                }
                Err(error) => return Err(error).context("copying"),
            }
        }
        Ok(())
    }

    /// The next records, one at least.
    fn batch(&self, consumer: &BaseConsumer) -> Result<Vec<OwnedMessage>> {
        let mut batch = Vec::new();
        let mut patience = PATIENCE;
        while batch.len() < BATCH {
            match consumer.poll(POLL) {
                Some(Ok(message)) => batch.push(message.detach()),
                None if !batch.is_empty() => break,
                // The client goes on by itself after an error.
                Some(Err(_)) | None => patience -= 1,
            }
            let copied = self.copied.load(Ordering::Relaxed);
            ensure!(patience > 0, "{}: nothing comes after {copied}", self.name);
        }
        Ok(batch)
    }

    fn transaction(
        &self,
        consumer: &BaseConsumer,
        producer: &Copies,
        batch: &[OwnedMessage],
    ) -> KafkaResult<()> {
        producer.begin_transaction()?;
        let mut next = BTreeMap::new();
        for message in batch {
            next.insert(message.partition(), message.offset() + 1);
            let record = BaseRecord::<[u8], [u8]>::to(self.name);
            let record = record.payload(message.payload().unwrap_or_default());
            producer.send(record).map_err(|(error, _)| error)?;
        }
        let mut offsets = TopicPartitionList::new();
        for (partition, next) in next {
            offsets.add_partition_offset(self.from, partition, Offset::Offset(next))?;
        }
        let group = consumer.group_metadata();
        let group = group.ok_or(KafkaError::ConsumerCommit(RDKafkaErrorCode::UnknownGroup))?;
        until_settled(|| producer.send_offsets_to_transaction(&offsets, &group, SETTLED))?;
        until_settled(|| producer.commit_transaction(SETTLED))
    }
}

/// Asks again as long as the client says that this is the thing to do, and not for ever.
fn until_settled(mut ask: impl FnMut() -> KafkaResult<()>) -> KafkaResult<()> {
    let mut answer = ask();
    for _ in 0..AGAIN {
        match &answer {
            Err(KafkaError::Transaction(error)) if error.is_retriable() => answer = ask(),
            Ok(()) | Err(_) => break,
        }
    }
    answer
}

/// Goes back to what is committed.
fn rewind(consumer: &BaseConsumer) -> Result<()> {
    let mut committed = consumer.committed(LIMIT)?;
    for (partition, offset) in committed.to_topic_map() {
        if offset == Offset::Invalid {
            committed.set_partition_offset(&partition.0, partition.1, Offset::Beginning)?;
        }
    }
    let sought = consumer.seek_partitions(committed, LIMIT)?;
    for element in sought.elements() {
        element.error().context("seeking")?;
    }
    Ok(())
}
