//! What bytes is a message made of, without copying them together?

use crate::budget::{Budget, Held};
use bytes::{Buf, Bytes, BytesMut};
use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

/// Bytes of the length that precedes every Kafka request and response.
pub const LENGTH_PREFIX: usize = 4;

/// What waits for as long as a peer decides is copied below this length: it may hold a buffer of 256 KiB that others were
/// read into as well, so what waits holds four times its length at most.
pub(crate) const RESTS_ALONE: usize = 64 * 1024;

/// One that is a smaller part than 1/32 of what it would keep alive is copied at once.
const SMALL_PART: usize = 32;

/// A whole Kafka frame, length prefix included: one run of bytes, or several that are written one after the other.
///
/// A frame of several pieces is what an edit by splicing leaves behind: a few new bytes between slices of the frame
/// that came from the peer.
#[derive(Clone, Debug)]
pub struct Frame(Pieces);

#[derive(Clone, Debug)]
enum Pieces {
    One(Piece),
    Several(Vec<Piece>),
}

/// A run of bytes of a frame. It may reach over what arrived behind it, so that frames which arrived one behind the other
/// and leave so are given to the kernel as one run.
#[derive(Clone)]
pub struct Piece {
    bytes: Bytes,
    /// How many of the bytes it is; the rest is somebody else's.
    length: usize,
}

impl Piece {
    /// The first `length` of these bytes.
    #[inline]
    pub(crate) fn beginning(bytes: Bytes, length: usize) -> Self {
        let length = length.min(bytes.len());
        Self { bytes, length }
    }

    /// Bytes of it, without the look at them that a slice takes.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.length
    }

    /// Takes the next piece in, if it lies in memory where this one ends and this one reaches over it.
    #[inline]
    pub(crate) fn join(&mut self, next: &[u8]) -> bool {
        let behind = self.bytes.get(self.length..).unwrap_or_default();
        let is_behind = behind.as_ptr() == next.as_ptr() && behind.len() >= next.len();
        if is_behind {
            self.length += next.len();
        }
        is_behind
    }

    /// Leaves out what comes first.
    pub(crate) fn advance(&mut self, count: usize) {
        let count = count.min(self.length);
        self.bytes.advance(count);
        self.length -= count;
    }

    /// From here to its end.
    pub(crate) fn slice_from(&self, start: usize) -> Bytes {
        self.bytes.slice(start.min(self.length)..self.length)
    }
}

impl From<Bytes> for Piece {
    #[inline]
    fn from(bytes: Bytes) -> Self {
        let length = bytes.len();
        Self { bytes, length }
    }
}

/// Without what it reaches over, which may be a secret of another frame.
impl fmt::Debug for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.slice_from(0).fmt(f)
    }
}

impl Deref for Piece {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

/// Bytes that wait.
struct Resting {
    bytes: Bytes,
    /// What counts for them, and for others that wait as long.
    _held: Held,
}

impl Resting {
    /// These bytes, for which so many count.
    fn of(bytes: Bytes, length: usize, budget: &'static Budget) -> Bytes {
        let mut held = Held::of(budget);
        held.set(length);
        Bytes::from_owner(Self { bytes, _held: held })
    }
}

impl AsRef<[u8]> for Resting {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Frame {
    /// A frame that lies in one piece, as the codec cuts it.
    pub(crate) fn whole(bytes: impl Into<Piece>) -> Self {
        Self(Pieces::One(bytes.into()))
    }

    /// A frame of these pieces, the first of which has the length prefix and the header.
    pub(super) fn several(pieces: Vec<Piece>) -> Self {
        Self(Pieces::Several(pieces))
    }

    /// A frame of `header` (without length prefix) and the pieces of its body.
    ///
    /// Returns `None` when the sum of the lengths does not fit the length prefix.
    pub(crate) fn assemble(header: &[u8], body: Vec<Bytes>) -> Option<Self> {
        Self::begin(header, body, 0)
    }

    /// The beginning of such a frame, behind which so many bytes are to follow.
    pub(super) fn begin(header: &[u8], body: Vec<Bytes>, missing: usize) -> Option<Self> {
        let there = header.len().checked_add(missing)?;
        let length = body
            .iter()
            .try_fold(there, |sum, piece| sum.checked_add(piece.len()))?;
        let length = i32::try_from(length).ok()?;
        let mut front = BytesMut::with_capacity(LENGTH_PREFIX + header.len());
        front.extend_from_slice(&length.to_be_bytes());
        front.extend_from_slice(header);
        let mut pieces = Vec::with_capacity(body.len() + 1);
        pieces.push(front.freeze().into());
        let body = body.into_iter().filter(|piece| !piece.is_empty());
        pieces.extend(body.map(Piece::from));
        Some(Self(Pieces::Several(pieces)))
    }

    /// The same frame, to be kept for as long as somebody else decides: a short one in bytes of its own. They count as held
    /// until nobody has any of them.
    pub(super) fn at_rest(self, budget: &'static Budget) -> Self {
        let length = self.wire_len();
        let resting = |bytes| Piece::from(Resting::of(bytes, length, budget));
        if length < RESTS_ALONE {
            return Self::whole(resting(self.copied()));
        }
        match self.0 {
            Pieces::One(piece) => Self::whole(resting(piece.slice_from(0))),
            Pieces::Several(mut pieces) => {
                // All are dropped together, or nearly.
                if let Some(first) = pieces.first_mut() {
                    *first = resting(first.slice_from(0));
                }
                Self::several(pieces)
            }
        }
    }

    /// The pieces in the order in which they are written.
    pub fn pieces(&self) -> &[Piece] {
        match &self.0 {
            Pieces::One(piece) => std::slice::from_ref(piece),
            Pieces::Several(pieces) => pieces,
        }
    }

    /// Gives its pieces away in the order in which they are written.
    #[inline]
    pub(crate) fn into_pieces(self, mut take: impl FnMut(Piece)) {
        match self.0 {
            Pieces::One(piece) => take(piece),
            Pieces::Several(pieces) => pieces.into_iter().for_each(take),
        }
    }

    /// Length in bytes, length prefix included.
    pub fn wire_len(&self) -> usize {
        match &self.0 {
            Pieces::One(piece) => piece.len(),
            Pieces::Several(pieces) => pieces.iter().map(Piece::len).sum(),
        }
    }

    /// The first `length` bytes, or all if there are fewer; copies no more than these when the frame is in several
    /// pieces.
    pub(super) fn front(&self, length: usize) -> Cow<'_, [u8]> {
        match &self.0 {
            Pieces::One(piece) => Cow::Borrowed(piece.get(..length).unwrap_or(piece)),
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

    /// Its bytes, without what they were part of.
    fn copied(&self) -> Bytes {
        let mut alone = BytesMut::with_capacity(self.wire_len());
        for piece in self.pieces() {
            alone.extend_from_slice(piece);
        }
        alone.freeze()
    }

    /// The same frame, of bytes of its own if it would keep so many alive and be a small part of them.
    pub(super) fn part_of(self, whole: usize) -> Self {
        match (RESTS_ALONE..whole / SMALL_PART).contains(&self.wire_len()) {
            true => Self::whole(self.copied()),
            false => self,
        }
    }

    /// The frame in one piece; copies when it is in several.
    pub fn contiguous(&self) -> Bytes {
        match &self.0 {
            Pieces::One(piece) => piece.slice_from(0),
            Pieces::Several(_) => self.copied(),
        }
    }
}
