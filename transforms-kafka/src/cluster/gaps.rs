//! Which records have to come again before those behind them?
//!
//! A producer that has several requests on their way hears that one failed when it has sent others already. The broker
//! that refused the first refuses those as well. Through the proxy they would reach the new leader as soon as it is known
//! here, which misses what goes before them: `OUT_OF_ORDER_SEQUENCE_NUMBER` (KIP-98). That is a reason for librdkafka to
//! begin a new epoch, under which it says again whatever it has heard nothing good of, and a record that was stored is
//! stored twice. So until the first of the records that failed has come again, those behind it are refused here; and one
//! that a broker misses the first before is not out of order to the client, which is about to send both again.
//!
//! A client may also send the first again on another connection, or never. That is known when it has sent more than it can
//! have had on its way, or when what was refused here comes again: from then on, that is the first.

use super::api::batches;
use super::fetch::PartitionKey;
use crate::answers::{AnswerError, edited, malformed};
use shotover::message::Message;
use shotover::wire::produce::Batch;
use shotover::wire::{ApiKey, ErrorCode, Topic, produce_response};
use std::collections::{BTreeMap, HashMap};

/// Requests that a producer with idempotence has on their way on a connection at most, whatever its client.
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
    /// What has to come again first.
    first: Batch,
    /// What was refused here first.
    refused: Option<Batch>,
    /// How many requests of the client may still have been on their way when it was told.
    left: u8,
}

/// How records stand to those that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Met {
    /// They go before those: nothing has changed.
    InFront,
    /// These are what was waited for, or nothing that can be waited for comes any more.
    Awaited,
    Behind,
}

impl Gap {
    fn before(first: Batch) -> Self {
        Self {
            first,
            refused: None,
            left: MAX_IN_FLIGHT,
        }
    }

    fn meet(&mut self, batch: Batch) -> Met {
        if self.first.is_behind(&batch) {
            return Met::InFront;
        }
        if self.refused == Some(batch) || !batch.is_behind(&self.first) {
            return Met::Awaited;
        }
        self.refused.get_or_insert(batch);
        Met::Behind
    }

    /// Another request came. Returns whether there still is something to wait for.
    fn age(&mut self) -> bool {
        self.left -= 1;
        if self.left > 0 {
            return true;
        }
        let Some(refused) = self.refused else {
            return false;
        };
        *self = Self::before(refused);
        true
    }
}

impl Gaps {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A request with records came.
    pub(super) fn age(&mut self) {
        self.0.retain(|_, gap| gap.age());
    }

    /// Whether something must come again before this request. Asked again about one that waited, it says the same.
    pub(super) fn hold_back(&mut self, request: &Message) -> bool {
        if self.is_empty() || request.api_key() != ApiKey::Produce || !request.expects_response() {
            return false;
        }
        let body = request.body_bytes().unwrap_or_default();
        let mut is_held = false;
        // All are looked at: those that come again are no gaps any more.
        for (partition, batch) in batches(request.api_version(), &body) {
            is_held |= self.is_behind_gap((partition.topic, partition.index), batch);
        }
        is_held
    }

    fn is_behind_gap(&mut self, partition: (Topic<'_>, i32), batch: Batch) -> bool {
        let Some(key) = key(partition) else {
            return false;
        };
        let Some(gap) = self.0.get_mut(&key) else {
            return false;
        };
        let met = gap.meet(batch);
        if met == Met::Awaited {
            self.0.remove(&key);
        }
        met == Met::Behind
    }

    /// None of the records in this request is stored, as far as the client is told.
    pub(super) fn failed(&mut self, kept: &Message) {
        if kept.api_key() != ApiKey::Produce {
            return;
        }
        let body = kept.body_bytes().unwrap_or_default();
        for (partition, batch) in batches(kept.api_version(), &body) {
            self.note((partition.topic, partition.index), batch);
        }
    }

    fn note(&mut self, partition: (Topic<'_>, i32), batch: Batch) {
        let Some(key) = key(partition) else {
            return;
        };
        if let Some(gap) = self.0.get_mut(&key) {
            if batch.is_behind(&gap.first) {
                gap.left = MAX_IN_FLIGHT;
            } else if !batch.is_of_epoch_before(&gap.first) {
                *gap = Gap::before(batch);
            }
            return;
        }
        if self.0.len() >= MAX_GAPS {
            self.0.clear();
        }
        self.0.insert(key, Gap::before(batch));
    }

    /// Takes note of an answer, and returns it as the client is to see it.
    ///
    /// # Errors
    /// When it is malformed.
    pub(super) fn answered(
        &mut self,
        kept: &Message,
        answer: Message,
    ) -> Result<Message, AnswerError> {
        if answer.api_key() != ApiKey::Produce {
            return Ok(answer);
        }
        let (asked, body) = (kept.body_bytes()?, answer.body_bytes()?);
        let version = answer.api_version();
        let answered = || produce_response::Partitions::new(version, &body);
        let matters =
            |error| RETRIED.contains(&error) || error == ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER;
        let mut errors = answered().map_err(malformed(&answer))?;
        if !errors.any(|partition| partition.is_ok_and(|partition| matters(partition.error))) {
            return Ok(answer);
        }
        let sent: HashMap<(Topic<'_>, i32), Batch> = batches(version, &asked)
            .map(|(partition, batch)| ((partition.topic, partition.index), batch))
            .collect();
        let mut follow = Vec::new();
        for partition in answered().map_err(malformed(&answer))? {
            let partition = partition.map_err(malformed(&answer))?;
            let (place, error) = ((partition.topic, partition.index), partition.error);
            let batch = sent.get(&place).copied();
            follow.push(batch.is_some_and(|batch| self.follows(place, batch, error)));
        }
        if follow.contains(&true) {
            in_order(&answer, follow)
        } else {
            Ok(answer)
        }
    }

    /// Takes note of what a broker said about a batch, and returns whether it is out of order because others failed.
    fn follows(&mut self, partition: (Topic<'_>, i32), batch: Batch, error: ErrorCode) -> bool {
        let follows = error == ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER
            && key(partition)
                .and_then(|key| self.0.get(&key))
                .is_some_and(|gap| batch.is_behind(&gap.first));
        if follows || RETRIED.contains(&error) {
            self.note(partition, batch);
        }
        follows
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

/// None for a topic that no broker can have: names are kept.
fn key((topic, index): (Topic<'_>, i32)) -> Option<PartitionKey> {
    let is_too_long = matches!(topic, Topic::Name(name) if name.len() > Topic::LONGEST_NAME);
    (!is_too_long).then(|| PartitionKey {
        topic: topic.into(),
        index,
    })
}
