//! How many bytes of requests and answers may the whole process hold?
//!
//! Every reader and writer of frames charges what rests with it when its socket has no more to give or takes no more, and
//! every message that waits for something else charges itself ([`Message::to_rest`](crate::message::Message::to_rest)).
//! What passes through without resting costs nothing, not even an atomic operation.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes that may be held unless the configuration says otherwise.
pub const DEFAULT_HELD_BYTES: usize = 1024 * 1024 * 1024;

/// A frame of this length is read at once whatever others hold, and so many bytes of answers may wait for each client and of
/// requests for each broker: whoever asks for little is served also when the budget is exhausted.
pub const ALWAYS: usize = 64 * 1024;

static OF_PROCESS: Budget = Budget::new(DEFAULT_HELD_BYTES);

/// A limit on bytes, and how many of them are held.
#[derive(Debug)]
pub struct Budget {
    limit: AtomicUsize,
    held: AtomicUsize,
}

impl Budget {
    /// A budget of so many bytes, none of which is held.
    pub const fn new(limit: usize) -> Self {
        Self {
            limit: AtomicUsize::new(limit),
            held: AtomicUsize::new(0),
        }
    }

    /// The one of this process.
    pub fn of_process() -> &'static Self {
        &OF_PROCESS
    }

    /// Sets the limit, for what comes from now on.
    pub fn set_limit(&self, bytes: usize) {
        self.limit.store(bytes, Ordering::Relaxed);
    }

    /// The limit.
    pub fn limit(&self) -> usize {
        self.limit.load(Ordering::Relaxed)
    }

    /// Bytes that are held, and a few times those that have arrived of frames that are being read.
    pub fn held(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }

    /// Whether anything more than the least may be held.
    pub(crate) fn has_room(&self) -> bool {
        self.held() < self.limit()
    }
}

/// This limit of a connection on what waits, or what each may always hold while the process holds all that it may.
#[inline]
pub fn while_there_is_room(limit: usize) -> usize {
    if Budget::of_process().has_room() {
        limit
    } else {
        ALWAYS
    }
}

/// What somebody holds of a budget; given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Held {
    budget: &'static Budget,
    bytes: usize,
}

impl Held {
    pub(crate) fn of(budget: &'static Budget) -> Self {
        Self { budget, bytes: 0 }
    }

    pub(crate) fn budget(&self) -> &'static Budget {
        self.budget
    }

    /// Whether others leave room for more.
    pub(crate) fn is_there_room_beside(&self) -> bool {
        self.budget.held().saturating_sub(self.bytes) < self.budget.limit()
    }

    /// How much that is.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// It is this much now.
    pub(crate) fn set(&mut self, bytes: usize) {
        if bytes > self.bytes {
            let more = bytes - self.bytes;
            self.budget.held.fetch_add(more, Ordering::Relaxed);
        } else if bytes < self.bytes {
            let less = self.bytes - bytes;
            self.budget.held.fetch_sub(less, Ordering::Relaxed);
        }
        self.bytes = bytes;
    }
}

impl Default for Held {
    fn default() -> Self {
        Self::of(Budget::of_process())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.set(0);
    }
}
