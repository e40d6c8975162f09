//! Where does a Metadata answer name brokers?
//!
//! The answer may be about many thousand partitions, and is asked for often: it is rewritten while it is read, and of what
//! it says nothing is kept.

use bytes::Bytes;
use shotover::wire::{ApiKey, Encoding, Malformed, Reader, Splice};
use std::ops::Range;

/// What becomes of the places where brokers are named, in the order of the answer. Unless said otherwise they stay.
pub(super) trait Edit<'a> {
    /// The list of brokers.
    fn brokers(&mut self, _splice: &mut Splice<'a>, _range: Range<usize>, _encoding: Encoding) {}

    /// The id of the controller.
    fn controller(&mut self, _splice: &mut Splice<'a>, _range: Range<usize>, _id: i32) {}

    /// The id of the leader of a partition.
    fn leader(&mut self, splice: &mut Splice<'a>, partition: Partition);

    /// The ids of replicas, each in four bytes, of which there are some.
    fn list(
        &mut self,
        _splice: &mut Splice<'a>,
        _range: Range<usize>,
        (_ids, _encoding): (&'a [u8], Encoding),
    ) {
    }

    /// The ids of the replicas that are offline, of which there are some, and of all of them.
    fn offline(
        &mut self,
        _splice: &mut Splice<'a>,
        _range: Range<usize>,
        (_ids, _replicas, _encoding): (&'a [u8], &'a [u8], Encoding),
    ) {
    }
}

/// What a partition begins with. Its error and its number stand in front of the leader.
#[derive(Clone, Debug)]
pub(super) struct Partition {
    pub(super) index: i32,
    pub(super) leader: i32,
    /// From the error to the leader, which is the last four bytes.
    pub(super) head: Range<usize>,
}

/// The edited answer; none if nothing of it changes.
pub(super) fn edit<'a>(
    version: i16,
    body: &'a Bytes,
    edit: &mut impl Edit<'a>,
) -> Result<Option<Vec<Bytes>>, Malformed> {
    let mut walk = Walk {
        reader: Reader::new(body, ApiKey::Metadata.encoding(version)),
        splice: Splice::new(body, 0),
        version,
        edit,
    };
    walk.answer()?;
    Ok(walk.splice.finish(body.len()))
}

struct Walk<'a, 'e, E> {
    reader: Reader<'a>,
    splice: Splice<'a>,
    version: i16,
    edit: &'e mut E,
}

impl<'a, E: Edit<'a>> Walk<'a, '_, E> {
    fn answer(&mut self) -> Result<(), Malformed> {
        if self.version >= 3 {
            self.reader.i32("ThrottleTimeMs")?;
        }
        self.brokers()?;
        if self.version >= 2 {
            self.reader.nullable_string("ClusterId")?;
        }
        if self.version >= 1 {
            let start = self.reader.position();
            let id = self.reader.i32("ControllerId")?;
            let range = start..self.reader.position();
            self.edit.controller(&mut self.splice, range, id);
        }
        for _ in 0..self.reader.count("Topics", 8)? {
            self.topic()?;
        }
        Ok(())
    }

    fn brokers(&mut self) -> Result<(), Malformed> {
        let start = self.reader.position();
        for _ in 0..self.reader.count("Brokers", 10)? {
            self.reader.i32("NodeId")?;
            self.reader.string("Host")?;
            self.reader.i32("Port")?;
            if self.version >= 1 {
                self.reader.nullable_string("Rack")?;
            }
            self.reader.skip_tags()?;
        }
        let range = start..self.reader.position();
        let encoding = self.reader.encoding();
        self.edit.brokers(&mut self.splice, range, encoding);
        Ok(())
    }

    fn topic(&mut self) -> Result<(), Malformed> {
        self.reader.i16("ErrorCode")?;
        match self.version {
            ..12 => self.reader.string("Name").map(drop)?,
            12.. => self.reader.nullable_string("Name").map(drop)?,
        }
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
        let partition = Partition {
            index,
            leader,
            head: start..self.reader.position(),
        };
        self.edit.leader(&mut self.splice, partition);
        if self.version >= 7 {
            self.reader.i32("LeaderEpoch")?;
        }
        let replicas = self.list("ReplicaNodes")?;
        self.list("IsrNodes")?;
        if self.version >= 5 {
            self.offline(replicas)?;
        }
        self.reader.skip_tags()
    }

    /// An array of brokers' ids.
    #[inline]
    fn list(&mut self, what: &'static str) -> Result<&'a [u8], Malformed> {
        let start = self.reader.position();
        let count = self.reader.count(what, 4)?;
        let ids = self.reader.take(count.saturating_mul(4), what)?;
        if !ids.is_empty() {
            let range = start..self.reader.position();
            let encoding = self.reader.encoding();
            self.edit.list(&mut self.splice, range, (ids, encoding));
        }
        Ok(ids)
    }

    #[inline]
    fn offline(&mut self, replicas: &'a [u8]) -> Result<(), Malformed> {
        let (start, what) = (self.reader.position(), "OfflineReplicas");
        let count = self.reader.count(what, 4)?;
        let ids = self.reader.take(count.saturating_mul(4), what)?;
        if !ids.is_empty() {
            let range = start..self.reader.position();
            let lists = (ids, replicas, self.reader.encoding());
            self.edit.offline(&mut self.splice, range, lists);
        }
        Ok(())
    }
}
