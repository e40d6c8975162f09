//! What does a client want to fetch?

use super::super::api::{Entity, known_epoch};
use super::super::view::TopicKey;
use bytes::Bytes;
use shotover::message::{EncodeError, Message};
use shotover::wire::{ApiKey, Encoding, Malformed, Reader, Topic};
use std::time::Duration;
use thiserror::Error;

/// A fetch cannot be taken apart.
#[derive(Debug, Error)]
pub(crate) enum FetchError {
    #[error("malformed Fetch request")]
    Malformed(#[from] Malformed),
    #[error(transparent)]
    Encode(#[from] EncodeError),
    #[error("no Fetch waits for an answer")]
    Nothing,
}

/// A Fetch request, read. Nothing of it keeps its frame alive but `request`.
#[derive(Debug)]
pub(crate) struct Wanted {
    /// The request; also what its parts are made from.
    pub(super) request: Message,
    /// The broker that it says it comes from; no consumer is one.
    pub(super) replica: i32,
    pub(super) max_wait: Duration,
    pub(super) min_bytes: i32,
    pub(super) max_bytes: usize,
    pub(super) isolation: i8,
    pub(super) session: SessionRef,
    /// In the order of the request.
    pub(super) partitions: Vec<Asked>,
    pub(super) forgotten: Vec<PartitionKey>,
    pub(super) rack: Bytes,
    /// The tagged fields at the end, as they came.
    pub(super) tags: Bytes,
}

/// Which session a request belongs to (KIP-227).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct SessionRef {
    /// 0 for none.
    pub(super) id: i32,
    /// 0 to open one, -1 to have none.
    pub(super) epoch: i32,
}

/// A partition.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PartitionKey {
    pub(crate) topic: TopicKey,
    pub(crate) index: i32,
}

impl PartitionKey {
    /// Whether its topic has a name that one can have.
    pub(super) fn is_small(&self) -> bool {
        match &self.topic {
            TopicKey::Name(name) => name.len() <= Topic::LONGEST_NAME,
            TopicKey::Id(_) => true,
        }
    }
}

/// A partition, and what of it is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) partition: PartitionKey,
    pub(super) leader_epoch: i32,
    pub(super) offset: i64,
    pub(super) last_epoch: i32,
    pub(super) log_start: i64,
    pub(super) max_bytes: i32,
    /// Its tagged fields as they came; empty if there are none.
    pub(super) tags: Bytes,
}

impl SessionRef {
    /// No session, and none wanted.
    pub(super) const NONE: Self = Self { id: 0, epoch: -1 };

    /// Whether the request names only what changes in the session.
    pub(super) fn is_incremental(self) -> bool {
        self.epoch > 0
    }
}

impl Asked {
    /// What is asked for, and from where.
    pub(super) fn offset(&self) -> (PartitionKey, i64) {
        (self.partition.clone(), self.offset)
    }

    /// That the request is about it.
    pub(super) fn entity(&self) -> Entity<'_> {
        Entity::Partition {
            topic: self.partition.topic.as_topic(),
            index: self.partition.index,
            epoch: known_epoch(self.leader_epoch),
        }
    }
}

impl Wanted {
    /// Reads a request that can be kept.
    pub(crate) fn read(request: Message) -> Result<Self, FetchError> {
        let body = request.body_bytes()?;
        let version = request.api_version();
        let mut reader = Reader::new(&body, ApiKey::Fetch.encoding(version));
        let replica = match version {
            ..15 => reader.i32("ReplicaId")?,
            15.. => -1,
        };
        let max_wait = u64::try_from(reader.i32("MaxWaitMs")?).unwrap_or_default();
        let min_bytes = reader.i32("MinBytes")?;
        let max_bytes = usize::try_from(reader.i32("MaxBytes")?).unwrap_or_default();
        let isolation = reader.i8("IsolationLevel")?;
        let session = match version {
            ..7 => SessionRef::NONE,
            7.. => SessionRef {
                id: reader.i32("SessionId")?,
                epoch: reader.i32("SessionEpoch")?,
            },
        };
        let partitions = partitions(&mut reader, version, &body)?;
        let forgotten = match version {
            ..7 => Vec::new(),
            7.. => forgotten(&mut reader, version)?,
        };
        let rack = match version {
            ..11 => Bytes::new(),
            11.. => Bytes::copy_from_slice(reader.string("RackId")?),
        };
        let tags = tags(&mut reader, &body)?;
        Ok(Self {
            replica,
            max_wait: Duration::from_millis(max_wait),
            min_bytes,
            max_bytes,
            isolation,
            session,
            partitions,
            forgotten,
            rack,
            tags,
            request,
        })
    }

    /// The request that was read.
    pub(crate) fn into_request(self) -> Message {
        self.request
    }

    pub(super) fn version(&self) -> i16 {
        self.request.api_version()
    }
}

fn partitions(
    reader: &mut Reader<'_>,
    version: i16,
    body: &Bytes,
) -> Result<Vec<Asked>, Malformed> {
    let mut asked = Vec::new();
    for _ in 0..reader.count("Topics", 3)? {
        let topic = topic(reader, version)?;
        for _ in 0..reader.count("Partitions", 16)? {
            let partition = PartitionKey {
                topic: topic.clone(),
                index: reader.i32("Partition")?,
            };
            asked.push(Asked {
                partition,
                leader_epoch: match version {
                    ..9 => -1,
                    9.. => reader.i32("CurrentLeaderEpoch")?,
                },
                offset: reader.i64("FetchOffset")?,
                last_epoch: match version {
                    ..12 => -1,
                    12.. => reader.i32("LastFetchedEpoch")?,
                },
                log_start: match version {
                    ..5 => -1,
                    5.. => reader.i64("LogStartOffset")?,
                },
                max_bytes: reader.i32("PartitionMaxBytes")?,
                tags: tags(reader, body)?,
            });
        }
        reader.skip_tags()?;
    }
    Ok(asked)
}

fn forgotten(reader: &mut Reader<'_>, version: i16) -> Result<Vec<PartitionKey>, Malformed> {
    let mut forgotten = Vec::new();
    for _ in 0..reader.count("ForgottenTopicsData", 3)? {
        let topic = topic(reader, version)?;
        for _ in 0..reader.count("Partitions", 4)? {
            forgotten.push(PartitionKey {
                topic: topic.clone(),
                index: reader.i32("Partition")?,
            });
        }
        reader.skip_tags()?;
    }
    Ok(forgotten)
}

fn topic(reader: &mut Reader<'_>, version: i16) -> Result<TopicKey, Malformed> {
    Ok(match version {
        ..13 => TopicKey::Name(Bytes::copy_from_slice(reader.string("Topic")?)),
        13.. => TopicKey::Id(reader.uuid("TopicId")?),
    })
}

/// The tagged fields that come next, as they are; empty if there are none.
fn tags(reader: &mut Reader<'_>, body: &Bytes) -> Result<Bytes, Malformed> {
    let start = reader.position();
    reader.skip_tags()?;
    let tags = body.get(start..reader.position()).unwrap_or_default();
    Ok(match (reader.encoding(), tags) {
        (Encoding::Fixed, _) | (_, [0] | []) => Bytes::new(),
        (Encoding::Compact, tags) => Bytes::copy_from_slice(tags),
    })
}
