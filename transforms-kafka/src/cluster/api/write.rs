//! How are lengths and strings written?

use bytes::{BufMut, BytesMut};
use shotover::wire::value::put_uvarint;
use shotover::wire::{Encoding, Topic};

/// The number of elements of an array.
pub(in crate::cluster) fn put_count(out: &mut BytesMut, encoding: Encoding, count: usize) {
    match encoding {
        // Counts and lengths are those of parts of a frame, whose own length has 31 bits.
        Encoding::Fixed => out.put_i32(i32::try_from(count).unwrap_or(i32::MAX)),
        Encoding::Compact => put_length(out, count.saturating_add(1)),
    }
}

/// A string, or null. Of one longer than 32,767 bytes, which no name is, only those are written.
pub(in crate::cluster) fn put_string(
    out: &mut BytesMut,
    encoding: Encoding,
    string: Option<&[u8]>,
) {
    let Some(string) = string else {
        match encoding {
            Encoding::Fixed => out.put_i16(-1),
            Encoding::Compact => out.put_u8(0),
        }
        return;
    };
    let length = i16::try_from(string.len()).unwrap_or(i16::MAX);
    let kept = usize::from(length.unsigned_abs());
    match encoding {
        Encoding::Fixed => out.put_i16(length),
        Encoding::Compact => put_length(out, kept.saturating_add(1)),
    }
    out.put_slice(string.get(..kept).unwrap_or(string));
}

/// A topic as it is named.
pub(in crate::cluster) fn put_topic(out: &mut BytesMut, encoding: Encoding, topic: Topic<'_>) {
    match topic {
        Topic::Name(name) => put_string(out, encoding, Some(name)),
        Topic::Id(id) => out.put_slice(&id),
    }
}

/// A length, or a number of tagged fields.
pub(in crate::cluster) fn put_length(out: &mut BytesMut, length: usize) {
    put_uvarint(out, u32::try_from(length).unwrap_or(u32::MAX));
}

/// The end of a structure without tagged fields.
pub(in crate::cluster) fn put_no_tags(out: &mut BytesMut, encoding: Encoding) {
    match encoding {
        Encoding::Fixed => {}
        Encoding::Compact => out.put_u8(0),
    }
}
