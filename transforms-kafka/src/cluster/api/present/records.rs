//! What do answers about records say of brokers?

use super::proxies::Proxies;
use super::rewrite::Rewritten;
use super::tags::without_tag;
use bytes::{BufMut, Bytes};
use shotover::wire::fetch_response::Partitions;
use shotover::wire::{ApiKey, Encoding, Malformed, Reader, Splice};

/// The tags of the addresses of new leaders, at the end of the answer, and of a partition's new leader (KIP-951).
const NODE_ENDPOINTS: u32 = 0;
const PRODUCED_CURRENT_LEADER: u32 = 0;
const FETCHED_CURRENT_LEADER: u32 = 1;

/// Nobody in particular.
const NO_BROKER: i32 = -1;

/// A Produce answer that names no leaders.
pub(super) fn produced(version: i16, body: &Bytes, _: &dyn Proxies) -> Rewritten {
    if version < 10 {
        return Ok(None);
    }
    let mut reader = Reader::new(body, ApiKey::Produce.encoding(version));
    let mut splice = Splice::new(body, 0);
    for _ in 0..reader.count("Responses", 3)? {
        match version {
            ..13 => reader.string("Name").map(drop)?,
            13.. => reader.uuid("TopicId").map(drop)?,
        }
        for _ in 0..reader.count("PartitionResponses", 22)? {
            skip_produced(&mut reader)?;
            without_tag(&mut reader, PRODUCED_CURRENT_LEADER, &mut splice)?;
        }
        reader.skip_tags()?;
    }
    reader.i32("ThrottleTimeMs")?;
    without_tag(&mut reader, NODE_ENDPOINTS, &mut splice)?;
    Ok(splice.finish(body.len()))
}

/// Reads past a partition up to its tagged fields.
fn skip_produced(reader: &mut Reader<'_>) -> Result<(), Malformed> {
    reader.i32("Index")?;
    reader.i16("ErrorCode")?;
    reader.i64("BaseOffset")?;
    reader.i64("LogAppendTimeMs")?;
    reader.i64("LogStartOffset")?;
    for _ in 0..reader.count("RecordErrors", 6)? {
        reader.i32("BatchIndex")?;
        reader.nullable_string("BatchIndexErrorMessage")?;
        reader.skip_tags()?;
    }
    reader.nullable_string("ErrorMessage").map(drop)
}

/// A Fetch answer that names neither leaders nor replicas. Records are not touched.
pub(super) fn fetched(version: i16, body: &Bytes, _: &dyn Proxies) -> Rewritten {
    if version < 11 {
        return Ok(None);
    }
    let encoding = ApiKey::Fetch.encoding(version);
    let mut splice = Splice::new(body, 0);
    let mut partitions = Partitions::new(version, body)?;
    for partition in partitions.by_ref() {
        let partition = partition?;
        if let Some(start) = partition.preferred_read_replica_offset
            && partition.preferred_read_replica != NO_BROKER
        {
            splice.replace(start..start + 4, |out| out.put_i32(NO_BROKER));
        }
        // Of most partitions there is nothing more to say: no fields at all, or one byte that says so.
        if partition.tags.len() > 1 {
            let mut reader = reader_at(body, encoding, partition.tags.start)?;
            without_tag(&mut reader, FETCHED_CURRENT_LEADER, &mut splice)?;
        }
    }
    if let (16.., Some(tags)) = (version, partitions.tags_offset()) {
        let mut reader = reader_at(body, encoding, tags)?;
        without_tag(&mut reader, NODE_ENDPOINTS, &mut splice)?;
    }
    Ok(splice.finish(body.len()))
}

/// A reader whose next byte is this one of the body.
fn reader_at(body: &[u8], encoding: Encoding, position: usize) -> Result<Reader<'_>, Malformed> {
    let mut reader = Reader::new(body, encoding);
    reader.take(position, "Responses")?;
    Ok(reader)
}
