//! What passes through while it arrives?
//!
//! Long answers to Fetch and long Produce requests for one partition, of which nothing is to come but records: their
//! beginnings go through the chain, and their rests by it.

use super::super::ending::Ending;
use super::super::limits::{QUEUED_BEFORE_REST, REST_BYTES_PER_STEP, most_read_of_a_request};
use super::super::onward::Onward;
use super::{Connection, count};
use crate::codec::{Portion, Wanted};
use crate::observability::Run;
use crate::socket::Socket;
use crate::transforms::TransformError;
use std::task::{Context, Poll};
use tokio::time::Instant;

/// Answers.
impl<S: Socket> Connection<S> {
    /// Reads on in the answer that is open, as long as the client takes what comes.
    pub(super) fn poll_rest(&mut self, cx: &mut Context<'_>) -> Result<(), Ending> {
        let mut read = 0;
        let may_be_piped = self.stream.tcp().is_some();
        let may_wait = match may_be_piped {
            true => 0,
            false => QUEUED_BEFORE_REST,
        };
        while self.has_open_answer() {
            if self.writer.queued() > may_wait {
                self.poll_write(cx);
            }
            if self.writer.queued() > may_wait {
                return Ok(());
            }
            if read >= REST_BYTES_PER_STEP {
                // There may be more to read, and nothing else would wake the task for it.
                cx.waker().wake_by_ref();
                return Ok(());
            }
            let Some((id, most)) = self.rest.as_mut().and_then(|rest| rest.next()) else {
                return Ok(());
            };
            let wanted = Wanted { most, may_be_piped };
            let Poll::Ready(portion) = self.chain.poll_rest(id, wanted, cx) else {
                return Ok(());
            };
            let portion = portion.map_err(Ending::Transform)?;
            read += portion.len();
            self.go_on(portion).map_err(Ending::Transform)?;
        }
        Ok(())
    }

    /// Whether the beginning of an answer has left, and not all of its rest has come.
    pub(super) fn has_open_answer(&self) -> bool {
        self.rest.as_ref().is_some_and(|rest| rest.is_open())
    }

    /// Queues what came of the rest of an answer, and after its end the answers that waited for it.
    fn go_on(&mut self, portion: Portion) -> Result<(), TransformError> {
        let (length, now) = (portion.len(), Instant::now());
        let is_first = self.writer.is_flushed();
        self.writer.push_rest(portion);
        self.deadlines.queued(now, is_first);
        if self.rest.as_mut().is_some_and(|rest| rest.came(length)) {
            self.slots.close();
            let mut counted = Run::default();
            self.send_held(now, &mut counted)?;
            counted.end(count(&self.metrics, now));
        }
        Ok(())
    }
}

/// Requests.
impl<S: Socket> Connection<S> {
    /// Puts the beginning of a long request into the batch, if that is empty and the chain takes it. Returns whether it did.
    pub(super) fn open_request(&mut self) -> bool {
        if !self.batch.is_empty() {
            return false;
        }
        let chain = &mut self.chain;
        let opened = self
            .decoder
            .open_request(&mut self.reader, |it| chain.takes_open_request(it));
        self.onward = opened.as_ref().map(|it| Box::new(Onward::begun(it)));
        self.batch.extend(opened);
        self.onward.is_some()
    }

    /// Whether a long request has begun that can be opened when the chain has run with those before it.
    pub(super) fn is_about_to_open(&self) -> bool {
        !self.batch.is_empty() && self.decoder.has_begun_long_request(&self.reader)
    }

    /// Hands on what arrives of the request that is open, as fast as the chain takes it. Returns whether anything did.
    pub(super) fn poll_onward(&mut self, cx: &mut Context<'_>) -> Result<bool, Ending> {
        let mut read = 0;
        // First the chain is run with its beginning.
        while self.batch.is_empty() {
            let Some(onward) = self.onward.as_mut().filter(|it| it.is_open()) else {
                break;
            };
            if read >= REST_BYTES_PER_STEP {
                // There may be more to read, and nothing else would wake the task for it.
                cx.waker().wake_by_ref();
                break;
            }
            let Poll::Ready(wanted) = onward.poll_wanted(&mut self.chain, cx) else {
                break;
            };
            let mut wanted = wanted.map_err(Ending::Transform)?;
            if onward.goes_on() {
                // What was not read was not read because of this proxy, not because of the client.
                self.deadlines.frame_boundary(Instant::now());
            }
            wanted.may_be_piped &= self.stream.tcp().is_some();
            if !wanted.may_be_piped {
                wanted.most = wanted.most.min(most_read_of_a_request());
            }
            wanted.most = wanted.most.max(1);
            match self.poll_portion(wanted, cx)? {
                Poll::Ready(portion) => {
                    read += portion.len();
                    self.hand_on(portion)?;
                }
                Poll::Pending => break,
            }
        }
        Ok(read > 0)
    }

    /// The next bytes of the request that is open; none any more if the client sends nothing more.
    fn poll_portion(
        &mut self,
        wanted: Wanted,
        cx: &mut Context<'_>,
    ) -> Result<Poll<Portion>, Ending> {
        if self.is_dry {
            return Ok(Poll::Pending);
        }
        let before = self.reader.buffered();
        let outcome = self.reader.poll_rest(&mut self.stream, wanted, cx);
        let came = match &outcome {
            Poll::Ready(Ok(portion)) => portion.len(),
            Poll::Ready(Err(_)) | Poll::Pending => 0,
        };
        let read = self.reader.buffered() + came - before;
        if read > 0 {
            self.metrics
                .bytes_received(u64::try_from(read).unwrap_or(u64::MAX));
            self.deadlines.moved(Instant::now());
        }
        match outcome {
            Poll::Ready(Ok(portion)) => return Ok(Poll::Ready(portion)),
            Poll::Ready(Err(error)) => {
                // What was asked before is answered, and what has been begun is of no use to anybody.
                self.read_failed(error.kind());
                self.slots.give_up_last();
                if let Some(onward) = &mut self.onward {
                    onward.give_up();
                }
            }
            Poll::Pending => self.is_dry = true,
        }
        Ok(Poll::Pending)
    }

    fn hand_on(&mut self, portion: Portion) -> Result<(), Ending> {
        let Some(onward) = &mut self.onward else {
            return Ok(());
        };
        onward
            .hand_on(portion, &mut self.chain)
            .map_err(Ending::Transform)?;
        if onward.is_open() {
            return Ok(());
        }
        let now = Instant::now();
        let early = onward.take_answer();
        self.onward = None;
        self.slots.last_arrived(now);
        self.deadlines.frame_boundary(now);
        self.answer(early.into_iter().collect(), now)
            .map_err(Ending::Transform)
    }
}
