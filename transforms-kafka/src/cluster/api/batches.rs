//! What of the records in a request is kept?

use super::write::{put_count, put_no_tags};
use bytes::{BufMut, BytesMut};
use shotover::message::Message;
use shotover::wire::produce::{Batch, Partition, partitions};
use shotover::wire::{ApiKey, Encoding};

/// Bytes that stand in the place of a batch: id and epoch of its producer, and its first number. No batch is as short.
const NUMBERS: usize = 8 + 2 + 4;

/// Appends a partition with what is kept of its records: null if they have no numbers.
pub(super) fn put_kept(out: &mut BytesMut, encoding: Encoding, index: i32, batch: Option<Batch>) {
    out.put_i32(index);
    match (batch, encoding) {
        (None, Encoding::Fixed) => out.put_i32(-1),
        (None, Encoding::Compact) => out.put_u8(0),
        (Some(batch), _) => {
            // Bytes are counted as elements of an array are.
            put_count(out, encoding, NUMBERS);
            out.put_i64(batch.producer_id);
            out.put_i16(batch.epoch);
            out.put_i32(batch.sequence);
        }
    }
    put_no_tags(out, encoding);
}

fn kept(records: &[u8; NUMBERS]) -> Option<Batch> {
    let (producer_id, rest) = records.split_first_chunk()?;
    let (epoch, rest) = rest.split_first_chunk()?;
    Some(Batch {
        producer_id: i64::from_be_bytes(*producer_id),
        epoch: i16::from_be_bytes(*epoch),
        sequence: i32::from_be_bytes(*rest.first_chunk()?),
    })
}

/// Visits the partitions of a Produce request, or of what was kept of it, and their batches with numbers.
pub(crate) fn for_each_batch(request: &Message, mut visit: impl FnMut(&Partition<'_>, Batch)) {
    if request.api_key() != ApiKey::Produce {
        return;
    }
    let body = request.body_bytes().unwrap_or_default();
    for partition in partitions(request.api_version(), &body) {
        let records = partition.records.clone();
        let records = records.and_then(|records| body.get(records));
        let batch = records.and_then(|records| match records.try_into() {
            Ok(numbers) => kept(numbers),
            Err(_) => Batch::of(records),
        });
        if let Some(batch) = batch {
            visit(&partition, batch);
        }
    }
}
