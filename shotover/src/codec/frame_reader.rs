//! How do bytes come off a socket without being copied, and without trusting the peer's lengths?

use super::length::{FrameError, LengthLimits};
use crate::message::LENGTH_PREFIX;
use bytes::{Bytes, BytesMut};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::AsyncRead;
use tokio_util::io::poll_read_buf;

/// Space made for the first read of a quiet connection.
const SMALL_READ: usize = 16 * 1024;

/// Space made for a read of a connection that fills what it is given.
const LARGE_READ: usize = 256 * 1024;

/// Reads a socket and cuts what arrived into frames.
///
/// A frame is cut off the buffer it was read into, so its bytes stay where the kernel put them. Space is made for
/// what was announced only as far as the peer has shown that it sends such frames: at most twice of what arrived,
/// or the longest frame that arrived before.
#[derive(Debug, Default)]
pub struct FrameReader {
    buffer: BytesMut,
    /// How much space the next read is given.
    read_size: usize,
    /// The longest frame seen on this connection.
    longest: usize,
}

impl FrameReader {
    /// A reader that has read nothing.
    pub fn new() -> Self {
        Self {
            buffer: BytesMut::new(),
            read_size: SMALL_READ,
            longest: 0,
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
        self.make_space();
        let space = self.buffer.capacity() - self.buffer.len();
        let outcome = ready!(poll_read_or_release(&mut self.buffer, stream, cx));
        let read = outcome?;
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
        Ok(Some(self.buffer.split_to(length).freeze()))
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
        let announced = self.buffer.first_chunk().map_or(0, |prefix| {
            usize::try_from(i32::from_be_bytes(*prefix))
                .unwrap_or(0)
                .saturating_add(LENGTH_PREFIX)
        });
        let missing = announced.saturating_sub(arrived);
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
