//! What is the copy of a write?
//!
//! A write of an idempotent producer says who wrote it and how many batches that producer wrote before. The ids are
//! given out by one cluster: in another one the same id may be somebody else, whose batches would be taken for
//! repetitions and thrown away. And a single copy that was not sent leaves a gap, after which a broker refuses
//! everything of that producer. So the copy is a write of nobody: every batch loses its producer.

use super::checksum;
use super::counted::NotCopied;
use crate::message::Message;
use crate::wire::produce::Partitions;
use crate::wire::{Encoding, Malformed, Reader, Splice};
use bytes::{BufMut, Bytes};
use std::ops::Range;

/// The last version of Produce that names topics.
pub(super) const NAMES_TOPICS: i16 = 12;

/// The format of batches that have a producer. Earlier ones have none.
const WITH_PRODUCER: i8 = 2;

/// The bit in the attributes of a batch that belongs to a transaction.
const TRANSACTIONAL: i16 = 1 << 4;

/// Bytes of the producer's id and epoch and of the first sequence number.
const PRODUCER: usize = 8 + 2 + 4;

/// What stands there if there is no producer.
const NO_PRODUCER: [u8; PRODUCER] = [0xff; PRODUCER];

/// Bytes of a batch before those that its length counts.
const UNCOUNTED: usize = 8 + 4;

/// The same records of no producer; the request stays as it is, and the records are not copied in memory.
pub(super) fn copy_of(request: &Message) -> Result<Message, NotCopied> {
    if request.api_version() > NAMES_TOPICS {
        return Err(NotCopied::TopicId);
    }
    let body = request.body_bytes().map_err(|_| NotCopied::Malformed)?;
    let partitions = Partitions::new(request.api_version(), &body)?;
    if partitions.transactional_id.is_some() {
        return Err(NotCopied::Transaction);
    }
    let mut edit = Splice::new(&body, 0);
    for partition in partitions {
        if let Some(records) = partition?.records {
            forget_producers(&body, records, &mut edit)?;
        }
    }
    let Some(pieces) = edit.finish(body.len()) else {
        return Ok(request.duplicate_request());
    };
    let copy = request.with_body(pieces);
    Ok(copy.map_err(|_| NotCopied::Malformed)?.duplicate_request())
}

fn forget_producers(
    body: &Bytes,
    records: Range<usize>,
    edit: &mut Splice<'_>,
) -> Result<(), NotCopied> {
    let mut start = records.start;
    while start < records.end {
        let bytes = body.get(start..records.end).unwrap_or_default();
        let Some(batch) = Batch::read(bytes)? else {
            return Ok(());
        };
        if batch.attributes & TRANSACTIONAL != 0 {
            return Err(NotCopied::Transaction);
        }
        if batch.producer != NO_PRODUCER {
            let checksum = batch.checksum_without_producer();
            edit.replace(at(start, &batch.checksum_at), |out| out.put_u32(checksum));
            edit.replace(at(start, &batch.producer_at), |out| {
                out.put_slice(&NO_PRODUCER);
            });
        }
        start += batch.length;
    }
    Ok(())
}

/// Where this range of a batch is in the body.
fn at(start: usize, range: &Range<usize>) -> Range<usize> {
    start + range.start..start + range.end
}

/// What the header of a batch says. Ranges are counted from its first byte.
struct Batch {
    length: usize,
    checksum: u32,
    checksum_at: Range<usize>,
    attributes: i16,
    producer: [u8; PRODUCER],
    producer_at: Range<usize>,
}

impl Batch {
    /// The first batch of `bytes`, or nothing if it is of a format that has no producers.
    fn read(bytes: &[u8]) -> Result<Option<Self>, NotCopied> {
        let mut reader = Reader::new(bytes, Encoding::Fixed);
        reader.i64("BaseOffset")?;
        let counted = reader.i32("BatchLength")?;
        reader.i32("PartitionLeaderEpoch")?;
        if reader.i8("Magic")? != WITH_PRODUCER {
            return Ok(None);
        }
        let checksum = reader.take(4, "CRC")?;
        let checksum_at = reader.position() - checksum.len()..reader.position();
        let attributes = reader.i16("Attributes")?;
        reader.i32("LastOffsetDelta")?;
        reader.i64("BaseTimestamp")?;
        reader.i64("MaxTimestamp")?;
        let producer = reader.take(PRODUCER, "ProducerId")?;
        let producer_at = reader.position() - producer.len()..reader.position();
        let length = usize::try_from(counted).unwrap_or(0) + UNCOUNTED;
        let Some(behind) = length.checked_sub(producer_at.end) else {
            return Err(NotCopied::Malformed);
        };
        reader.take(behind, "Records")?;
        Ok(Some(Self {
            length,
            checksum: u32::from_be_bytes(checksum.first_chunk().copied().unwrap_or_default()),
            checksum_at,
            attributes,
            producer: producer.first_chunk().copied().unwrap_or(NO_PRODUCER),
            producer_at,
        }))
    }

    fn checksum_without_producer(&self) -> u32 {
        let mut difference = self.producer;
        for (byte, instead) in difference.iter_mut().zip(NO_PRODUCER) {
            *byte ^= instead;
        }
        checksum::changed(
            self.checksum,
            &difference,
            self.length - self.producer_at.end,
        )
    }
}

impl From<Malformed> for NotCopied {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}
