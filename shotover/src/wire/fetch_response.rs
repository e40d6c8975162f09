//! Where in a Fetch response are the records of which partition?

use std::ops::Range;

use super::{ApiKey, Encoding, ErrorCode, Malformed, Reader, Topic};

/// The preferred replica of a partition that has none.
const NO_BROKER: i32 = -1;

/// The partitions of a Fetch response, in its order. Nothing is decoded, copied or allocated.
#[derive(Debug, Clone)]
pub struct Partitions<'a> {
    /// For how long the client is asked to be quiet.
    pub throttle_time_ms: i32,
    /// An error of the whole response, which is one of its session.
    pub error: ErrorCode,
    /// The fetch session, or 0.
    pub session_id: i32,
    /// How many topics there are.
    pub topic_count: usize,
    /// Where the count of the topics starts: before it stand the fields above.
    pub topics_offset: usize,
    reader: Reader<'a>,
    version: i16,
    topic: Topic<'a>,
    topics_begun: usize,
    partitions_left: usize,
    tags_offset: Option<usize>,
    /// Whether the records of the last partition are cut off.
    is_open: bool,
}

/// One partition of a Fetch response. Ranges are counted from the first byte of the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition<'a> {
    /// Its topic.
    pub topic: Topic<'a>,
    /// Which of the response's topics that is, counted from 0.
    pub topic_position: usize,
    /// Its number within the topic.
    pub index: i32,
    /// What went wrong, if anything.
    pub error: ErrorCode,
    /// The offset up to which all replicas have the records.
    pub high_watermark: i64,
    /// The offset up to which no transaction is undecided, or -1.
    pub last_stable_offset: i64,
    /// The offset of the first record that is still there, or -1.
    pub log_start_offset: i64,
    /// The broker the client shall fetch from instead, or -1 (KIP-392).
    pub preferred_read_replica: i32,
    /// Where that broker's id stands, from version 11 on.
    pub preferred_read_replica_offset: Option<usize>,
    /// The record batches, without the length in front of them.
    pub records: Option<Range<usize>>,
    /// The tagged fields, among them the current leader (KIP-951); empty before version 12.
    pub tags: Range<usize>,
    /// All of the partition.
    pub element: Range<usize>,
}

impl<'a> Partitions<'a> {
    /// Reads the fields in front of the topics.
    pub fn new(version: i16, body: &'a [u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(body, ApiKey::Fetch.encoding(version));
        let throttle_time_ms = reader.i32("ThrottleTimeMs")?;
        let (error, session_id) = match version {
            ..7 => (ErrorCode::NONE, 0),
            7.. => (
                ErrorCode(reader.i16("ErrorCode")?),
                reader.i32("SessionId")?,
            ),
        };
        let topics_offset = reader.position();
        Ok(Self {
            throttle_time_ms,
            error,
            session_id,
            topic_count: reader.count("Responses", 3)?,
            topics_offset,
            reader,
            version,
            topic: Topic::Name(b""),
            topics_begun: 0,
            partitions_left: 0,
            tags_offset: None,
            is_open: false,
        })
    }

    /// The partitions of a body of which only the beginning is there, which [ends in records](Self::ends_in_records). Those
    /// of the last partition reach beyond it; all else that is there of that partition is its element.
    pub fn of_open(version: i16, beginning: &'a [u8]) -> Result<Self, Malformed> {
        Ok(Self {
            is_open: true,
            ..Self::new(version, beginning)?
        })
    }

    /// Where the tagged fields after the last topic start, among them the node endpoints (KIP-951).
    /// Known once the iterator has ended without an error.
    pub fn tags_offset(&self) -> Option<usize> {
        self.tags_offset
    }

    /// Whether a body, of which this is the beginning and so many bytes are `missing`, says nothing more but which records
    /// its last partition has: that begin here, and no partition failed or names its leader or a replica.
    pub fn ends_in_records(version: i16, beginning: &'a [u8], missing: usize) -> bool {
        let walked = Self::new(version, beginning).and_then(|walk| walk.into_last_records(missing));
        // Where the beginning is cut off before, it is too short to tell.
        walked.unwrap_or(false)
    }

    fn into_last_records(mut self, missing: usize) -> Result<bool, Malformed> {
        let no_tags = match self.reader.encoding() {
            Encoding::Fixed => 0,
            Encoding::Compact => 1,
        };
        while !self.error.is_error() && self.find_partition()? {
            let head = self.head()?;
            if head.error.is_error() || head.preferred_read_replica != NO_BROKER {
                break;
            }
            let records = self.reader.length32("Records")?.unwrap_or(0);
            if self.is_last() {
                // The partition, its topic and the body end with nothing but empty tags.
                return Ok(records + 3 * no_tags == self.reader.left() + missing);
            }
            self.reader.take(records, "Records")?;
            let tags_offset = self.reader.position();
            self.reader.skip_tags()?;
            if self.reader.position() - tags_offset > no_tags {
                break;
            }
        }
        Ok(false)
    }

