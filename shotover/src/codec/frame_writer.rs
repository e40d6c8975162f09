//! How do frames get onto a socket with few system calls and no copying?

use crate::message::Frame;
use bytes::{Buf, Bytes};
use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::AsyncWrite;

/// Pieces given to the kernel with one call.
const PIECES_PER_WRITE: usize = 64;

/// Frames that wait to be written, as the pieces they are made of.
#[derive(Debug, Default)]
pub struct FrameWriter {
    queue: VecDeque<Bytes>,
    queued: usize,
    written: u64,
    /// Whether the stream may hold bytes that were written but not flushed.
    unflushed: bool,
}

impl FrameWriter {
    /// A writer with nothing to write.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a frame at the end of the queue. Whoever calls this looks at [`queued`](Self::queued) first.
    pub fn push(&mut self, frame: &Frame) {
        self.queued += frame.wire_len();
        self.queue.extend(
            frame
                .pieces()
                .iter()
                .filter(|piece| !piece.is_empty())
                .cloned(),
        );
    }

    /// Bytes that wait to be written.
    pub fn queued(&self) -> usize {
        self.queued
    }

    /// Bytes written since the start.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// Writes until the queue is empty and the stream flushed.
    ///
    /// # Errors
    /// When the socket fails.
    pub fn poll_flush<S: AsyncWrite + Unpin>(
        &mut self,
        stream: &mut S,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        while !self.queue.is_empty() {
            let written = ready!(self.poll_write(stream, cx))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.advance(written);
        }
        if self.unflushed {
            ready!(Pin::new(stream).poll_flush(cx))?;
            self.unflushed = false;
        }
        Poll::Ready(Ok(()))
    }

    fn poll_write<S: AsyncWrite + Unpin>(
        &mut self,
        stream: &mut S,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        self.unflushed = true;
        let mut slices = [IoSlice::new(&[]); PIECES_PER_WRITE];
        let mut used = 0;
        for (slice, piece) in slices.iter_mut().zip(&self.queue) {
            *slice = IoSlice::new(piece);
            used += 1;
        }
        Pin::new(stream).poll_write_vectored(cx, slices.get(..used).unwrap_or_default())
    }

    fn advance(&mut self, mut written: usize) {
        self.queued = self.queued.saturating_sub(written);
        self.written = self
            .written
            .saturating_add(u64::try_from(written).unwrap_or(u64::MAX));
        while let Some(first) = self.queue.front_mut() {
            if written < first.len() {
                first.advance(written);
                return;
            }
            written -= first.len();
            self.queue.pop_front();
        }
    }
}
