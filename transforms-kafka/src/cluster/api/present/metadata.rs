//! How does a Metadata answer tell of proxies instead of brokers?
//!
//! Leader epochs stay, for they are about partitions: one that moves to another proxy has the same leader.

use super::proxies::Proxies;
use super::rewrite::Rewritten;
use super::stand_ins::StandIns;
use crate::cluster::api::edit_metadata::{Edit, Partition, edit};
use crate::cluster::api::write::{put_count, put_no_tags, put_string};
use bytes::{BufMut, Bytes, BytesMut};
use shotover::wire::{Encoding, Splice};
use std::ops::Range;

/// The answer with the proxies that are up as the brokers.
pub(super) fn rewrite(version: i16, body: &Bytes, proxies: &dyn Proxies) -> Rewritten {
    let mut present = Present {
        version,
        stand_ins: StandIns::new(proxies),
        list: &[],
        shown: Vec::new(),
        is_changed: false,
    };
    Ok(edit(version, body, &mut present)?)
}

struct Present<'a> {
    version: i16,
    stand_ins: StandIns<'a>,
    /// The ids of the last list as they came, and as they are shown: most lists of replicas are followed by the same as
    /// in sync, and many partitions have the same.
    list: &'a [u8],
    shown: Vec<i32>,
    is_changed: bool,
}

impl<'a> Edit<'a> for Present<'a> {
    fn brokers(&mut self, splice: &mut Splice<'a>, range: Range<usize>, encoding: Encoding) {
        let (version, up) = (self.version, self.stand_ins.up());
        splice.replace(range, |out| {
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
    }

    fn controller(&mut self, splice: &mut Splice<'a>, range: Range<usize>, id: i32) {
        self.broker(splice, range, id);
    }

    #[inline]
    fn leader(&mut self, splice: &mut Splice<'a>, partition: Partition) {
        let end = partition.head.end;
        self.broker(splice, end - size_of::<i32>()..end, partition.leader);
    }

    #[inline]
    fn list(
        &mut self,
        splice: &mut Splice<'a>,
        range: Range<usize>,
        (list, encoding): (&'a [u8], Encoding),
    ) {
        if list != self.list {
            self.show(list);
        }
        if self.is_changed {
            let shown = &self.shown;
            splice.replace(range, |out: &mut BytesMut| {
                put_count(out, encoding, shown.len());
                shown.iter().for_each(|id| out.put_i32(*id));
            });
        }
    }

    #[inline]
    fn offline(
        &mut self,
        splice: &mut Splice<'a>,
        range: Range<usize>,
        (list, replicas, encoding): (&'a [u8], &'a [u8], Encoding),
    ) {
        let shown = offline(&mut self.stand_ins, list, replicas);
        splice.replace(range, |out: &mut BytesMut| {
            put_count(out, encoding, shown.len());
            shown.iter().for_each(|id| out.put_i32(*id));
        });
    }
}

/// Apart from the rest, which is about every partition of an answer.
#[cold]
fn offline(stand_ins: &mut StandIns<'_>, list: &[u8], replicas: &[u8]) -> Vec<i32> {
    stand_ins.offline(&ids(list), &ids(replicas))
}

fn ids(list: &[u8]) -> Vec<i32> {
    let (ids, _) = list.as_chunks();
    ids.iter().map(|id| i32::from_be_bytes(*id)).collect()
}

impl<'a> Present<'a> {
    /// One broker's id.
    #[inline]
    fn broker(&mut self, splice: &mut Splice<'a>, range: Range<usize>, old: i32) {
        let new = self.stand_ins.id(old);
        if old != new {
            splice.replace(range, |out| out.put_i32(new));
        }
    }

    fn show(&mut self, list: &'a [u8]) {
        self.list = list;
        let (ids, _) = list.as_chunks();
        let ids = ids.iter().map(|id| i32::from_be_bytes(*id));
        self.stand_ins.ids(ids.clone(), &mut self.shown);
        self.is_changed = !ids.eq(self.shown.iter().copied());
    }
}
