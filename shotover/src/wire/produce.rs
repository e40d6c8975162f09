//! Where in a Produce request are the records of which partition?

use std::ops::Range;

use super::{ApiKey, Encoding, Malformed, Reader, Topic};

/// What `acks` a Produce request asks for: with 0, no response follows. The beginning of the body is enough.
#[inline]
pub fn acks(version: i16, body: &[u8]) -> Result<i16, Malformed> {
    let encoding = ApiKey::Produce.encoding(version);
    // Most have no transactional id.
    if let ([0, high, low, ..], Encoding::Compact) = (body, encoding) {
        return Ok(i16::from_be_bytes([*high, *low]));
    }
    let mut reader = Reader::new(body, encoding);
    reader.nullable_string("TransactionalId")?;
    reader.i16("Acks")
}

/// The partitions of a Produce request, in its order. Nothing is decoded, copied or allocated.
#[derive(Debug, Clone)]
pub struct Partitions<'a> {
    /// The transaction that the records belong to.
    pub transactional_id: Option<&'a [u8]>,
    /// How many replicas must have the records before the broker answers.
    pub acks: i16,
    /// How long the broker may wait for them.
    pub timeout_ms: i32,
    /// How many topics there are.
    pub topic_count: usize,
    /// Where the count of the topics starts: before it stand the fields above.
    pub topics_offset: usize,
    reader: Reader<'a>,
    by_id: bool,
    topic: Topic<'a>,
    topics_begun: usize,
    partitions_left: usize,
}

/// One partition of a Produce request. Ranges are counted from the first byte of the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition<'a> {
    /// Its topic.
    pub topic: Topic<'a>,
    /// Which of the request's topics that is, counted from 0.
    pub topic_position: usize,
    /// Its number within the topic.
    pub index: i32,
    /// The record batches, without the length in front of them.
    pub records: Option<Range<usize>>,
    /// All of the partition: index, length, records and tagged fields.
    pub element: Range<usize>,
}

/// Which records of which producer a batch holds (KIP-98).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Batch {
    /// The producer.
    pub producer_id: i64,
    /// How often it began anew.
    pub epoch: i16,
    /// The number of its first record among those of this epoch for the same partition. After 2^31 - 1 follows 0.
    pub sequence: i32,
}

impl Batch {
    /// The first of these records, of which a Produce request has one batch for a partition. None if they have no numbers,
    /// as those of a producer without idempotence have none.
    #[inline]
    pub fn of(records: &[u8]) -> Option<Self> {
        let head: &[u8; Self::UP_TO_NUMBERS] = records.first_chunk()?;
        let (before, numbers) = head.split_first_chunk::<{ Self::BEFORE_NUMBERS }>()?;
        Self::from_numbers(numbers.first_chunk()?).filter(|_| before[16] == 2)
    }

    /// The same, given the bytes of these fields alone. None if they say that there is no producer.
    #[inline]
    pub fn from_numbers(numbers: &[u8; Self::NUMBERS]) -> Option<Self> {
        let (producer_id, rest) = numbers.split_first_chunk()?;
        let (epoch, rest) = rest.split_first_chunk()?;
        let batch = Self {
            producer_id: i64::from_be_bytes(*producer_id),
            epoch: i16::from_be_bytes(*epoch),
            sequence: i32::from_be_bytes(*rest.first_chunk()?),
        };
        (batch.producer_id >= 0 && batch.sequence >= 0).then_some(batch)
    }

    /// Bytes of these fields in a batch.
    pub const NUMBERS: usize = 8 + 2 + 4;

    /// Bytes of a batch up to and with these fields.
    pub const UP_TO_NUMBERS: usize = Self::BEFORE_NUMBERS + Self::NUMBERS;

    /// Bytes in front of them, the seventeenth of which is the version.
    const BEFORE_NUMBERS: usize = 43;

    /// Whether this is of an epoch of the same producer before that of the other.
    pub fn is_of_epoch_before(&self, other: &Self) -> bool {
        self.producer_id == other.producer_id && self.epoch < other.epoch
    }

    /// Whether this holds records that the same producer, in the same epoch, has numbered later than those of the other.
    pub fn is_behind(&self, other: &Self) -> bool {
        let distance = self.sequence.wrapping_sub(other.sequence) & i32::MAX;
        (self.producer_id, self.epoch) == (other.producer_id, other.epoch)
            && (1..1 << 30).contains(&distance)
    }
}

/// The partition of a request that has no other, as most of a client have that produces little or to little. None also
/// for one that is not read to the end, which has to be looked at in detail.
#[inline]
pub fn only(version: i16, body: &[u8]) -> Option<Partition<'_>> {
    only_begun(version, body, 0)
}