    /// Goes to the next partition; there may be none.
    #[inline(always)]
    fn find_partition(&mut self) -> Result<bool, Malformed> {
        while self.partitions_left == 0 {
            if self.topics_begun > 0 {
                self.reader.skip_tags()?;
            }
            if self.topics_begun == self.topic_count {
                return Ok(false);
            }
            self.topics_begun += 1;
            self.topic = match self.version {
                ..13 => Topic::Name(self.reader.string("Topic")?),
                13.. => Topic::Id(self.reader.uuid("TopicId")?),
            };
            self.partitions_left = self.reader.count("Partitions", 30)?;
        }
        self.partitions_left -= 1;
        Ok(true)
    }

    /// Whether no partition comes after the one that was found.
    fn is_last(&self) -> bool {
        self.partitions_left == 0 && self.topics_begun == self.topic_count
    }

    fn advance(&mut self) -> Result<Option<Partition<'a>>, Malformed> {
        if self.find_partition()? {
            return self.partition().map(Some);
        }
        let tags_offset = self.reader.position();
        self.reader.skip_tags()?;
        self.tags_offset = Some(tags_offset);
        Ok(None)
    }

    fn partition(&mut self) -> Result<Partition<'a>, Malformed> {
        let start = self.reader.position();
        let topic_position = self.topics_begun.saturating_sub(1);
        let head = self.head()?;
        let (records, tags) = match self.is_open && self.is_last() {
            true => self.cut_off_records()?,
            false => self.records()?,
        };
        Ok(Partition {
            topic: self.topic,
            topic_position,
            index: head.index,
            error: head.error,
            high_watermark: head.high_watermark,
            last_stable_offset: head.last_stable_offset,
            log_start_offset: head.log_start_offset,
            preferred_read_replica: head.preferred_read_replica,
            preferred_read_replica_offset: head.preferred_read_replica_offset,
            records,
            element: start..tags.end,
            tags,
        })
    }

    /// Where the records of a partition are, and its tags.
    #[inline(always)]
    fn records(&mut self) -> Result<(Option<Range<usize>>, Range<usize>), Malformed> {
        let records = self.reader.nullable_bytes("Records")?;
        let end = self.reader.position();
        self.reader.skip_tags()?;
        let records = records.map(|records| end - records.len()..end);
        Ok((records, end..self.reader.position()))
    }

    /// The same where the records are cut off. Nothing can be read behind them.
    #[cold]
    fn cut_off_records(&mut self) -> Result<(Option<Range<usize>>, Range<usize>), Malformed> {
        let length = self.reader.length32("Records")?;
        let start = self.reader.position();
        let end = start + self.reader.left();
        self.topics_begun = usize::MAX;
        let records = length.map(|length| start..start.saturating_add(length));
        Ok((records, end..end))
    }

    #[inline(always)]
    fn head(&mut self) -> Result<Head, Malformed> {
        let reader = &mut self.reader;
        let index = reader.i32("PartitionIndex")?;
        let error = ErrorCode(reader.i16("ErrorCode")?);
        let high_watermark = reader.i64("HighWatermark")?;
        let last_stable_offset = reader.i64("LastStableOffset")?;
        let log_start_offset = match self.version {
            ..5 => -1,
            5.. => reader.i64("LogStartOffset")?,
        };
        skip_aborted_transactions(reader)?;
        let preferred_read_replica_offset = (self.version >= 11).then(|| reader.position());
        let preferred_read_replica = match preferred_read_replica_offset {
            Some(_) => reader.i32("PreferredReadReplica")?,
            None => NO_BROKER,
        };
        Ok(Head {
            index,
            error,
            high_watermark,
            last_stable_offset,
            log_start_offset,
            preferred_read_replica,
            preferred_read_replica_offset,
        })
    }
}

/// What a partition says in front of its records; see [`Partition`].
struct Head {
    index: i32,
    error: ErrorCode,
    high_watermark: i64,
    last_stable_offset: i64,
    log_start_offset: i64,
    preferred_read_replica: i32,
    preferred_read_replica_offset: Option<usize>,
}

#[inline(always)]
fn skip_aborted_transactions(reader: &mut Reader<'_>) -> Result<(), Malformed> {
    const WHAT: &str = "AbortedTransactions";
    let count = reader.nullable_count(WHAT, 16)?.unwrap_or(0);
    match reader.encoding() {
        Encoding::Fixed => reader.take(count.saturating_mul(16), WHAT).map(drop),
        Encoding::Compact => {
            for _ in 0..count {
                reader.take(16, WHAT)?;
                reader.skip_tags()?;
            }
            Ok(())
        }
    }
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
