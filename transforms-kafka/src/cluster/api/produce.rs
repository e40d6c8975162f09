//! Who shall store these records, and who does according to the answer?

use super::leaders::{Failed, current_leader};
use super::route::Route;
use crate::cluster::view::Observation;
use bytes::{BufMut, Bytes, BytesMut};
use kafka_protocol::messages::BrokerId;
use shotover::message::Message;
use shotover::wire::produce::Partitions;
use shotover::wire::{ApiKey, Encoding, ErrorCode, Malformed, Reader, Topic};

/// The tag of a partition's new leader (KIP-951).
const CURRENT_LEADER: u32 = 0;

/// The leader of the first partition.
pub(super) fn route(version: i16, body: &[u8]) -> Result<Route<'_>, Malformed> {
    match Partitions::new(version, body)?.next() {
        Some(partition) => {
            let partition = partition?;
            Ok(Route::Leader {
                topic: partition.topic,
                partition: partition.index,
            })
        }
        None => Ok(Route::Any),
    }
}

/// Whether this is a Produce request with records for the partition.
pub(crate) fn writes_to(request: &Message, topic: Topic<'_>, index: i32) -> bool {
    if request.api_key() != ApiKey::Produce {
        return false;
    }
    let body = request.body_bytes().unwrap_or_default();
    let Ok(mut partitions) = Partitions::new(request.api_version(), &body) else {
        return false;
    };
    partitions.any(|partition| {
        partition.is_ok_and(|partition| partition.index == index && partition.topic == topic)
    })
}

/// The body of the request without its records: null stands in their place.
pub(super) fn without_records(version: i16, body: &[u8]) -> Result<Bytes, Malformed> {
    let encoding = ApiKey::Produce.encoding(version);
    let mut out = BytesMut::new();
    // All between the elements is kept: the fields in front, counts and names of topics.
    let mut done = 0;
    for partition in Partitions::new(version, body)? {
        let partition = partition?;
        keep(&mut out, body, done..partition.element.start);
        put_without_records(&mut out, encoding, partition.index);
        done = partition.element.end;
    }
    keep(&mut out, body, done..body.len());
    Ok(out.freeze())
}

/// A partition without its records.
pub(super) fn put_without_records(out: &mut BytesMut, encoding: Encoding, index: i32) {
    out.put_i32(index);
    match encoding {
        Encoding::Fixed => out.put_i32(-1),
        // Null, and no tagged fields.
        Encoding::Compact => out.put_slice(&[0, 0]),
    }
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
    let mut reader = Reader::new(body, ApiKey::Produce.encoding(version));
    for _ in 0..reader.count("Responses", 3)? {
        let topic = match version {
            ..13 => Topic::Name(reader.string("Name")?),
            13.. => Topic::Id(reader.uuid("TopicId")?),
        };
        for _ in 0..reader.count("PartitionResponses", 22)? {
            let failed = partition(&mut reader, version, topic)?;
            if failed.error.is_error() {
                seen.extend(failed.observation(broker));
            }
        }
        reader.skip_tags()?;
    }
    Ok(seen)
}

fn partition<'a>(
    reader: &mut Reader<'a>,
    version: i16,
    topic: Topic<'a>,
) -> Result<Failed<'a>, Malformed> {
    let partition = reader.i32("Index")?;
    let error = ErrorCode(reader.i16("ErrorCode")?);
    reader.i64("BaseOffset")?;
    reader.i64("LogAppendTimeMs")?;
    if version >= 5 {
        reader.i64("LogStartOffset")?;
    }
    if version >= 8 {
        for _ in 0..reader.count("RecordErrors", 6)? {
            reader.i32("BatchIndex")?;
            reader.nullable_string("BatchIndexErrorMessage")?;
            reader.skip_tags()?;
        }
        reader.nullable_string("ErrorMessage")?;
    }
    let mut leader = None;
    reader.tags(|tag, content| {
        if tag == CURRENT_LEADER && version >= 10 {
            leader = current_leader(content)?;
        }
        Ok(())
    })?;
    Ok(Failed {
        topic,
        partition,
        error,
        leader,
    })
}
