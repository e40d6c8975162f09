//! What does a connection to a broker do when it is moved forward?
//!
//! ```text
//! Dialing ──connected──► Open ──end of stream, error, silence, bad bytes──► Lost
//!    └──not reached, too late──────────────────────────────────────────────► Lost
//! ```

#[path = "reading.rs"]
mod reading;

use super::dial::{BrokerStream, DialError, Dialing};
use super::patience::Patience;
use super::silence::Silence;
use super::unfinished::Unfinished;
use shotover::budget::while_there_is_room;
use shotover::codec::{FrameReader, FrameWriter, Portion, ResponseDecoder, ResponseError, Wanted};
use shotover::message::{EncodeError, Message, MessageId, Messages, RequestRef};
use shotover::observability::SinkMetrics;
use shotover::transforms::{NothingOpen, TransformError};
use shotover::wire::ApiKey;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use thiserror::Error;
use tokio::time::Instant;

/// Bytes of requests that wait for one broker to read them before its client is not read from any more. One request
/// that is longer still passes.
const MAX_QUEUED_REQUEST_BYTES: usize = 4 * 1024 * 1024;

/// The same, as it is now: less while the process holds all that it may.
pub(crate) fn most_queued_request_bytes() -> usize {
    while_there_is_room(MAX_QUEUED_REQUEST_BYTES)
}

/// Bytes sent at a time of a request that is passed on while it arrives.
const MOST_AT_A_TIME: usize = 1024 * 1024;

/// A connection to one broker, for one client.
pub(crate) struct BrokerConnection {
    state: State,
    reader: FrameReader,
    writer: FrameWriter,
    /// Knows the requests that wait for an answer.
    decoder: ResponseDecoder<Waiting>,
    /// The request that was sent last, if its rest has not all been sent.
    unfinished: Option<Box<Unfinished>>,
    opens: Opens,
    /// Whether nobody asks for the rest of the answer that is open.
    discards: bool,
    /// Whether somebody has asked for more of it than has arrived.
    awaits_rest: bool,
    /// When the requests were queued that were queued since the last [`poll_progress`](Self::poll_progress).
    queueing: Option<Instant>,
    pub(super) silence: Silence,
    metrics: Arc<SinkMetrics>,
}

/// A request that waits for its answer.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    queued: Instant,
    patience: Patience,
}

/// Whether long answers are given before all of them has arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Opens {
    Never,
    /// From the first Fetch on.
    Fetches,
    /// Fetches were sent.
    Fetching,
}

enum State {
    Dialing(Dialing),
    Open(Box<BrokerStream>),
}

