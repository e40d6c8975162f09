//! How are a few bytes of a body replaced without copying the rest?

use std::ops::Range;

use bytes::{Bytes, BytesMut};

/// Unchanged bytes between two changes are copied up to this number: a slice of them would cost more.
const COPIED_AT_MOST: usize = 512;

/// A body in the course of being edited from front to back. What stays is not copied, but for pieces that are too small
/// to be worth a piece of their own.
#[derive(Debug)]
pub struct Splice<'a> {
    body: &'a Bytes,
    /// Everything in front of this is in the pieces, or replaced.
    done: usize,
    pieces: Vec<Bytes>,
    fresh: BytesMut,
    is_changed: bool,
}

impl<'a> Splice<'a> {
    /// Edits `body` from the byte at `start` on.
    pub fn new(body: &'a Bytes, start: usize) -> Self {
        Self {
            body,
            done: start,
            pieces: Vec::new(),
            fresh: BytesMut::new(),
            is_changed: false,
        }
    }

    /// Replaces this range, which lies behind all earlier ones, by what `write` appends.
    pub fn replace(&mut self, range: Range<usize>, write: impl FnOnce(&mut BytesMut)) {
        self.keep_until(range.start);
        write(&mut self.fresh);
        self.done = range.end;
        self.is_changed = true;
    }

    fn keep_until(&mut self, end: usize) {
        let unchanged = self.body.get(self.done..end).unwrap_or_default();
        if unchanged.len() <= COPIED_AT_MOST {
            self.fresh.extend_from_slice(unchanged);
        } else {
            self.flush();
            self.pieces.push(self.body.slice_ref(unchanged));
        }
    }

    fn flush(&mut self) {
        if !self.fresh.is_empty() {
            self.pieces.push(self.fresh.split().freeze());
        }
    }

    /// What the body has become up to `end`, as pieces; nothing if nothing was replaced.
    pub fn finish(mut self, end: usize) -> Option<Vec<Bytes>> {
        if !self.is_changed {
            return None;
        }
        self.keep_until(end);
        self.flush();
        Some(self.pieces)
    }
}
