//! How is a frame put together from new bytes and slices of another frame?

use super::frame::{Frame, LENGTH_PREFIX, Piece};
use bytes::{BufMut, Bytes, BytesMut};

/// The body of a message in the course of being put together, behind its header.
#[derive(Debug)]
pub struct Assembly {
    /// The first piece, once there is another: its length prefix is filled in last.
    front: Option<BytesMut>,
    /// The pieces behind it.
    pieces: Vec<Piece>,
    fresh: BytesMut,
    length: usize,
}

impl Assembly {
    /// Slices up to this many bytes are copied: a piece of its own would cost more.
    const COPIED_AT_MOST: usize = 2 * 1024;

    /// One with room for so many bytes behind the header.
    pub(super) fn new(header: &[u8], room: usize) -> Self {
        let mut fresh = BytesMut::with_capacity(LENGTH_PREFIX + header.len() + room);
        fresh.put_i32(0);
        fresh.put_slice(header);
        Self {
            front: None,
            pieces: Vec::new(),
            fresh,
            length: 0,
        }
    }

    /// Where new bytes are appended.
    pub fn fresh(&mut self) -> &mut BytesMut {
        &mut self.fresh
    }

    /// Appends bytes that lie in `whole`: a short slice is copied, a long one is not.
    pub fn slice(&mut self, whole: &Bytes, slice: &[u8]) {
        if self.fresh.is_empty()
            && let Some(last) = self.pieces.last_mut()
            && last.as_ptr_range().end == slice.as_ptr()
            && let Some(start) = last.as_ptr().addr().checked_sub(whole.as_ptr().addr())
            && let Some(joined) = whole.get(start..start + last.len() + slice.len())
        {
            // They stood side by side.
            self.length += slice.len();
            *last = whole.slice_ref(joined).into();
        } else if slice.len() <= Self::COPIED_AT_MOST {
            self.fresh.put_slice(slice);
        } else {
            self.flush();
            self.length += slice.len();
            self.pieces.push(whole.slice_ref(slice).into());
        }
    }

    /// How many bytes of slices of these lengths are copied, and whether that is all of them.
    pub fn copied(lengths: impl Iterator<Item = usize>) -> (usize, bool) {
        lengths.fold((0, true), |(copied, is_all), length| {
            match length <= Self::COPIED_AT_MOST {
                true => (copied + length, is_all),
                false => (copied, false),
            }
        })
    }

    fn flush(&mut self) {
        if self.fresh.is_empty() {
            return;
        }
        self.length += self.fresh.len();
        let fresh = self.fresh.split();
        match self.front {
            None => self.front = Some(fresh),
            Some(_) => self.pieces.push(fresh.freeze().into()),
        }
    }

    /// The frame; none if it is longer than a frame can be.
    pub(super) fn finish(mut self) -> Option<Frame> {
        if self.front.is_none() {
            fill_in_length(&mut self.fresh)?;
            return Some(Frame::whole(self.fresh.freeze()));
        }
        self.flush();
        let payload = i32::try_from(self.length - LENGTH_PREFIX).ok()?;
        let mut front = self.front?;
        *front.first_chunk_mut()? = payload.to_be_bytes();
        let front = front.freeze();
        self.pieces.insert(0, front.into());
        Some(Frame::several(self.pieces))
    }
}

/// Fills in the length of a frame in front of it. None if it is longer than a frame can be.
pub(super) fn fill_in_length(frame: &mut [u8]) -> Option<()> {
    let payload = i32::try_from(frame.len().checked_sub(LENGTH_PREFIX)?).ok()?;
    *frame.first_chunk_mut()? = payload.to_be_bytes();
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const COPIED_AT_MOST: usize = Assembly::COPIED_AT_MOST;

    #[test]
    fn long_slices_are_shared_and_short_ones_copied() {
        let whole = Bytes::from(vec![7; 2 * COPIED_AT_MOST]);
        let mut assembly = Assembly::new(b"head", 16);
        assembly.fresh().put_slice(b"body");
        assembly.slice(&whole, &whole[..COPIED_AT_MOST]);
        assembly.slice(&whole, &whole[..COPIED_AT_MOST + 1]);
        assembly.fresh().put_slice(b"end");
        let frame = assembly.finish().unwrap();
        let lengths: Vec<usize> = frame.pieces().iter().map(|it| it.len()).collect();
        assert_eq!(lengths, [4 + 4 + 4 + COPIED_AT_MOST, COPIED_AT_MOST + 1, 3]);
        assert_eq!(frame.pieces()[1].as_ptr(), whole.as_ptr());
        let bytes = frame.contiguous();
        let length = i32::try_from(bytes.len() - LENGTH_PREFIX).unwrap();
        assert_eq!(bytes[..4], length.to_be_bytes());
        assert_eq!(&bytes[4..12], b"headbody");
    }

    #[test]
    fn slices_that_stood_side_by_side_are_one_piece() {
        const LONG: usize = COPIED_AT_MOST + 1;
        let whole: Vec<u8> = (0..=250).cycle().take(4 * LONG).collect();
        let whole = Bytes::from(whole);
        let mut assembly = Assembly::new(b"", 0);
        let ranges = [
            10..10 + LONG,
            10 + LONG..10 + 2 * LONG,
            10 + 2 * LONG..20 + 2 * LONG,
            21 + 2 * LONG..21 + 3 * LONG,
        ];
        for range in ranges {
            assembly.slice(&whole, &whole[range]);
        }
        let frame = assembly.finish().unwrap();
        let lengths: Vec<usize> = frame.pieces().iter().map(|it| it.len()).collect();
        assert_eq!(lengths, [4, 2 * LONG + 10, LONG]);
        assert_eq!(*frame.pieces()[1], whole[10..20 + 2 * LONG]);
    }

    #[test]
    fn what_is_copied_is_counted_before() {
        let lengths = [0, 7, COPIED_AT_MOST];
        assert_eq!(
            Assembly::copied(lengths.into_iter()),
            (COPIED_AT_MOST + 7, true)
        );
        let longer = lengths.into_iter().chain([COPIED_AT_MOST + 1]);
        assert_eq!(Assembly::copied(longer), (COPIED_AT_MOST + 7, false));
    }

    #[test]
    fn a_frame_without_slices_is_one_piece() {
        let mut assembly = Assembly::new(b"head", 16);
        assembly.fresh().put_bytes(1, 1_000);
        let frame = assembly.finish().unwrap();
        assert_eq!(frame.pieces().len(), 1);
        assert_eq!(frame.wire_len(), 4 + 4 + 1_000);
    }
}