/// Why a connection to a broker cannot be used any more.
#[derive(Debug, Error)]
pub(crate) enum BrokerLost {
    /// It was never there.
    #[error(transparent)]
    NotReached(#[from] DialError),
    /// The socket failed.
    #[error("the connection to the broker failed")]
    Io(#[from] io::Error),
    /// The broker closed it.
    #[error("the broker closed the connection while {0} requests waited")]
    Closed(usize),
    /// The broker broke the protocol.
    #[error(transparent)]
    Protocol(#[from] ResponseError),
    /// Requests wait, and nothing was heard of the broker.
    #[error("nothing was heard of the broker for {0:?} while requests waited")]
    Silent(Duration),
}

impl BrokerConnection {
    /// A connection that is being made, and does not open answers. `read_timeout` is how long the broker may say nothing
    /// while requests wait.
    pub(crate) fn new(
        dialing: Dialing,
        read_timeout: Option<Duration>,
        metrics: Arc<SinkMetrics>,
    ) -> Self {
        metrics.connect();
        Self {
            state: State::Dialing(dialing),
            reader: FrameReader::new(),
            writer: FrameWriter::new(),
            decoder: ResponseDecoder::new(),
            unfinished: None,
            opens: Opens::Never,
            discards: false,
            awaits_rest: false,
            queueing: None,
            silence: Silence::limited_to(read_timeout),
            metrics,
        }
    }

    /// From now on the answers may be open; their rest is to be asked for with [`poll_rest`](Self::poll_rest).
    pub(crate) fn open_answers(&mut self) {
        self.opens = Opens::Fetches;
    }

    /// Queues a request. It leaves with the next [`poll_progress`](Self::poll_progress), after those before it.
    #[inline]
    pub(crate) fn send(&mut self, request: Message) -> Result<(), EncodeError> {
        if let Some(unfinished) = &mut self.unfinished {
            unfinished.put_behind(request);
            return Ok(());
        }
        if request.missing() > 0 {
            self.begin(&request);
        }
        let (reference, expects_response) = (request.request_ref(), request.expects_response());
        let patience = Patience::with(&request);
        if self.opens == Opens::Fetches && request.api_key() == ApiKey::Fetch {
            self.opens = Opens::Fetching;
            // The client may not read it.
            self.reader.expect_long();
        }
        self.writer.push(request.into_frame()?);
        // It is waited for when all of it has been sent.
        if expects_response && self.unfinished.is_none() {
            self.queue(reference, patience);
        }
        Ok(())
    }

    #[inline]
    fn queue(&mut self, request: RequestRef, patience: Patience) {
        let queued = *self.queueing.get_or_insert_with(Instant::now);
        self.sent(request, Waiting { queued, patience });
    }

    /// Whether requests wait to be sent beside which others can be [written](Self::send_written).
    #[inline]
    pub(crate) fn is_writing(&self) -> bool {
        self.unfinished.is_none() && self.writer.queued() > 0
    }

    /// Queues a short Produce request that `write` appends, in about so many bytes. This is what to keep of it, if it is
    /// answered.
    #[inline]
    pub(crate) fn send_written(
        &mut self,
        reference: Option<RequestRef>,
        room: usize,
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        self.writer.push_written(room, write)?;
        if let Some(reference) = reference {
            self.queue(reference, Patience::USUAL);
        }
        Ok(())
    }

    /// The beginning of a request is about to be queued.
    #[cold]
    fn begin(&mut self, request: &Message) {
        let before = self.end();
        self.unfinished = Some(Box::new(Unfinished::begun(request, before)));
        self.broker_moved(Instant::now());
    }

    #[inline]
    fn sent(&mut self, request: RequestRef, waiting: Waiting) {
        self.broker_moved(waiting.queued);
        self.decoder.sent(request, waiting);
    }

    /// Unless an answer is due, which counts alone, the broker has not kept anybody waiting before now.
    #[inline]
    fn broker_moved(&mut self, now: Instant) {
        if self.decoder.waiting() == 0 {
            self.silence.since = now;
        }
    }

    /// Ready when more can be sent of the request `id`, of which bytes are missing: with how much. It is not known here
    /// while it waits for something else.
    pub(crate) fn poll_wanted(&mut self, id: MessageId, cx: &mut Context<'_>) -> Poll<Wanted> {
        let (State::Open(stream), Some(unfinished)) = (&mut self.state, &self.unfinished) else {
            return Poll::Pending;
        };
        if unfinished.request.id != id {
            return Poll::Pending;
        }
        match self.writer.poll_flush(stream, cx) {
            Poll::Ready(Ok(())) => Poll::Ready(Wanted {
                most: MOST_AT_A_TIME,
                may_be_piped: stream.tcp().is_some(),
            }),
            Poll::Ready(Err(_)) => {
                // A socket that failed fails again with the next `poll_progress`, once the broker is listened to.
                if self.is_listened_to() {
                    cx.waker().wake_by_ref();
                }
                Poll::Pending
            }
            Poll::Pending => Poll::Pending,
        }
    }

    /// Queues more of the request of which bytes are missing, and behind its end what waited for that.
    pub(crate) fn take_rest(&mut self, rest: Portion) -> Result<(), TransformError> {
        let unfinished = self.unfinished.as_mut();
        let unfinished = unfinished.ok_or_else(|| TransformError::proxy(NothingOpen))?;
        let (is_complete, now) = (unfinished.came(rest.len()), Instant::now());
        self.writer.push_rest(rest);
        self.broker_moved(now);
        let finished = self.unfinished.take_if(|_| is_complete);
        let Some(Unfinished {
            request,
            patience,
            behind,
            ..
        }) = finished.map(|it| *it)
        else {
            return Ok(());
        };
        let waiting = Waiting {
            queued: now,
            patience,
        };
        self.sent(request, waiting);
        let mut behind = behind.into_iter();
        Ok(behind.try_for_each(|request| self.send(request))?)
    }

    /// Bytes of requests that the socket took since the connection was made, but for those of an unfinished one, with which
    /// a broker does nothing.
    pub(crate) fn taken(&self) -> u64 {
        let taken = self.writer.written();
        self.unfinished
            .as_ref()
            .map_or(taken, |it| taken.min(it.before))
    }

    /// Bytes of requests that the socket will have taken before anything that is sent from now on.
    pub(crate) fn end(&self) -> u64 {
        let to_come = self.unfinished.as_ref().map_or(0, |it| it.to_come());
        let queued = u64::try_from(self.writer.queued() + to_come);
        self.writer.written() + queued.unwrap_or(u64::MAX)
    }

    #[inline]
    fn bytes_behind(&self) -> usize {
        self.unfinished.as_ref().map_or(0, |it| it.bytes_behind)
    }

    /// The name of the sink that it is of.
    pub(crate) fn sink(&self) -> &str {
        self.metrics.name()
    }

    /// Whether more requests may be queued.
    pub(crate) fn has_capacity(&self) -> bool {
        self.writer.queued() + self.bytes_behind() < most_queued_request_bytes()
    }

    /// Whether requests wait to be written, which with acks=0 no answer would tell of.
    pub(crate) fn is_busy(&self) -> bool {
        !self.writer.is_flushed() || self.bytes_behind() > 0
    }

    /// Connects, writes what is queued and reads what has arrived; ready when there are `answers`, or never will be
    /// again. Answers that came before a failure are in `answers` when it is returned. Unless it failed, `cx` is woken when
    /// there is more to do.
    pub(crate) fn poll_progress(
        &mut self,
        cx: &mut Context<'_>,
        answers: &mut Messages,
    ) -> Poll<Result<(), BrokerLost>> {
        self.queueing = None;
        let moved = self.poll_socket(cx, answers);
        if let Err(lost) = moved {
            return Poll::Ready(Err(lost));
        }
        let silent = self.silence.poll(self.patience(), cx);
        match answers.is_empty() {
            true => silent.map(Err),
            false => Poll::Ready(Ok(())),
        }
    }

    /// In the middle of an open answer it is up to the client when the broker is listened to.
    fn is_listened_to(&self) -> bool {
        !self.reader.is_open() || self.discards
    }

    /// How much longer than usual the broker may be silent, if it is waited for.
    fn patience(&self) -> Option<Patience> {
        if !self.is_listened_to() {
            return None;
        }
        let waiting = self.decoder.next_waiting().map(|it| it.patience);
        // Of an unfinished request it has to take what was sent; that there is no more is not its fault.
        let is_stuck = self.unfinished.is_some() && !self.writer.is_flushed();
        waiting.or(is_stuck.then_some(Patience::USUAL))
    }

    /// Requests that wait for an answer, or will.
    fn waiting(&self) -> usize {
        self.decoder.waiting() + usize::from(self.unfinished.is_some())
    }

    fn poll_socket(
        &mut self,
        cx: &mut Context<'_>,
        answers: &mut Messages,
    ) -> Result<(), BrokerLost> {
        if let State::Dialing(dialing) = &mut self.state {
            match dialing.as_mut().poll(cx) {
                Poll::Pending => return Ok(()),
                Poll::Ready(Ok(stream)) => {
                    self.state = State::Open(stream);
                    self.silence.since = Instant::now();
                }
                Poll::Ready(Err(error)) => {
                    self.metrics.connect_failed();
                    return Err(error.into());
                }
            }
        }
        let State::Open(stream) = &mut self.state else {
            return Ok(());
        };
        let write_failure = match self.writer.poll_flush(stream, cx) {
            Poll::Ready(Err(error)) => Some(error),
            Poll::Ready(Ok(())) | Poll::Pending => None,
        };
        match self.poll_discard(cx) {
            // The rest comes first, also of a broker that takes no more.
            Poll::Pending => return Ok(()),
            Poll::Ready(discarded) => discarded?,
        }
        // A broker that closes the connection may have answered before: what it said is read first.
        self.poll_read(cx, answers)?;
        write_failure.map_or(Ok(()), |error| Err(error.into()))
    }
}

impl fmt::Debug for BrokerConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.state {
            State::Dialing(_) => "dialing",
            State::Open(_) => "open",
        };
        f.debug_struct("BrokerConnection")
            .field("state", &state)
            .field("waiting", &self.waiting())
            .field("queued", &self.writer.queued())
            .finish_non_exhaustive()
    }
}