/// The same of a request whose last `missing` bytes have not arrived: more of its records and what is behind them.
#[inline]
pub fn only_begun(version: i16, body: &[u8], missing: usize) -> Option<Partition<'_>> {
    if ApiKey::Produce.encoding(version) == Encoding::Fixed {
        return None;
    }
    let behind_transactional_id = match body {
        [0, rest @ ..] => rest,
        _ => short_string(body)?.1,
    };
    let (_acks_and_timeout, rest) = behind_transactional_id.split_at_checked(6)?;
    // Lengths are one more than what they count.
    let rest = rest.strip_prefix(&[2])?;
    let (topic, rest) = match version {
        ..13 => short_string(rest).map(|(name, rest)| (Topic::Name(name), rest))?,
        13.. => rest
            .split_first_chunk()
            .map(|(id, rest)| (Topic::Id(*id), rest))?,
    };
    let element = rest.strip_prefix(&[2])?;
    let start = body.len() - element.len();
    let (index, records) = element.split_first_chunk()?;
    let records = last_records(records, missing)?;
    // Where the records end that have arrived, and the partition.
    let (end, element_end) = match missing {
        0 => (body.len() - 3, body.len() - 2),
        _ => (body.len(), body.len()),
    };
    Some(Partition {
        topic,
        topic_position: 0,
        index: i32::from_be_bytes(*index),
        records: records.map(|records| end - records.len()..end),
        element: start..element_end,
    })
}

/// The records of the partition of which [`only_begun`] tells, given all of the body that follows its number; as far as
/// they have arrived, if bytes are missing.
#[inline]
pub fn last_records(behind_index: &[u8], missing: usize) -> Option<Option<&[u8]>> {
    if missing > 0 {
        return begun_records(behind_index, missing).map(Some);
    }
    let mut reader = Reader::new(behind_index, Encoding::Compact);
    let records = reader.nullable_bytes("Records").ok()?;
    // No tagged fields of the partition, the topic and the request, and nothing behind them.
    let is_last = reader.take(3, "TaggedFields") == Ok(&[0, 0, 0]) && reader.left() == 0;
    is_last.then_some(records)
}

fn begun_records(behind_index: &[u8], missing: usize) -> Option<&[u8]> {
    let mut reader = Reader::new(behind_index, Encoding::Compact);
    // Lengths are one more than what they count.
    let announced = usize::try_from(reader.uvarint("Records").ok()?).ok()?;
    let arrived = reader.left();
    // As long as they would be with no tagged fields of the partition, the topic and the request behind them.
    let is_last = arrived.checked_add(missing)?.checked_sub(2)? == announced && missing >= 3;
    is_last.then(|| reader.take(arrived, "Records").ok())?
}

/// A string whose length is written in one byte, and what is behind it.
fn short_string(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first().filter(|(length, _)| **length < 0x80)?;
    rest.split_at_checked(usize::from(length.checked_sub(1)?))
}

impl Partition<'_> {
    /// The first batch of its records, given the body. None if they have no numbers.
    #[inline]
    pub fn batch(&self, body: &[u8]) -> Option<Batch> {
        let records = self.records.clone()?;
        Batch::of(body.get(records)?)
    }
}

impl<'a> Partitions<'a> {
    /// Reads the fields in front of the topics.
    pub fn new(version: i16, body: &'a [u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(body, ApiKey::Produce.encoding(version));
        let transactional_id = reader.nullable_string("TransactionalId")?;
        let acks = reader.i16("Acks")?;
        let timeout_ms = reader.i32("TimeoutMs")?;
        let topics_offset = reader.position();
        Ok(Self {
            transactional_id,
            acks,
            timeout_ms,
            topic_count: reader.count("TopicData", 3)?,
            topics_offset,
            reader,
            by_id: version >= 13,
            topic: Topic::Name(b""),
            topics_begun: 0,
            partitions_left: 0,
        })
    }

    fn advance(&mut self) -> Result<Option<Partition<'a>>, Malformed> {
        while self.partitions_left == 0 {
            if self.topics_begun > 0 {
                self.reader.skip_tags()?;
            }
            if self.topics_begun == self.topic_count {
                self.reader.skip_tags()?;
                return Ok(None);
            }
            self.topics_begun += 1;
            self.topic = match self.by_id {
                true => Topic::Id(self.reader.uuid("TopicId")?),
                false => Topic::Name(self.reader.string("Name")?),
            };
            self.partitions_left = self.reader.count("PartitionData", 6)?;
        }
        self.partitions_left -= 1;
        self.partition().map(Some)
    }

    fn partition(&mut self) -> Result<Partition<'a>, Malformed> {
        let start = self.reader.position();
        let index = self.reader.i32("Index")?;
        let records = self.reader.nullable_bytes("Records")?;
        let end = self.reader.position();
        self.reader.skip_tags()?;
        Ok(Partition {
            topic: self.topic,
            topic_position: self.topics_begun.saturating_sub(1),
            index,
            records: records.map(|records| end - records.len()..end),
            element: start..self.reader.position(),
        })
    }
}

/// The partitions of a Produce request, up to where it is malformed.
pub fn partitions(version: i16, body: &[u8]) -> impl Iterator<Item = Partition<'_>> {
    let partitions = Partitions::new(version, body);
    partitions
        .into_iter()
        .flat_map(|partitions| partitions.map_while(Result::ok))
}

/// Ends after the first error.
impl<'a> Iterator for Partitions<'a> {
    type Item = Result<Partition<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.topics_begun > self.topic_count {
            return None;
        }
        let next = self.advance().transpose();
        if !matches!(next, Some(Ok(_))) {
            self.topics_begun = usize::MAX;
        }
        next
    }
}
