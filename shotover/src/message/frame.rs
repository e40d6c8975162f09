//! What bytes is a message made of, without copying them together?

use bytes::{Bytes, BytesMut};
use std::borrow::Cow;

/// Bytes of the length that precedes every Kafka request and response.
pub const LENGTH_PREFIX: usize = 4;

/// What waits for as long as a peer decides is copied below this length: it may hold a buffer of 256 KiB that others were
/// read into as well.
pub(crate) const RESTS_ALONE: usize = 32 * 1024;

/// A whole Kafka frame, length prefix included: one run of bytes, or several that are written one after the other.
///
/// A frame of several pieces is what an edit by splicing leaves behind: a few new bytes between slices of the frame
/// that came from the peer.
#[derive(Clone, Debug)]
pub struct Frame(Pieces);

#[derive(Clone, Debug)]
enum Pieces {
    One(Bytes),
    Several(Vec<Bytes>),
}

impl Frame {
    /// A frame that lies in one piece, as the codec cuts it.
    pub(crate) fn whole(bytes: Bytes) -> Self {
        Self(Pieces::One(bytes))
    }

    /// A frame of these pieces, the first of which has the length prefix and the header.
    pub(super) fn several(pieces: Vec<Bytes>) -> Self {
        Self(Pieces::Several(pieces))
    }

    /// A frame of `header` (without length prefix) and the pieces of its body.
    ///
    /// Returns `None` when the sum of the lengths does not fit the length prefix.
    pub(crate) fn assemble(header: &[u8], body: Vec<Bytes>) -> Option<Self> {
        let length = body
            .iter()
            .try_fold(header.len(), |sum, piece| sum.checked_add(piece.len()))?;
        let length = i32::try_from(length).ok()?;
        let mut front = BytesMut::with_capacity(LENGTH_PREFIX + header.len());
        front.extend_from_slice(&length.to_be_bytes());
        front.extend_from_slice(header);
        let mut pieces = Vec::with_capacity(body.len() + 1);
        pieces.push(front.freeze());
        pieces.extend(body.into_iter().filter(|piece| !piece.is_empty()));
        Some(Self(Pieces::Several(pieces)))
    }

    /// The pieces in the order in which they are written.
    pub fn pieces(&self) -> &[Bytes] {
        match &self.0 {
            Pieces::One(bytes) => std::slice::from_ref(bytes),
            Pieces::Several(pieces) => pieces,
        }
    }

    /// Gives its pieces away in the order in which they are written.
    pub(crate) fn into_pieces(self, mut take: impl FnMut(Bytes)) {
        match self.0 {
            Pieces::One(bytes) => take(bytes),
            Pieces::Several(pieces) => pieces.into_iter().for_each(take),
        }
    }

    /// Length in bytes, length prefix included.
    pub fn wire_len(&self) -> usize {
        self.pieces().iter().map(Bytes::len).sum()
    }

    /// The first `length` bytes, or all if there are fewer; copies no more than these when the frame is in several
    /// pieces.
    pub(super) fn front(&self, length: usize) -> Cow<'_, [u8]> {
        match &self.0 {
            Pieces::One(bytes) => Cow::Borrowed(bytes.get(..length).unwrap_or(bytes)),
            Pieces::Several(pieces) => {
                let mut front = Vec::with_capacity(length.min(self.wire_len()));
                for piece in pieces {
                    let room = length.saturating_sub(front.len());
                    front.extend_from_slice(piece.get(..room).unwrap_or(piece));
                }
                Cow::Owned(front)
            }
        }
    }

    /// The frame in one piece; copies when it is in several.
    pub fn contiguous(&self) -> Bytes {
        match &self.0 {
            Pieces::One(bytes) => bytes.clone(),
            Pieces::Several(pieces) => {
                let mut whole = BytesMut::with_capacity(self.wire_len());
                for piece in pieces {
                    whole.extend_from_slice(piece);
                }
                whole.freeze()
            }
        }
    }
}
