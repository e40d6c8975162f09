//! How does a Metadata answer tell of proxies instead of brokers?
//!
//! The answer may be about many thousand partitions, and is asked for often: it is rewritten while it is read, and of
//! what it says nothing is kept. Leader epochs stay, for they are about partitions: one that moves to another proxy has
//! the same leader.

use super::proxies::Proxies;
use super::rewrite::Rewritten;
use super::stand_ins::StandIns;
use crate::cluster::api::write::{put_count, put_no_tags, put_string};
use bytes::{BufMut, Bytes, BytesMut};
use shotover::wire::{ApiKey, Malformed, Reader, Splice};

/// The answer with the proxies that are up as the brokers.
pub(super) fn rewrite(version: i16, body: &Bytes, proxies: &dyn Proxies) -> Rewritten {
    let mut walk = Walk {
        reader: Reader::new(body, ApiKey::Metadata.encoding(version)),
        splice: Splice::new(body, 0),
        version,
        stand_ins: StandIns::new(proxies),
        list: &[],
        shown: Vec::new(),
        is_changed: false,
    };
    walk.answer()?;
    Ok(walk.splice.finish(body.len()))
}

struct Walk<'a> {
    reader: Reader<'a>,
    splice: Splice<'a>,
    version: i16,
    stand_ins: StandIns<'a>,
    /// The ids of the last list as they came, and as they are shown: most lists of replicas are followed by the same as
    /// in sync, and many partitions have the same.
    list: &'a [u8],
    shown: Vec<i32>,
    is_changed: bool,
}

impl<'a> Walk<'a> {
    fn answer(&mut self) -> Result<(), Malformed> {
        if self.version >= 3 {
            self.reader.i32("ThrottleTimeMs")?;
        }
        self.brokers()?;
        if self.version >= 2 {
            self.reader.nullable_string("ClusterId")?;
        }
        if self.version >= 1 {
            self.broker("ControllerId")?;
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
        let (version, up) = (self.version, self.stand_ins.up());
        self.splice.replace(range, |out| {
            put_count(out, encoding, up.len());
            for proxy in up {
                out.put_i32(proxy.id.0);
                put_string(out, encoding, Some(&proxy.address.host));
                out.put_i32(proxy.address.port.into());
                if version >= 1 {
                    put_string(out, encoding, proxy.rack.as_deref());
                }
                put_no_tags(out, encoding);
            }
        });
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
        self.reader.i16("ErrorCode")?;
        self.reader.i32("PartitionIndex")?;
        self.broker("LeaderId")?;
        if self.version >= 7 {
            self.reader.i32("LeaderEpoch")?;
        }
        self.list("ReplicaNodes")?;
        self.list("IsrNodes")?;
        if self.version >= 5 {
            self.list("OfflineReplicas")?;
        }
        self.reader.skip_tags()
    }

    /// One broker's id.
    fn broker(&mut self, what: &'static str) -> Result<(), Malformed> {
        let start = self.reader.position();
        let old = self.reader.i32(what)?;
        let new = self.stand_ins.id(old);
        if old != new {
            let range = start..self.reader.position();
            self.splice.replace(range, |out| out.put_i32(new));
        }
        Ok(())
    }

    /// An array of brokers' ids.
    fn list(&mut self, what: &'static str) -> Result<(), Malformed> {
        let start = self.reader.position();
        let count = self.reader.count(what, 4)?;
        let list = self.reader.take(count.saturating_mul(4), what)?;
        if list.is_empty() {
            return Ok(());
        }
        if list != self.list {
            self.show(list);
        }
        if self.is_changed {
            let range = start..self.reader.position();
            let encoding = self.reader.encoding();
            let shown = &self.shown;
            self.splice.replace(range, |out: &mut BytesMut| {
                put_count(out, encoding, shown.len());
                shown.iter().for_each(|id| out.put_i32(*id));
            });
        }
        Ok(())
    }

    fn show(&mut self, list: &'a [u8]) {
        self.list = list;
        let (ids, _) = list.as_chunks();
        let ids = ids.iter().map(|id| i32::from_be_bytes(*id));
        self.stand_ins.ids(ids.clone(), &mut self.shown);
        self.is_changed = !ids.eq(self.shown.iter().copied());
    }
}
