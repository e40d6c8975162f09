//! How do answers get to the client?

use super::super::deadlines::Deadlines;
use super::super::limits::LINGER;
use super::super::rest::Rest;
use super::super::slots::Answered;
use super::{Connection, Phase, count};
use crate::codec::FrameWriter;
use crate::message::Message;
use crate::observability::{Run, SourceMetrics};
use crate::socket::Socket;
use crate::transforms::TransformError;
use crate::wire::ApiKey;
use std::future::poll_fn;
use std::io;
use std::task::{Context, Poll};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, timeout};

impl<S: Socket> Connection<S> {
    /// Queues the answers that waited for one that has left.
    pub(super) fn send_held(
        &mut self,
        now: Instant,
        counted: &mut Run<(ApiKey, Instant)>,
    ) -> Result<(), TransformError> {
        while let Some(Answered { arrived, message }) = self.slots.pop() {
            self.send(message, arrived, now, counted)?;
        }
        Ok(())
    }

    /// Queues an answer whose turn it is.
    #[inline]
    pub(super) fn send(
        &mut self,
        message: Message,
        arrived: Instant,
        now: Instant,
        counted: &mut Run<(ApiKey, Instant)>,
    ) -> Result<(), TransformError> {
        let request = message.request_ref();
        self.decoder.answered(request, &message);
        counted.add((request.api_key, arrived), count(&self.metrics, now));
        match (message.missing(), &mut self.rest) {
            (0, _) => {}
            (missing, Some(rest)) => rest.begin(message.id(), missing),
            (missing, rest) => *rest = Some(Box::new(Rest::of(message.id(), missing))),
        }
        let is_first = self.writer.is_flushed();
        self.writer.push(message.into_frame()?);
        self.deadlines.queued(now, is_first);
        Ok(())
    }

    /// Writes what waits for the client.
    #[inline]
    pub(super) fn poll_write(&mut self, cx: &mut Context<'_>) {
        if let Poll::Ready(Err(error)) = self.poll_flush(cx)
            && !matches!(self.phase, Phase::Failed(_))
        {
            // What was read of it before is sent on, as when reading fails.
            self.failed(error.kind());
        }
    }

    #[inline]
    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let moves = (&*self.metrics, &mut self.deadlines);
        poll_flush(&mut self.writer, &mut self.stream, moves, cx)
    }

    /// Writes what is complete, says that nothing more comes, and lets the client read it.
    pub(super) async fn deliver(&mut self) {
        let delivered = timeout(LINGER, async {
            poll_fn(|cx| self.poll_flush(cx)).await?;
            self.stream.shutdown().await?;
            if self.phase == Phase::HalfClosed {
                return Ok(());
            }
            // Not an array: every connection would have room for it as long as it lives.
            let mut unread = vec![0; 4096];
            while self.stream.read(&mut unread).await? > 0 {}
            io::Result::Ok(())
        });
        // The client may be gone already, or never stop to send: either way there is nothing left to do for it.
        drop(delivered.await);
    }
}

/// Writes what waits for the client, and takes note of what it took.
#[inline]
pub(super) fn poll_flush<S: Socket>(
    writer: &mut FrameWriter,
    stream: &mut S,
    moves: (&SourceMetrics, &mut Deadlines),
    cx: &mut Context<'_>,
) -> Poll<io::Result<()>> {
    match writer.is_flushed() {
        true => Poll::Ready(Ok(())),
        false => poll_flush_some(writer, stream, moves, cx),
    }
}

fn poll_flush_some<S: Socket>(
    writer: &mut FrameWriter,
    stream: &mut S,
    (metrics, deadlines): (&SourceMetrics, &mut Deadlines),
    cx: &mut Context<'_>,
) -> Poll<io::Result<()>> {
    let (before, has_waited) = (writer.written(), writer.has_waited());
    let outcome = writer.poll_flush(stream, cx);
    let written = writer.written() - before;
    if written > 0 {
        metrics.bytes_sent(written);
        // What did not have to wait was queued just now.
        if has_waited || outcome.is_pending() {
            deadlines.taken(Instant::now());
        }
    }
    outcome
}
