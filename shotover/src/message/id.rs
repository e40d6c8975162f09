//! How is an answer paired with its request?

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// Ids from here on belong to requests that a transform made up.
const FIRST_MADE_UP: u64 = 1 << 63;

static NEXT_MADE_UP: AtomicU64 = AtomicU64::new(FIRST_MADE_UP);

/// Names a request on its way down a chain, and the response to it on the way up.
///
/// Requests of a client are counted from 0 on each connection, so the source can put answers that come in any order
/// back into request order by their ids alone. Requests that a transform makes up come from a counter of their own:
/// the two never meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageId(u64);

impl MessageId {
    /// The id of a client's request, given how many it sent before.
    pub(crate) const fn from_client(sequence: u64) -> Self {
        Self(sequence & !FIRST_MADE_UP)
    }

    /// An id for a request that no client sent.
    pub(crate) fn made_up() -> Self {
        Self(NEXT_MADE_UP.fetch_add(1, Ordering::Relaxed) | FIRST_MADE_UP)
    }

    /// How many requests the client sent before this one, or `None` for a request that a transform made up.
    pub fn client_sequence(self) -> Option<u64> {
        (self.0 < FIRST_MADE_UP).then_some(self.0)
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.client_sequence() {
            Some(sequence) => write!(f, "request {sequence}"),
            None => write!(f, "made-up request {}", self.0 - FIRST_MADE_UP),
        }
    }
}
