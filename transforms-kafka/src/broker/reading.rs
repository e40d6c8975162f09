//! How are the answers of a broker read?

use super::super::patience::Patience;
use super::{BrokerConnection, BrokerLost, Opens, State};
use shotover::codec::{Portion, ResponseError, Wanted};
use shotover::message::Messages;
use shotover::observability::Run;
use shotover::wire::ApiKey;
use std::io;
use std::task::{Context, Poll, ready};
use tokio::time::Instant;

/// Bytes read of one broker before its answers are passed on.
const BYTES_PER_STEP: usize = 2 * 1024 * 1024;

/// Bytes read at a time of what is thrown away.
const DISCARDED_AT_A_TIME: usize = 16 * 1024;

impl BrokerConnection {
    pub(super) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        answers: &mut Messages,
    ) -> Result<(), BrokerLost> {
        let mut bytes = 0;
        while bytes < BYTES_PER_STEP {
            let State::Open(stream) = &mut self.state else {
                return Ok(());
            };
            let Poll::Ready(read) = self.reader.poll_read(stream, cx) else {
                return Ok(());
            };
            let read = read?;
            if read == 0 {
                return Err(BrokerLost::Closed(self.waiting()));
            }
            // Eight reads at most, however little each brings.
            bytes += read.max(BYTES_PER_STEP / 8);
            let now = Instant::now();
            self.silence.since = now;
            self.take_answers(now, answers)?;
            if self.reader.is_open() {
                return Ok(());
            }
        }
        // There may be more to read, and nothing else would wake the task for it.
        cx.waker().wake_by_ref();
        Ok(())
    }

    /// Takes the answers that have arrived.
    fn take_answers(&mut self, now: Instant, answers: &mut Messages) -> Result<(), ResponseError> {
        let mut counted = Run::default();
        let metrics = &self.metrics;
        let count = |(api_key, queued): (ApiKey, Instant), times| {
            let latency = now.saturating_duration_since(queued);
            metrics.count_responses(api_key, latency, times);
        };
        let outcome = loop {
            let (request, waiting) = match self.decoder.next_response(&mut self.reader, answers) {
                Ok(Some(answered)) => answered,
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            };
            counted.add((request.api_key, waiting.queued), count);
        };
        counted.end(count);
        outcome?;
        if self.opens == Opens::Fetching
            && let Some((answer, waiting)) = self.decoder.open_response(&mut self.reader)?
        {
            count((answer.api_key(), waiting.queued), 1);
            answers.push(answer);
        }
        Ok(())
    }

    /// Whether an answer is open whose rest has not all been asked for.
    pub(crate) fn is_open(&self) -> bool {
        self.reader.is_open()
    }

    /// Reads on in the answer that is open.
    pub(crate) fn poll_rest(
        &mut self,
        wanted: Wanted,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Portion, BrokerLost>> {
        let State::Open(stream) = &mut self.state else {
            return Poll::Ready(Err(io::Error::from(io::ErrorKind::NotConnected).into()));
        };
        let before = self.reader.buffered();
        let outcome = self.reader.poll_rest(stream, wanted, cx);
        let was_awaited = std::mem::replace(&mut self.awaits_rest, outcome.is_pending());
        // Nobody had to be heard before somebody asked.
        if outcome.is_ready() || !was_awaited || self.reader.buffered() != before {
            self.silence.since = Instant::now();
        }
        match outcome {
            Poll::Ready(rest) => Poll::Ready(rest.map_err(BrokerLost::from)),
            Poll::Pending => self.silence.poll(Some(Patience::USUAL), cx).map(Err),
        }
    }

    /// From now on the rest of the answer that is open is read without anybody asking for it, and thrown away.
    pub(crate) fn discard_rest(&mut self) {
        self.discards = self.reader.is_open();
    }

    /// Reads past what is thrown away. Ready when no answer is open.
    pub(super) fn poll_discard(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BrokerLost>> {
        while self.reader.is_open() {
            let State::Open(stream) = &mut self.state else {
                return Poll::Pending;
            };
            if !self.discards {
                return Poll::Pending;
            }
            ready!(
                self.reader
                    .poll_rest(stream, Wanted::in_memory(DISCARDED_AT_A_TIME), cx)
            )?;
            self.silence.since = Instant::now();
        }
        self.discards = false;
        Poll::Ready(Ok(()))
    }
}
