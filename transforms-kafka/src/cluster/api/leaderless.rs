//! How is a partition shown whose leader is known to be down?
//!
//! Until another one is elected, brokers go on to tell of it in Metadata. A client that could not connect to it would keep
//! its records and ask again; here it reaches a proxy, and would use up its retries. A partition without a leader is what
//! every client waits for without doing so.

use bytes::{BufMut, Bytes};
use shotover::wire::{ApiKey, ErrorCode, Malformed, Reader, Splice};

/// The body of a Metadata answer where none of the partitions has one of these brokers as its leader; none if that is so
/// already.
pub(crate) fn without_leaders(
    version: i16,
    body: &Bytes,
    is_down: &mut dyn FnMut(i32) -> bool,
) -> Result<Option<Vec<Bytes>>, Malformed> {
    let mut walk = Walk {
        reader: Reader::new(body, ApiKey::Metadata.encoding(version)),
        splice: Splice::new(body, 0),
        version,
        is_down,
    };
    walk.answer()?;
    Ok(walk.splice.finish(body.len()))
}

struct Walk<'a> {
    reader: Reader<'a>,
    splice: Splice<'a>,
    version: i16,
    is_down: &'a mut dyn FnMut(i32) -> bool,
}

impl Walk<'_> {
    fn answer(&mut self) -> Result<(), Malformed> {
        if self.version >= 3 {
            self.reader.i32("ThrottleTimeMs")?;
        }
        for _ in 0..self.reader.count("Brokers", 10)? {
            self.reader.i32("NodeId")?;
            self.reader.string("Host")?;
            self.reader.i32("Port")?;
            if self.version >= 1 {
                self.reader.nullable_string("Rack")?;
            }
            self.reader.skip_tags()?;
        }
        if self.version >= 2 {
            self.reader.nullable_string("ClusterId")?;
        }
        if self.version >= 1 {
            self.reader.i32("ControllerId")?;
        }
        for _ in 0..self.reader.count("Topics", 8)? {
            self.topic()?;
        }
        Ok(())
    }

    fn topic(&mut self) -> Result<(), Malformed> {
        self.reader.i16("ErrorCode")?;
        self.reader.nullable_string("Name")?;
        if self.version >= 10 {
            self.reader.uuid("TopicId")?;
        }
        if self.version >= 1 {
            self.reader.bool("IsInternal")?;
        }
        for _ in 0..self.reader.count("Partitions", 18)? {
            self.partition()?;
        }
        if self.version >= 8 {
            self.reader.i32("TopicAuthorizedOperations")?;
        }
        self.reader.skip_tags()
    }

    fn partition(&mut self) -> Result<(), Malformed> {
        let start = self.reader.position();
        self.reader.i16("ErrorCode")?;
        let index = self.reader.i32("PartitionIndex")?;
        let leader = self.reader.i32("LeaderId")?;
        if (self.is_down)(leader) {
            self.splice.replace(start..self.reader.position(), |out| {
                out.put_i16(ErrorCode::LEADER_NOT_AVAILABLE.0);
                out.put_i32(index);
                out.put_i32(-1);
            });
        }
        if self.version >= 7 {
            self.reader.i32("LeaderEpoch")?;
        }
        let lists: &[&'static str] = match self.version {
            ..5 => &["ReplicaNodes", "IsrNodes"],
            5.. => &["ReplicaNodes", "IsrNodes", "OfflineReplicas"],
        };
        for list in lists {
            let count = self.reader.count(list, 4)?;
            self.reader.take(count.saturating_mul(4), list)?;
        }
        self.reader.skip_tags()
    }
}
