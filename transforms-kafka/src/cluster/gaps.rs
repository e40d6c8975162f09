//! Which records have to come again before those behind them?
//!
//! A producer that has several requests on their way hears that one failed when it has sent others already. The broker
//! that refused the first refuses those as well. Through the proxy they would reach the new leader as soon as it is known
//! here, which misses what goes before them: `OUT_OF_ORDER_SEQUENCE_NUMBER` (KIP-98). That is a reason for librdkafka to
//! begin a new epoch, under which it says again whatever it has heard nothing good of, and a record that was stored is
//! stored twice. So until the first of the records that failed has come again, those behind it are refused here; and one
//! that a broker misses the first before is not out of order to the client, which is about to send both again.

use super::api::for_each_batch;
use super::fetch::PartitionKey;
use crate::answers::{AnswerError, edited, malformed};
use shotover::message::Message;
use shotover::wire::produce::{Batch, Partition, partitions};
use shotover::wire::{ApiKey, ErrorCode, Topic, produce_response};
use std::collections::BTreeMap;

/// Requests that a producer with idempotence has on their way at most, in every client. Of those behind one that failed
/// there can be one less.
const MAX_IN_FLIGHT: u8 = 5;

/// Partitions of one client connection that records may have failed for. One more, and all are forgotten.
const MAX_GAPS: usize = 1_000;

/// What a client sends again after. All else is final: what follows does not wait for it.
const RETRIED: [ErrorCode; 11] = [
    ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
    ErrorCode::LEADER_NOT_AVAILABLE,
    ErrorCode::NOT_LEADER_OR_FOLLOWER,
    ErrorCode::REQUEST_TIMED_OUT,
    ErrorCode::BROKER_NOT_AVAILABLE,
    ErrorCode::REPLICA_NOT_AVAILABLE,
    ErrorCode::NETWORK_EXCEPTION,
    ErrorCode::NOT_ENOUGH_REPLICAS,
    ErrorCode::NOT_ENOUGH_REPLICAS_AFTER_APPEND,
    ErrorCode::KAFKA_STORAGE_ERROR,
    ErrorCode::UNKNOWN_TOPIC_ID,
];

/// The records of one client connection that failed and have not come again.
#[derive(Debug, Default)]
pub(super) struct Gaps(BTreeMap<PartitionKey, Gap>);

/// Those of one partition.
#[derive(Debug)]
struct Gap {
    first: Batch,
    /// How many requests behind it were refused.
    refused: u8,
}

impl Gaps {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether something must come again before this request.
    pub(super) fn hold_back(&mut self, request: &Message) -> bool {
        if self.is_empty() || request.api_key() != ApiKey::Produce || !request.expects_response() {
            return false;
        }
        let mut is_held = false;
        // All are looked at: those that come again are no gaps any more.
        for_each_batch(request, |partition, batch| {
            is_held |= self.is_behind_gap(partition, batch);
        });
        is_held
    }

    fn is_behind_gap(&mut self, partition: &Partition<'_>, batch: Batch) -> bool {
        let key = key(partition.topic, partition.index);
        let Some(gap) = self.0.get_mut(&key) else {
            return false;
        };
        gap.refused += 1;
        let is_behind = batch.is_behind(&gap.first) && gap.refused < MAX_IN_FLIGHT;
        if !is_behind {
            self.0.remove(&key);
        }
        is_behind
    }

    /// None of these records is stored, as far as the client is told. What was kept of their request may be without the
    /// numbers of the only batch.
    pub(super) fn failed(&mut self, kept: &Message, only: Option<Batch>) {
        for_each_sent(kept, only, |topic, index, batch| {
            self.note(key(topic, index), batch);
        });
    }

    fn note(&mut self, partition: PartitionKey, batch: Batch) {
        if self.0.len() >= MAX_GAPS {
            self.0.clear();
        }
        let is_first = self
            .0
            .get(&partition)
            .is_none_or(|gap| !batch.is_behind(&gap.first));
        if is_first {
            let gap = Gap {
                first: batch,
                refused: 0,
            };
            self.0.insert(partition, gap);
        }
    }

    /// Takes note of an answer in which there are errors, and returns it as the client is to see it.
    ///
    /// # Errors
    /// When it is malformed.
    pub(super) fn answered(
        &mut self,
        (kept, only): (&Message, Option<Batch>),
        answer: Message,
    ) -> Result<Message, AnswerError> {
        let mut sent = BTreeMap::new();
        for_each_sent(kept, only, |topic, index, batch| {
            sent.insert(key(topic, index), batch);
        });
        if sent.is_empty() {
            return Ok(answer);
        }
        let body = answer.body_bytes()?;
        let answered = produce_response::Partitions::new(answer.api_version(), &body);
        let mut follow = Vec::new();
        for partition in answered.map_err(malformed(&answer))? {
            let produce_response::Partition {
                topic,
                index,
                error,
                ..
            } = partition.map_err(malformed(&answer))?;
            let partition = key(topic, index);
            let batch = sent.get(&partition).copied();
            follow.push(batch.is_some_and(|batch| self.follows(partition, batch, error)));
        }
        if follow.contains(&true) {
            in_order(&answer, follow)
        } else {
            Ok(answer)
        }
    }

    /// Takes note of what a broker said about a batch, and returns whether it is out of order because others failed.
    fn follows(&mut self, partition: PartitionKey, batch: Batch, error: ErrorCode) -> bool {
        if RETRIED.contains(&error) {
            self.note(partition, batch);
            return false;
        }
        let gap = self.0.get(&partition);
        error == ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER
            && gap.is_some_and(|gap| batch.is_behind(&gap.first))
    }
}

/// The answer where these of its partitions, out of all, seem to have another leader.
fn in_order(answer: &Message, partitions: Vec<bool>) -> Result<Message, AnswerError> {
    let mut partitions = partitions.into_iter();
    edited(answer, |contents| {
        for topic in contents.elements_mut("Responses") {
            let of_topic = topic.elements_mut("PartitionResponses");
            // In this order: `zip` takes no more of the second than the first has.
            for (partition, _) in of_topic
                .zip(partitions.by_ref())
                .filter(|(_, follows)| *follows)
            {
                partition.set("ErrorCode", ErrorCode::NOT_LEADER_OR_FOLLOWER);
            }
        }
    })
}

fn for_each_sent(
    kept: &Message,
    only: Option<Batch>,
    mut visit: impl FnMut(Topic<'_>, i32, Batch),
) {
    let Some(only) = only else {
        for_each_batch(kept, |partition, batch| {
            visit(partition.topic, partition.index, batch);
        });
        return;
    };
    let body = kept.body_bytes().unwrap_or_default();
    for partition in partitions(kept.api_version(), &body) {
        visit(partition.topic, partition.index, only);
    }
}

fn key(topic: Topic<'_>, index: i32) -> PartitionKey {
    PartitionKey {
        topic: topic.into(),
        index,
    }
}
