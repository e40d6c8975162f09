//! How does a reader notice what is lost, doubled or out of order?

use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use test_helpers::clients::Librdkafka;
use test_helpers::rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use test_helpers::rdkafka::error::KafkaError;
use test_helpers::rdkafka::message::{BorrowedMessage, Message};
use test_helpers::rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use test_helpers::rdkafka::types::RDKafkaErrorCode;
use test_helpers::wait::wait_until;

use super::progress::{PARTITIONS, Progress};
use crate::setup::LIMIT;

/// How long one call into librdkafka may block.
const POLL: Duration = Duration::from_millis(100);
/// Calls without a record after the end, before a reader gives up: a minute.
const PATIENCE: usize = 600;
/// A member of a group commits after so many records.
const COMMIT: usize = 200;

/// How a reader gets its partitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reader {
    /// It takes all of them, and commits nothing.
    Alone,
    /// It is the only member of a group of this protocol, and commits.
    Member(&'static str),
}

/// Reads every record until the producer has ended.
pub(crate) fn read(
    reader: Reader,
    client: &Librdkafka,
    topic: &str,
    progress: &Progress,
) -> Result<()> {
    let mut reading = Reading::start(reader, client, topic)?;
    let mut patience = PATIENCE;
    while !reading.is_done(progress) {
        match reading.consumer.poll(POLL) {
            Some(Ok(message)) => {
                note(&mut reading.partitions, &message)?;
                if reader == Reader::Alone {
                    let read = &progress.of(message.partition()).read;
                    read.store(message.offset() + 1, Ordering::Release);
                } else {
                    reading.uncommitted += 1;
                }
                patience = PATIENCE;
            }
            Some(Err(
                error @ (KafkaError::MessageConsumptionFatal(_)
                | KafkaError::MessageConsumption(RDKafkaErrorCode::AutoOffsetReset)),
            )) => {
                return Err(error).context(format!("consuming from {:?}", reading.partitions));
            }
            // The client goes on by itself.
            Some(Err(error)) => reading.complaint = Some(error),
            None if progress.has_ended() => patience -= 1,
            None => {}
        }
        if patience == 0 {
            let (places, assigned) = (&reading.partitions, reading.consumer.assignment());
            let complaint = &reading.complaint;
            bail!("it has read {places:?}, is assigned {assigned:?}, and last said {complaint:?}");
        }
        if reading.uncommitted >= COMMIT {
            reading.commit(topic)?;
        }
    }
    Ok(())
}

struct Reading {
    consumer: BaseConsumer,
    partitions: [Place; PARTITIONS as usize],
    uncommitted: usize,
    /// What the client said last that it goes on after.
    complaint: Option<KafkaError>,
}

/// Where a reader is in a partition.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    next: i64,
    committed: i64,
}

impl Reading {
    fn start(reader: Reader, client: &Librdkafka, topic: &str) -> Result<Self> {
        let client = client
            .clone()
            .set("enable.auto.commit", "false")
            // There always is what comes next: whoever says that there is not would have it skipped, or read twice.
            .set("auto.offset.reset", "error");
        let consumer: BaseConsumer = match reader {
            Reader::Alone => {
                let consumer: BaseConsumer = client.set("group.id", "alone").create()?;
                consumer.assign(&beginning(topic)?)?;
                consumer
            }
            Reader::Member(protocol) => {
                let group = format!("{topic}-{protocol}");
                let client = client.set("group.id", &group);
                commit_beginning(&client, topic)?;
                let consumer: BaseConsumer = client.set("group.protocol", protocol).create()?;
                consumer.subscribe(&[topic])?;
                consumer
            }
        };
        Ok(Self {
            consumer,
            partitions: [Place::default(); PARTITIONS as usize],
            uncommitted: 0,
            complaint: None,
        })
    }

    /// Whether all that was sent is read.
    fn is_done(&self, progress: &Progress) -> bool {
        let next = self.partitions.iter().map(|place| place.next);
        progress.has_ended() && next.eq(progress.sent())
    }

    /// What is not known to be committed is committed with what follows.
    fn commit(&mut self, topic: &str) -> Result<()> {
        let mut offsets = TopicPartitionList::new();
        for (partition, place) in (0..).zip(&self.partitions) {
            offsets.add_partition_offset(topic, partition, Offset::Offset(place.next))?;
        }
        if self.consumer.commit(&offsets, CommitMode::Sync).is_ok() {
            for place in &mut self.partitions {
                place.committed = place.next;
            }
        }
        self.uncommitted = 0;
        Ok(())
    }
}

fn beginning(topic: &str) -> Result<TopicPartitionList> {
    let mut all = TopicPartitionList::new();
    for partition in 0..PARTITIONS {
        all.add_partition_offset(topic, partition, Offset::Offset(0))?;
    }
    Ok(all)
}

/// Spares the first member of a group that nothing is committed, which is an error to it.
fn commit_beginning(client: &Librdkafka, topic: &str) -> Result<()> {
    let consumer: BaseConsumer = client.create()?;
    let beginning = beginning(topic)?;
    wait_until("the coordinator takes offsets", LIMIT, || {
        Ok(consumer.commit(&beginning, CommitMode::Sync).ok())
    })
}

/// The record behind the one before, or, when a client begins anew, one behind what was committed.
fn note(partitions: &mut [Place], message: &BorrowedMessage<'_>) -> Result<()> {
    let (partition, offset) = (message.partition(), message.offset());
    let value = std::str::from_utf8(message.payload().unwrap_or_default())?;
    ensure!(
        value == offset.to_string(),
        "partition {partition} has record {value} at {offset}"
    );
    let place = &mut partitions[usize::try_from(partition)?];
    if offset > place.next || offset < place.committed {
        bail!("partition {partition} goes on at {offset}: {place:?}");
    }
    place.next = offset + 1;
    Ok(())
}
