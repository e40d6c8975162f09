//! How is a tagged field left out?

use crate::cluster::api::write::put_length;
use bytes::{BufMut, BytesMut};
use shotover::wire::{Malformed, Reader, Splice};
use std::ops::Range;

/// Leaves this field out of the tagged fields that start at the reader's next byte, which it then has read. Everything
/// else stays as it is.
pub(super) fn without_tag(
    reader: &mut Reader<'_>,
    unwanted: u32,
    splice: &mut Splice<'_>,
) -> Result<(), Malformed> {
    let start = reader.position();
    let mut has_it = false;
    let before = reader.clone();
    reader.tags(|tag, _| {
        has_it |= tag == unwanted;
        Ok(())
    })?;
    if !has_it {
        return Ok(());
    }
    let mut kept = BytesMut::new();
    let mut count = 0;
    before.clone().tags(|tag, mut content| {
        if tag != unwanted {
            count += 1;
            let content = content.take(content.left(), "tagged field")?;
            put_tag(&mut kept, tag, content);
        }
        Ok(())
    })?;
    let range: Range<usize> = start..reader.position();
    splice.replace(range, |out| {
        put_length(out, count);
        out.put_slice(&kept);
    });
    Ok(())
}

fn put_tag(out: &mut BytesMut, tag: u32, content: &[u8]) {
    shotover::wire::value::put_uvarint(out, tag);
    put_length(out, content.len());
    out.put_slice(content);
}
