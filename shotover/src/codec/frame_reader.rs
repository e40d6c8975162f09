//! How do bytes come off a socket without being copied, and without trusting the peer's lengths?

use super::budget::{ALWAYS, Budget, Held};
use super::length::{FrameError, LengthLimits, MAX_FRAME};
use crate::message::LENGTH_PREFIX;
use bytes::{Bytes, BytesMut};
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::AsyncRead;
use tokio::time::{Instant, Sleep, sleep};
use tokio_util::io::poll_read_buf;

/// Space made for the first read of a quiet connection.
const SMALL_READ: usize = 16 * 1024;

/// Space made for a read of a connection that fills what it is given.
const LARGE_READ: usize = 256 * 1024;

/// When a long frame asks again whether there is room for it.
const ASK_AGAIN: Duration = Duration::from_millis(20);

/// How long a long frame waits for room at most. Others may hold what they do not read for minutes: whoever reads is
/// slowed down and not cut off.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// Reads a socket and cuts what arrived into frames.
///
/// A frame is cut off the buffer it was read into, so its bytes stay where the kernel put them. Space is made for
/// what was announced only as far as the peer has shown that it sends such frames: at most twice of what arrived,
/// or the longest frame that arrived before. A long frame waits until the process may hold more bytes, for
/// one second at most, and is then read to its end: frames that wait for each other's room would wait for ever.
#[derive(Debug, Default)]
pub struct FrameReader {
    buffer: BytesMut,
    /// How much space the next read is given.
    read_size: usize,
    /// The longest frame seen on this connection.
    longest: usize,
    held: Held,
    /// Whether the long frame that is being read has its room.
    admitted: bool,
    waits_since: Option<Instant>,
    ask_again: Option<Pin<Box<Sleep>>>,
}

impl FrameReader {
    /// A reader that has read nothing.
    pub fn new() -> Self {
        Self::within(Budget::of_process())
    }

    /// A reader that has read nothing, of what may be held within this budget.
    pub(super) fn within(budget: &'static Budget) -> Self {
        Self {
            buffer: BytesMut::new(),
            read_size: SMALL_READ,
            longest: 0,
            held: Held::of(budget),
            admitted: false,
            waits_since: None,
            ask_again: None,
        }
    }

    /// Reads once; ready with the number of bytes, 0 at the end of the stream.
    ///
    /// # Errors
    /// When the socket fails.
    pub fn poll_read<S: AsyncRead + Unpin>(
        &mut self,
        stream: &mut S,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_room(cx));
        self.make_space();
        let space = self.buffer.capacity() - self.buffer.len();
        let outcome = poll_read_or_release(&mut self.buffer, stream, cx);
        if outcome.is_pending() && !self.admitted {
            self.held.set(self.buffer.len());
        }
        let read = ready!(outcome)?;
        self.read_size = if read >= space {
            LARGE_READ
        } else if read < SMALL_READ {
            SMALL_READ
        } else {
            self.read_size
        };
        Poll::Ready(Ok(read))
    }

    /// Cuts the next frame, length prefix included, if all of it has arrived.
    pub(super) fn next_frame(&mut self, limits: LengthLimits) -> Result<Option<Bytes>, FrameError> {
        let Some(payload) = self.announced(limits)? else {
            return Ok(None);
        };
        let length = LENGTH_PREFIX + payload;
        if self.buffer.len() < length {
            return Ok(None);
        }
        self.longest = self.longest.max(length);
        let frame = self.buffer.split_to(length).freeze();
        if self.admitted {
            self.admitted = false;
            self.held.set(self.buffer.len());
        }
        Ok(Some(frame))
    }

    /// Ready when what is being read is short, or there is room for it.
    fn poll_room(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let length = self.announced_length().min(LENGTH_PREFIX + MAX_FRAME);
        if self.admitted || length <= ALWAYS {
            return Poll::Ready(());
        }
        while !self.held.budget().has_room() {
            // Its beginning does not count: many of them would leave no room for any.
            self.held.set(0);
            let now = Instant::now();
            if now - *self.waits_since.get_or_insert(now) >= LONGEST_WAIT {
                break;
            }
            let sleep = self
                .ask_again
                .get_or_insert_with(|| Box::pin(sleep(ASK_AGAIN)));
            ready!(sleep.as_mut().poll(cx));
            self.ask_again = None;
        }
        self.waits_since = None;
        self.admitted = true;
        self.held.set(length);
        Poll::Ready(())
    }

    /// The length of the frame that is being read, its prefix included; 0 when it is not known.
    fn announced_length(&self) -> usize {
        self.buffer.first_chunk().map_or(0, |prefix| {
            usize::try_from(i32::from_be_bytes(*prefix))
                .unwrap_or(0)
                .saturating_add(LENGTH_PREFIX)
        })
    }

    fn announced(&self, limits: LengthLimits) -> Result<Option<usize>, FrameError> {
        self.buffer
            .first_chunk()
            .map(|prefix| limits.check(*prefix))
            .transpose()
    }

    /// Bytes that arrived and are not part of a frame that was cut.
    pub fn buffered(&self) -> usize {
        self.buffer.len()
    }

    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.buffer.capacity()
    }

    fn make_space(&mut self) {
        let arrived = self.buffer.len();
        let missing = self.announced_length().saturating_sub(arrived);
        let wanted = missing.min(arrived.max(self.longest)).max(self.read_size);
        // Growing before the space is nearly used up would double it with every read.
        if self.buffer.capacity() - arrived < self.read_size / 4 {
            self.buffer.reserve(wanted);
        }
    }
}

/// Reads into `buffer`, and gives its memory back when there is nothing to read and nothing in it: a connection
/// that waits costs no buffer.
fn poll_read_or_release<S: AsyncRead + Unpin>(
    buffer: &mut BytesMut,
    stream: &mut S,
    cx: &mut Context<'_>,
) -> Poll<io::Result<usize>> {
    let outcome = poll_read_buf(Pin::new(stream), cx, buffer);
    if outcome.is_pending() && buffer.is_empty() {
        *buffer = BytesMut::new();
    }
    outcome
}
