//! What of the records in a request is kept?

use super::write::{put_count, put_no_tags};
use bytes::{BufMut, BytesMut};
use shotover::wire::Encoding;
use shotover::wire::produce::{Batch, Partition, partitions};

/// Appends a partition with the numbers of its records in their place, which no batch is as short as, or null.
pub(super) fn put_kept(out: &mut BytesMut, encoding: Encoding, index: i32, batch: Option<Batch>) {
    out.put_i32(index);
    match (batch, encoding) {
        (None, Encoding::Fixed) => out.put_i32(-1),
        (None, Encoding::Compact) => out.put_u8(0),
        (Some(batch), _) => {
            // Bytes are counted as elements of an array are.
            put_count(out, encoding, Batch::NUMBERS);
            out.put_i64(batch.producer_id);
            out.put_i16(batch.epoch);
            out.put_i32(batch.sequence);
        }
    }
    put_no_tags(out, encoding);
}

/// The partitions of a Produce request, or of what was kept of it, whose batches have numbers.
pub(crate) fn batches(version: i16, body: &[u8]) -> impl Iterator<Item = (Partition<'_>, Batch)> {
    partitions(version, body).filter_map(|partition| {
        let records = body.get(partition.records.clone()?)?;
        let batch = match records.try_into() {
            Ok(numbers) => Batch::from_numbers(numbers),
            Err(_) => Batch::of(records),
        };
        Some((partition, batch?))
    })
}
