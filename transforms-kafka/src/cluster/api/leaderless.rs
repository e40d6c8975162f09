//! How is a partition shown whose leader is known to be down?
//!
//! Until another one is elected, brokers go on to tell of it in Metadata. A client that could not connect to it would keep
//! its records and ask again; here it reaches a proxy, and would use up its retries. A partition without a leader is what
//! every client waits for without doing so.

use super::edit_metadata::{Edit, Partition, edit};
use bytes::{BufMut, Bytes};
use shotover::wire::{ErrorCode, Malformed, Splice};

/// The body of a Metadata answer where none of the partitions has one of these brokers as its leader; none if that is so
/// already.
pub(crate) fn without_leaders(
    version: i16,
    body: &Bytes,
    is_down: &mut dyn FnMut(i32) -> bool,
) -> Result<Option<Vec<Bytes>>, Malformed> {
    edit(version, body, &mut Leaderless { is_down })
}

struct Leaderless<'d> {
    is_down: &'d mut dyn FnMut(i32) -> bool,
}

impl<'a> Edit<'a> for Leaderless<'_> {
    fn leader(&mut self, splice: &mut Splice<'a>, partition: Partition) {
        if (self.is_down)(partition.leader) {
            splice.replace(partition.head, |out| {
                out.put_i16(ErrorCode::LEADER_NOT_AVAILABLE.0);
                out.put_i32(partition.index);
                out.put_i32(-1);
            });
        }
    }
}
