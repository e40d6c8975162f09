//! What comes at a time of a message that is passed on while it arrives?

use super::Piped;
use bytes::Bytes;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// So many bytes or fewer.
    pub most: usize,
    /// Whether they may be [piped](Portion::Piped).
    pub may_be_piped: bool,
}

impl Wanted {
    /// So many bytes or fewer, in memory.
    pub fn in_memory(most: usize) -> Self {
        Self {
            most,
            may_be_piped: false,
        }
    }
}

/// The bytes that come next; one at least.
#[derive(Debug)]
pub enum Portion {
    /// They are in memory.
    Read(Bytes),
    /// They are in a pipe, from which the kernel moves them to the other socket. Nothing looks into them.
    Piped(Piped),
}

impl Portion {
    /// How many bytes these are.
    #[expect(clippy::len_without_is_empty, reason = "it never is")]
    pub fn len(&self) -> usize {
        match self {
            Self::Read(bytes) => bytes.len(),
            Self::Piped(piped) => piped.len(),
        }
    }
}
