//! What is the answer to a Produce request of which every record was written?

use crate::wire::produce::Partitions;
use crate::wire::value::put_uvarint;
use crate::wire::{ApiKey, Encoding, Malformed, Topic};
use bytes::{BufMut, Bytes, BytesMut};

/// Bytes that the answer for one partition takes at most.
const PARTITION: usize = 40;

/// The body of the answer: offset 0 for every partition. Nothing is decoded.
pub(super) fn produced(version: i16, request: &[u8]) -> Result<Bytes, Malformed> {
    let mut topics: Vec<(Topic<'_>, usize, Vec<i32>)> = Vec::new();
    let mut partition_count = 0;
    for partition in Partitions::new(version, request)? {
        let partition = partition?;
        partition_count += 1;
        match topics.last_mut() {
            Some((_, position, indexes)) if *position == partition.topic_position => {
                indexes.push(partition.index);
            }
            Some(_) | None => topics.push((
                partition.topic,
                partition.topic_position,
                vec![partition.index],
            )),
        }
    }
    let mut answer = Answer {
        out: BytesMut::with_capacity(partition_count * PARTITION + topics.len() * 64),
        version,
        encoding: ApiKey::Produce.encoding(version),
    };
    answer.count(topics.len());
    for (topic, _, indexes) in topics {
        answer.topic(topic, &indexes);
    }
    let throttle_time_ms = 0;
    answer.out.put_i32(throttle_time_ms);
    answer.no_tags();
    Ok(answer.out.freeze())
}

struct Answer {
    out: BytesMut,
    version: i16,
    encoding: Encoding,
}

impl Answer {
    fn topic(&mut self, topic: Topic<'_>, indexes: &[i32]) {
        match topic {
            Topic::Name(name) => {
                self.string_length(name.len());
                self.out.put_slice(name);
            }
            Topic::Id(id) => self.out.put_slice(&id),
        }
        self.count(indexes.len());
        for index in indexes {
            self.partition(*index);
        }
        self.no_tags();
    }

    fn partition(&mut self, index: i32) {
        let (error_code, base_offset, log_append_time_ms, log_start_offset) = (0, 0, -1, 0);
        self.out.put_i32(index);
        self.out.put_i16(error_code);
        self.out.put_i64(base_offset);
        self.out.put_i64(log_append_time_ms);
        if self.version >= 5 {
            self.out.put_i64(log_start_offset);
        }
        if self.version >= 8 {
            let record_errors = 0;
            self.count(record_errors);
            self.no_error_message();
        }
        self.no_tags();
    }

    fn no_error_message(&mut self) {
        match self.encoding {
            Encoding::Fixed => self.out.put_i16(-1),
            Encoding::Compact => self.out.put_u8(0),
        }
    }

    /// The number of elements of an array. There are not more than bytes in the request.
    fn count(&mut self, count: usize) {
        match self.encoding {
            Encoding::Fixed => self.out.put_i32(i32::try_from(count).unwrap_or(i32::MAX)),
            Encoding::Compact => self.compact(count),
        }
    }

    /// The length of a string that was read in the same encoding.
    fn string_length(&mut self, length: usize) {
        match self.encoding {
            Encoding::Fixed => self.out.put_i16(i16::try_from(length).unwrap_or(i16::MAX)),
            Encoding::Compact => self.compact(length),
        }
    }

    fn compact(&mut self, length: usize) {
        put_uvarint(&mut self.out, u32::try_from(length + 1).unwrap_or(u32::MAX));
    }

    fn no_tags(&mut self) {
        if self.encoding == Encoding::Compact {
            self.out.put_u8(0);
        }
    }
}
