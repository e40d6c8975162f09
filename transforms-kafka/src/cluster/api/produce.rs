//! Who shall store these records, and who does according to the answer?

use super::batches::put_kept;
use super::leaders::{Failed, current_leader};
use super::route::Route;
use super::write::put_no_tags;
use crate::cluster::view::Observation;
use bytes::{BufMut, Bytes, BytesMut};
use kafka_protocol::messages::BrokerId;
use shotover::message::Message;
use shotover::wire::produce::{Batch, Partition, Partitions, only, partitions};
use shotover::wire::{ApiKey, Encoding, Malformed, Topic, produce_response};
use std::collections::HashMap;

/// The leader of the first partition.
pub(super) fn route(version: i16, body: &[u8]) -> Result<Route<'_>, Malformed> {
    let first = match only(version, body) {
        Some(partition) => Some(partition),
        None => Partitions::new(version, body)?.next().transpose()?,
    };
    Ok(match first {
        Some(partition) => Route::Leader {
            topic: partition.topic,
            partition: partition.index,
            epoch: None,
        },
        None => Route::Any,
    })
}

/// Whether this is a Produce request with records for the partition.
pub(crate) fn writes_to(request: &Message, topic: Topic<'_>, index: i32) -> bool {
    if request.api_key() != ApiKey::Produce {
        return false;
    }
    let body = request.body_bytes().unwrap_or_default();
    partitions(request.api_version(), &body)
        .any(|partition| partition.index == index && partition.topic == topic)
}

/// What was kept of a Produce request, and the broker that it was sent to.
#[derive(Debug)]
pub(crate) struct Written {
    version: i16,
    body: Bytes,
    broker: BrokerId,
}

impl Written {
    /// None of another request.
    pub(crate) fn of(request: &Message, broker: BrokerId) -> Option<Self> {
        let is_produce = request.api_key() == ApiKey::Produce;
        is_produce.then(|| Self {
            version: request.api_version(),
            body: request.body_bytes().unwrap_or_default(),
            broker,
        })
    }
}

/// The broker that records of each partition were sent to, or the first of several.
pub(crate) fn written_to(under_way: &[Written]) -> HashMap<(Topic<'_>, i32), BrokerId> {
    let mut brokers = HashMap::new();
    for written in under_way {
        for partition in partitions(written.version, &written.body) {
            let key = (partition.topic, partition.index);
            brokers.entry(key).or_insert(written.broker);
        }
    }
    brokers
}

/// Appends the body of the request without its records: these numbers of them stand in their place.
pub(super) fn put_all_keeping<E: From<Malformed>>(
    out: &mut BytesMut,
    (version, body): (i16, &[u8]),
    mut batch: impl FnMut(&Partition<'_>) -> Result<Option<Batch>, E>,
) -> Result<(), E> {
    if let Some(only) = only(version, body) {
        put_without_records(out, body, &only, batch(&only)?);
        return Ok(());
    }
    let encoding = ApiKey::Produce.encoding(version);
    // All between the elements is kept: the fields in front, counts and names of topics.
    let mut done = 0;
    for partition in Partitions::new(version, body)? {
        let partition = partition?;
        keep(out, body, done..partition.element.start);
        put_kept(out, encoding, partition.index, batch(&partition)?);
        done = partition.element.end;
    }
    keep(out, body, done..body.len());
    Ok(())
}

/// The same of a body with this partition alone, of whose records no more than this is kept.
pub(super) fn put_without_records(
    out: &mut BytesMut,
    body: &[u8],
    only: &Partition<'_>,
    batch: Option<Batch>,
) {
    keep(out, body, 0..only.element.start);
    put_kept(out, Encoding::Compact, only.index, batch);
    // Of the topic and the request, which may not have come yet.
    put_no_tags(out, Encoding::Compact);
    put_no_tags(out, Encoding::Compact);
}

fn keep(out: &mut BytesMut, body: &[u8], range: std::ops::Range<usize>) {
    out.put_slice(body.get(range).unwrap_or_default());
}

/// What the answer says about leaders.
pub(super) fn observe(
    version: i16,
    body: &[u8],
    broker: Option<BrokerId>,
) -> Result<Vec<Observation>, Malformed> {
    let mut seen = Vec::new();
    for partition in produce_response::Partitions::new(version, body)? {
        let partition = partition?;
        if partition.error.is_error() {
            let failed = Failed {
                topic: partition.topic,
                partition: partition.index,
                error: partition.error,
                leader: match partition.current_leader {
                    Some(content) => current_leader(content)?,
                    None => None,
                },
            };
            seen.extend(failed.observation(broker));
        }
    }
    Ok(seen)
}
