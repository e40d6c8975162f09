//! What is known of a request that is sent while it arrives?

use super::patience::Patience;
use shotover::message::{Message, RequestRef};

/// The request that was begun last on a connection, whose rest has not all been queued.
#[derive(Debug)]
pub(super) struct Unfinished {
    pub(super) request: RequestRef,
    pub(super) patience: Patience,
    /// Bytes that were queued before it.
    pub(super) before: u64,
    missing: usize,
    /// What is sent after it.
    pub(super) behind: Vec<Message>,
    pub(super) bytes_behind: usize,
}

impl Unfinished {
    pub(super) fn begun(request: &Message, before: u64) -> Self {
        Self {
            request: request.request_ref(),
            patience: Patience::with(request),
            before,
            missing: request.missing(),
            behind: Vec::new(),
            bytes_behind: 0,
        }
    }

    /// So many bytes more were queued. Returns whether they were the last.
    pub(super) fn came(&mut self, bytes: usize) -> bool {
        self.missing = self.missing.saturating_sub(bytes);
        self.missing == 0
    }

    #[cold]
    pub(super) fn put_behind(&mut self, request: Message) {
        self.bytes_behind += request.wire_len();
        self.behind.push(request);
    }

    /// Bytes that will be queued before anything else is.
    pub(super) fn to_come(&self) -> usize {
        self.missing + self.bytes_behind
    }
}
