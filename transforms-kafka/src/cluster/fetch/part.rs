//! How is a request for one broker written?

use super::wanted::{Asked, FetchError, PartitionKey, SessionRef, Wanted};
use crate::cluster::api::write::{put_count, put_no_tags, put_string, put_topic};
use crate::cluster::view::TopicKey;
use bytes::{BufMut, Bytes, BytesMut};
use shotover::message::{EncodeError, Message};
use shotover::wire::{ApiKey, Encoding};
use std::collections::BTreeMap;
use std::time::Duration;

/// What a request for one broker says.
#[derive(Debug)]
pub(super) struct PartOf<'a> {
    pub(super) max_wait: Duration,
    pub(super) max_bytes: usize,
    pub(super) rack: Rack,
    pub(super) session: SessionRef,
    pub(super) partitions: &'a [Asked],
    pub(super) forgotten: &'a [PartitionKey],
}

/// Whether a broker is told the rack of the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rack {
    Told,
    Withheld,
}

impl Wanted {
    /// A request like this one for one broker.
    pub(super) fn part(&self, part: &PartOf<'_>) -> Result<Message, FetchError> {
        let written = self.request.with_body_of(|out| {
            self.put(out, part);
            Ok::<(), EncodeError>(())
        })?;
        Ok(written.under_new_id())
    }

    fn put(&self, out: &mut BytesMut, part: &PartOf<'_>) {
        let version = self.version();
        let encoding = ApiKey::Fetch.encoding(version);
        if version <= 14 {
            out.put_i32(self.replica);
        }
        out.put_i32(i32::try_from(part.max_wait.as_millis()).unwrap_or(i32::MAX));
        out.put_i32(self.min_bytes);
        out.put_i32(i32::try_from(part.max_bytes).unwrap_or(i32::MAX));
        out.put_i8(self.isolation);
        if version >= 7 {
            out.put_i32(part.session.id);
            out.put_i32(part.session.epoch);
        }
        let topics = by_topic(part.partitions, |asked| &asked.partition);
        put_count(out, encoding, topics.len());
        for (topic, partitions) in topics {
            put_topic(out, encoding, topic.as_topic());
            put_count(out, encoding, partitions.len());
            for asked in partitions {
                put_asked(out, version, asked);
            }
            put_no_tags(out, encoding);
        }
        if version >= 7 {
            put_forgotten(out, encoding, part.forgotten);
        }
        if version >= 11 {
            let rack: &[u8] = match part.rack {
                Rack::Told => &self.rack,
                Rack::Withheld => b"",
            };
            put_string(out, encoding, Some(rack));
        }
        put_tags(out, encoding, &self.tags);
    }
}

fn put_asked(out: &mut BytesMut, version: i16, asked: &Asked) {
    out.put_i32(asked.partition.index);
    if version >= 9 {
        out.put_i32(asked.leader_epoch);
    }
    out.put_i64(asked.offset);
    if version >= 12 {
        out.put_i32(asked.last_epoch);
    }
    if version >= 5 {
        out.put_i64(asked.log_start);
    }
    out.put_i32(asked.max_bytes);
    put_tags(out, ApiKey::Fetch.encoding(version), &asked.tags);
}

fn put_forgotten(out: &mut BytesMut, encoding: Encoding, forgotten: &[PartitionKey]) {
    let topics = by_topic(forgotten, |partition| partition);
    put_count(out, encoding, topics.len());
    for (topic, partitions) in topics {
        put_topic(out, encoding, topic.as_topic());
        put_count(out, encoding, partitions.len());
        for partition in partitions {
            out.put_i32(partition.index);
        }
        put_no_tags(out, encoding);
    }
}

fn put_tags(out: &mut BytesMut, encoding: Encoding, tags: &Bytes) {
    if tags.is_empty() {
        put_no_tags(out, encoding);
    } else {
        out.put_slice(tags);
    }
}

/// What belongs to the same topic together, each topic where it comes first.
pub(super) fn by_topic<T>(
    all: &[T],
    partition: impl Fn(&T) -> &PartitionKey,
) -> Vec<(&TopicKey, Vec<&T>)> {
    let mut topics: Vec<(&TopicKey, Vec<&T>)> = Vec::new();
    let mut places: BTreeMap<&TopicKey, usize> = BTreeMap::new();
    for one in all {
        let topic = &partition(one).topic;
        // Nearly always it is that of the one before.
        let place = match topics.last() {
            Some((last, _)) if *last == topic => topics.len() - 1,
            Some(_) | None => *places.entry(topic).or_insert_with(|| {
                topics.push((topic, Vec::new()));
                topics.len() - 1
            }),
        };
        if let Some((_, of_topic)) = topics.get_mut(place) {
            of_topic.push(one);
        }
    }
    topics
}
