//! What does a Produce response say about which partition?

use super::{ApiKey, ErrorCode, Malformed, Reader, Topic};

/// The tag of a partition's new leader (KIP-951).
const CURRENT_LEADER: u32 = 0;

/// Whether a response says nothing but that all went well, as nearly all do: no error, no tagged field, no leader, no
/// address. False for one that is not read to the end, which has to be looked at in detail.
#[inline]
pub fn is_plain(version: i16, body: &[u8]) -> bool {
    plain(version, body, |_, _| {}).is_some()
}

/// The first version with compact lengths.
const FIRST_COMPACT: i16 = 9;

/// All that a [plain](is_plain) response says of a partition.
pub type PlainPartition = [u8; 33];

/// Visits the partitions of a [plain](is_plain) response, and returns for how many milliseconds it throttles the client.
#[inline]
pub fn plain<'a>(
    version: i16,
    body: &'a [u8],
    mut visit: impl FnMut(Topic<'a>, &'a PlainPartition),
) -> Option<i32> {
    if version < FIRST_COMPACT {
        return None;
    }
    let mut rest = body;
    for _ in 0..short_count(&mut rest)? {
        let topic = match version {
            ..13 => {
                let (length, behind) = rest.split_first()?;
                let length = usize::from(length.checked_sub(1)?);
                let (name, behind) = behind.split_at_checked(length).filter(|_| length < 127)?;
                rest = behind;
                Topic::Name(name)
            }
            13.. => {
                let (id, behind) = rest.split_first_chunk()?;
                rest = behind;
                Topic::Id(*id)
            }
        };
        for _ in 0..short_count(&mut rest)? {
            // Index, no error, three offsets and times; no errors of records, no message, no tagged fields.
            let (partition, behind): (&PlainPartition, _) = rest.split_first_chunk()?;
            let [_, _, _, _, 0, 0, .., 1, 0, 0] = partition else {
                return None;
            };
            visit(topic, partition);
            rest = behind;
        }
        rest = rest.strip_prefix(&[0])?;
    }
    let (throttle, behind) = rest.split_first_chunk()?;
    behind.strip_prefix(&[0])?;
    Some(i32::from_be_bytes(*throttle))
}

/// The length of an array that is written in one byte.
fn short_count(rest: &mut &[u8]) -> Option<u8> {
    let (count, behind) = rest.split_first()?;
    *rest = behind;
    count.checked_sub(1).filter(|count| *count < 127)
}

/// The partitions of a Produce response, in its order. Nothing is decoded, copied or allocated.
#[derive(Debug, Clone)]
pub struct Partitions<'a> {
    reader: Reader<'a>,
    version: i16,
    topic: Topic<'a>,
    topics_left: usize,
    /// Whether a topic was begun, of which the end has to be read.
    in_topic: bool,
    partitions_left: usize,
    tags_offset: Option<usize>,
    failed: bool,
}

/// One partition of a Produce response.
#[derive(Debug, Clone)]
pub struct Partition<'a> {
    /// Its topic.
    pub topic: Topic<'a>,
    /// Its number within the topic.
    pub index: i32,
    /// What went wrong, if anything.
    pub error: ErrorCode,
    /// What the response says about the partition's leader, from version 10 on (KIP-951).
    pub current_leader: Option<Reader<'a>>,
}

impl<'a> Partitions<'a> {
    /// Reads the count of the topics.
    ///
    /// # Errors
    /// When there cannot be as many.
    pub fn new(version: i16, body: &'a [u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(body, ApiKey::Produce.encoding(version));
        Ok(Self {
            topics_left: reader.count("Responses", 3)?,
            reader,
            version,
            topic: Topic::Name(b""),
            in_topic: false,
            partitions_left: 0,
            tags_offset: None,
            failed: false,
        })
    }

    /// Where the tagged fields after the throttle time start, among them the node endpoints (KIP-951).
    /// Known once the iterator has ended without an error.
    pub fn tags_offset(&self) -> Option<usize> {
        self.tags_offset
    }

    #[inline]
    fn advance(&mut self) -> Result<Option<Partition<'a>>, Malformed> {
        while self.partitions_left == 0 {
            if self.in_topic {
                self.reader.skip_tags()?;
                self.in_topic = false;
            }
            if self.topics_left == 0 {
                self.reader.i32("ThrottleTimeMs")?;
                self.tags_offset = Some(self.reader.position());
                return Ok(None);
            }
            self.topics_left -= 1;
            self.in_topic = true;
            self.topic = match self.version {
                ..13 => Topic::Name(self.reader.string("Name")?),
                13.. => Topic::Id(self.reader.uuid("TopicId")?),
            };
            self.partitions_left = self.reader.count("PartitionResponses", 22)?;
        }
        self.partitions_left -= 1;
        self.partition().map(Some)
    }

    #[inline]
    fn partition(&mut self) -> Result<Partition<'a>, Malformed> {
        let (reader, version) = (&mut self.reader, self.version);
        let index = reader.i32("Index")?;
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
        let mut current_leader = None;
        reader.tags(|tag, content| {
            if tag == CURRENT_LEADER && version >= 10 {
                current_leader = Some(content);
            }
            Ok(())
        })?;
        Ok(Partition {
            topic: self.topic,
            index,
            error,
            current_leader,
        })
    }
}

/// Ends after the first error.
impl<'a> Iterator for Partitions<'a> {
    type Item = Result<Partition<'a>, Malformed>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.failed || self.tags_offset.is_some() {
            return None;
        }
        let next = self.advance();
        self.failed = next.is_err();
        next.transpose()
    }
}
