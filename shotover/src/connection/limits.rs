//! What may one client connection hold, and for how long?

use crate::budget::while_there_is_room;
use std::time::Duration;

/// Requests of one client that may be on their way at a time; more are left in the socket.
pub(super) const MAX_REQUESTS_IN_FLIGHT: usize = 1_000;

/// Bytes of answers that wait for one client to read them before nothing more is read from its brokers and itself.
/// One answer that is longer still passes.
pub(super) const MAX_QUEUED_ANSWER_BYTES: usize = 4 * 1024 * 1024;

/// The same, as it is now: less while the process holds all that it may.
pub(super) fn most_queued_answer_bytes() -> usize {
    while_there_is_room(MAX_QUEUED_ANSWER_BYTES)
}

/// Bytes of answers that wait for an answer before them, which a broker may be long in giving, when nothing more may be added
/// to them. One answer that is longer still passes; the next one ends the connection: to stop its brokers would stop the
/// one that is waited for as well.
const MAX_HELD_ANSWER_BYTES: usize = 16 * 1024 * 1024;

/// The same, as it is now: less while the process holds all that it may.
pub(super) fn most_held_answer_bytes() -> usize {
    while_there_is_room(MAX_HELD_ANSWER_BYTES)
}

/// Bytes that may wait for a client with TLS when more of an answer is read whose beginning has left: no more than such a
/// beginning, so that it leaves together with what follows. Without TLS none may: what follows is moved by the kernel.
pub(super) const QUEUED_BEFORE_REST: usize = 16 * 1024;

/// Bytes that are read at a time of the rest of a request, where they are not moved by the kernel.
const READ_OF_A_REQUEST: usize = 256 * 1024;

/// The same, as it is now: less while the process holds all that it may.
pub(super) fn most_read_of_a_request() -> usize {
    while_there_is_room(READ_OF_A_REQUEST)
}

/// Bytes that are read at a time of the rest of a request that was answered before it has all come, and thrown away.
pub(super) const DISCARDED_AT_A_TIME: usize = 16 * 1024;

/// Bytes of the rest of a message that are passed on before anything else gets its turn.
pub(super) const REST_BYTES_PER_STEP: usize = 2 * 1024 * 1024;

/// Bytes of requests that go down the chain together.
pub(super) const MAX_BATCH_BYTES: usize = 4 * 1024 * 1024;

/// Reads from the client's socket before the chain runs, so that a fast client does not keep its answers waiting.
pub(super) const READS_PER_STEP: usize = 8;

/// How long a closed connection is kept to let the client read its last answers: closing a socket with unread bytes
/// in it makes the kernel throw away what it has not yet delivered.
pub(super) const LINGER: Duration = Duration::from_secs(1);

/// How long a connection is kept for what no answer tells of, once its client has all answers and sends nothing more.
pub(super) const FINISH: Duration = Duration::from_secs(20);

/// How long the answers of a client are waited for that has closed its side of the connection: mostly it is gone, and its
/// place may be wanted.
pub(super) const LEFT: Duration = Duration::from_secs(60);

/// The bytes per second that a client must send of a frame it began, once the frame is older than
/// [`ConnectionLimits::frame_grace`].
pub(super) const SLOWEST_FRAME_BYTES_PER_SECOND: u64 = 1024;

/// Bytes of a frame for which that is enough.
pub(super) const SLOW_BYTES_OF_A_FRAME: u64 = 64 * 1024;

/// The same for what is beyond: what a long frame holds meanwhile others may not.
pub(super) const SLOWEST_LONG_FRAME_BYTES_PER_SECOND: u64 = 32 * 1024;

/// The same for the first frame of a connection, which is read of anybody: at less than this, connections that are not
/// meant seriously could be held open with next to nothing.
pub(super) const SLOWEST_FIRST_FRAME_BYTES_PER_SECOND: u64 = 64 * 1024;

/// The times after which a client is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// Until the first request is complete, but for 1 s more for every 64 KiB that arrived.
    pub first_request: Duration,
    /// Until a request that was begun must be complete, but for 1 s more for every KiB of the first 64 that arrived, and for
    /// every 32 KiB of the rest.
    pub frame_grace: Duration,
    /// Without a byte read or written, unless a request is on its way and none is begun. Kafka's `connections.max.idle.ms` default.
    pub idle: Duration,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            first_request: Duration::from_secs(10),
            frame_grace: Duration::from_secs(10),
            idle: Duration::from_secs(600),
        }
    }
}
