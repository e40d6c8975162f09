//! What does the task of a client connection do when it is awake?
//!
//! It writes answers that wait, moves the chain forward, reads from the client while everything below has room, and
//! runs the chain when there is something to run it with. All of it is this one task: no channel, no lock.
//!
//! ```text
//!   Serving ──client half-closed, bad bytes, or drain──► Finishing ──last answer written──► closed
//!      └──deadline, socket or transform failed──────────────────────────────────────────► closed
//! ```

#[path = "through.rs"]
mod through;
#[path = "writing.rs"]
mod writing;

use super::LogLimit;
use super::deadlines::{Deadlines, TimedOut, Waiting};
use super::ending::{self, Ending};
use super::limits::{
    ConnectionLimits, FINISH, MAX_BATCH_BYTES, MAX_REQUESTS_IN_FLIGHT, READS_PER_STEP,
    most_held_answer_bytes, most_queued_answer_bytes,
};
use super::onward::Onward;
use super::rest::Rest;
use super::slots::{NotHeld, Slots};
use super::unsupported::api_versions_too_new;
use crate::codec::{
    AnonymousAccess, Decoded, FrameReader, FrameWriter, RequestDecoder, RequestError,
};
use crate::halt::{Halt, Listening};
use crate::message::Messages;
use crate::observability::{CloseReason, ErrorReason, Run, SourceMetrics};
use crate::socket::Socket;
use crate::transforms::{Blame, Timer, TransformChain, TransformError};
use crate::wire::{ApiKey, RequestHeaderError};
use std::future::{Future, poll_fn};
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio::time::Instant;
use tracing::info;

/// A client connection and its chain.
#[derive(Debug)]
pub(crate) struct Connection<S> {
    stream: S,
    reader: FrameReader,
    decoder: RequestDecoder,
    /// Requests that the chain has not seen.
    batch: Messages,
    batch_bytes: usize,
    chain: TransformChain,
    slots: Slots,
    writer: FrameWriter,
    /// None before the first open answer: most connections have none.
    rest: Option<Box<Rest>>,
    /// The last request, if it was passed on while it arrived and its client did not get to the end of it yet.
    onward: Option<Box<Onward>>,
    phase: Phase,
    /// Whether nothing more could be read of the client since the task last slept.
    is_dry: bool,
    drain: Listening,
    deadlines: Deadlines,
    timer: Timer,
    metrics: Arc<SourceMetrics>,
    log_limit: Arc<LogLimit>,
}

/// What a source serves a client with.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) chain: TransformChain,
    pub(crate) limits: Arc<ConnectionLimits>,
    pub(crate) anonymous: AnonymousAccess,
    pub(crate) metrics: Arc<SourceMetrics>,
    pub(crate) log_limit: Arc<LogLimit>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Requests are read.
    Serving,
    /// The client sends nothing more; its last requests are answered.
    HalfClosed,
    /// The proxy goes down; the requests on their way are answered.
    Draining,
    /// The client broke the protocol; what it asked before is answered, as a broker would.
    Refused,
    /// The socket failed; what was read before is sent on, as a broker would do it.
    Failed(io::ErrorKind),
}

/// What the task does next.
enum Step {
    RunChain,
    End(Ending),
}

impl<S: Socket> Connection<S> {
    /// A connection that has just been accepted. When `drain` is called it finishes what is on its way and ends.
    pub(crate) fn new(stream: S, service: Service, drain: &Halt) -> Self {
        let mut chain = service.chain;
        chain.take_open_answers();
        Self {
            stream,
            reader: FrameReader::new(),
            decoder: RequestDecoder::new(service.anonymous),
            batch: Messages::new(),
            batch_bytes: 0,
            chain,
            slots: Slots::default(),
            writer: FrameWriter::new(),
            rest: None,
            onward: None,
            phase: Phase::Serving,
            is_dry: false,
            drain: drain.listen(),
            deadlines: Deadlines::new(service.limits, Instant::now()),
            timer: Timer::default(),
            metrics: service.metrics,
            log_limit: service.log_limit,
        }
    }

    /// Serves the client until the connection ends, and says why it did.
    ///
    /// Not by value: a future that takes a value has room for it twice.
    pub(crate) async fn run(&mut self) -> CloseReason {
        let ending = loop {
            match poll_fn(|cx| self.poll_turn(cx)).await {
                Step::End(ending) => break ending,
                Step::RunChain => {
                    if let Err(error) = self.run_chain().await {
                        break Ending::Transform(error);
                    }
                }
            }
        };
        ending.log(&self.log_limit);
        if matches!(ending, Ending::Transform(_)) {
            for api_key in self.slots.waiting() {
                self.metrics
                    .error(api_key.code(), ErrorReason::TransformFailed);
            }
        }
        if ending.delivers() {
            self.deliver().await;
        }
        ending.reason()
    }

    fn poll_turn(&mut self, cx: &mut Context<'_>) -> Poll<Step> {
        let step = self.poll_step(cx);
        self.is_dry &= step.is_ready();
        step
    }

    fn poll_step(&mut self, cx: &mut Context<'_>) -> Poll<Step> {
        if let Err(ending) = self.poll_rest(cx) {
            return Poll::Ready(Step::End(ending));
        }
        self.poll_write(cx);
        if matches!(self.phase, Phase::Serving | Phase::HalfClosed)
            && self.drain.poll(cx).is_ready()
        {
            self.phase = Phase::Draining;
        }
        let mut progress = false;
        // A client that does not read its answers stops its brokers from sending more, and itself.
        if self.has_room_to_go_on() {
            progress = self.chain.poll_progress(cx).is_ready();
            match self.poll_onward(cx) {
                Ok(true) => progress |= self.chain.poll_progress(cx).is_ready(),
                Ok(false) => {}
                Err(ending) => return Poll::Ready(Step::End(ending)),
            }
        } else if let Some(onward) = &mut self.onward {
            onward.wait();
        }
        // What is answered without the chain is queued while requests are read.
        if let Err(ending) = self.poll_requests(cx) {
            return Poll::Ready(Step::End(ending));
        }
        self.poll_write(cx);
        if progress || !self.batch.is_empty() {
            return Poll::Ready(Step::RunChain);
        }
        let is_over = match self.phase {
            Phase::Serving => false,
            Phase::Failed(_) => true,
            Phase::HalfClosed | Phase::Draining | Phase::Refused => {
                self.slots.len() == 0 && self.writer.is_flushed()
            }
        };
        if is_over {
            return self.poll_finished(cx).map(Step::End);
        }
        self.poll_deadline(cx)
            .map(|cause| Step::End(Ending::TimedOut(cause)))
    }

    /// Ready when nothing is on its way any more, or for too long.
    fn poll_finished(&mut self, cx: &mut Context<'_>) -> Poll<Ending> {
        if self.chain.is_busy() {
            let answered = self.deadlines.finished();
            ready!(self.timer.poll(answered + FINISH, cx));
            if self.log_limit.admits(Blame::Client) {
                info!("closing a connection before all of its unanswered requests were sent");
            }
        }
        Poll::Ready(match self.phase {
            Phase::Draining => Ending::Drained,
            Phase::Refused => Ending::Refused {
                heard: self.writer.written() > 0,
            },
            Phase::Failed(error) => Ending::Io(error.into()),
            Phase::Serving | Phase::HalfClosed => Ending::ClientClosed,
        })
    }

    /// Nothing more can be read. A client that has closed its side has left, with TLS also if it did not say so.
    pub(super) fn read_failed(&mut self, error: io::ErrorKind) {
        match error == io::ErrorKind::UnexpectedEof {
            true => {
                self.deadlines.moved(Instant::now());
                self.phase = Phase::HalfClosed;
            }
            false => self.failed(error),
        }
    }

    /// The socket is of no use any more.
    pub(super) fn failed(&mut self, error: io::ErrorKind) {
        self.deadlines.moved(Instant::now());
        self.phase = Phase::Failed(error);
    }

    /// Fills the batch with what has arrived and what can be read without waiting.
    fn poll_requests(&mut self, cx: &mut Context<'_>) -> Result<(), Ending> {
        if self.reader.buffered() > 0 && self.onward.is_none() {
            self.decode(Instant::now())?;
        }
        for _ in 0..READS_PER_STEP {
            if self.is_dry || !self.takes_more() || self.is_about_to_open() {
                return Ok(());
            }
            let between_frames = self.reader.buffered() == 0;
            let Poll::Ready(outcome) = self.reader.poll_read(&mut self.stream, cx) else {
                // One that waits for room has not asked the socket.
                self.is_dry = !self.reader.waits_for_room();
                return Ok(());
            };
            let read = match outcome {
                Ok(0) => {
                    self.read_failed(io::ErrorKind::UnexpectedEof);
                    return Ok(());
                }
                Ok(read) => read,
                Err(error) => {
                    self.read_failed(error.kind());
                    return Ok(());
                }
            };
            self.metrics
                .bytes_received(u64::try_from(read).unwrap_or(u64::MAX));
            let now = Instant::now();
            self.deadlines.moved(now);
            if between_frames {
                self.deadlines.frame_boundary(now);
            }
            self.decode(now)?;
        }
        // There may be more to read, and nothing else would wake the task for it.
        cx.waker().wake_by_ref();
        Ok(())
    }

    /// Whether there is room for another request everywhere it would go.
    fn takes_more(&self) -> bool {
        self.has_room_in_batch()
            && !(self.decoder.waits() && self.reader.buffered() > 0)
            && self.writer.queued() + self.slots.held() < most_queued_answer_bytes()
            && self.chain.has_capacity()
    }

    /// Whether there is room for more of the answers to what was taken. Those that wait for one before them do not count
    /// as long as that one may come. For a client that gets none there is always room.
    fn has_room_to_go_on(&self) -> bool {
        let held = match self.has_open_answer() {
            true => self.slots.held(),
            false => 0,
        };
        self.writer.queued() + held < most_queued_answer_bytes()
            || matches!(self.phase, Phase::Failed(_))
    }

    /// The part of it that changes with every request that is taken.
    fn has_room_in_batch(&self) -> bool {
        self.phase == Phase::Serving
            && self.onward.is_none()
            && self.batch_bytes < MAX_BATCH_BYTES
            && self.slots.len() < MAX_REQUESTS_IN_FLIGHT
    }

    /// Takes the requests that have arrived, as far as there is room for them.
    fn decode(&mut self, now: Instant) -> Result<(), Ending> {
        let mut counted = Run::default();
        let outcome = self.decode_counting(now, &mut counted);
        counted.end(|api_key: ApiKey, times| {
            self.metrics.count_requests(api_key, times);
        });
        outcome
    }

    fn decode_counting(&mut self, now: Instant, counted: &mut Run<ApiKey>) -> Result<(), Ending> {
        let mut has_room = self.takes_more();
        while has_room && self.has_room_in_batch() {
            let decoded = match self.decoder.next_request(&mut self.reader, &mut self.batch) {
                Ok(Some(decoded)) => decoded,
                Ok(None) => {
                    if self.open_request() {
                        self.taken(now, counted);
                    }
                    return Ok(());
                }
                Err(error) => {
                    self.refuse(error);
                    return Ok(());
                }
            };
            self.deadlines.request();
            self.deadlines.frame_boundary(now);
            match decoded {
                Decoded::Request => self.taken(now, counted),
                Decoded::ApiVersionsTooNew(request) => {
                    self.metrics.count_requests(request.api_key(), 1);
                    self.slots.push(&request, now);
                    let answer = api_versions_too_new(request.request_ref());
                    answer
                        .map_err(TransformError::from)
                        .and_then(|answer| self.answer(vec![answer], now))
                        .map_err(Ending::Transform)?;
                    has_room = self.takes_more();
                }
            }
        }
        // What lies in the buffer is not read yet because of this proxy, not because of the client.
        self.deadlines.frame_boundary(now);
        Ok(())
    }

    /// Makes room for the answer to the last request of the batch.
    #[inline]
    fn taken(&mut self, now: Instant, counted: &mut Run<ApiKey>) {
        let Some(request) = self.batch.last() else {
            return;
        };
        counted.add(request.api_key(), |api_key, times| {
            self.metrics.count_requests(api_key, times);
        });
        self.slots.push(request, now);
        self.batch_bytes += request.wire_len();
    }

    /// Reads no more from a client that broke the protocol.
    fn refuse(&mut self, error: RequestError) {
        let (key, reason) = match &error {
            RequestError::Header(RequestHeaderError::UnsupportedVersion { api_key, .. }) => {
                (api_key.code(), ErrorReason::Unsupported)
            }
            RequestError::Header(RequestHeaderError::UnknownKey { key, .. }) => {
                (*key, ErrorReason::Unsupported)
            }
            RequestError::Header(RequestHeaderError::Malformed(_)) | RequestError::Frame(_) => {
                (-1, ErrorReason::MalformedRequest)
            }
        };
        self.metrics.error(key, reason);
        ending::log_refusal(error, &self.log_limit);
        self.phase = Phase::Refused;
    }

    fn poll_deadline(&mut self, cx: &mut Context<'_>) -> Poll<TimedOut> {
        let onward = self.onward.as_ref().filter(|it| it.is_open());
        let (reading, of_onward) = match onward.map(|it| it.arrived()) {
            Some(arrived) => (arrived.is_some(), arrived.unwrap_or(0)),
            None => (self.takes_more(), 0),
        };
        let waiting = Waiting {
            reading,
            has_left: self.phase == Phase::HalfClosed,
            is_refused: self.phase == Phase::Refused,
            of_a_frame: of_onward + self.reader.buffered(),
            in_flight: self.slots.len() > 0,
            answers_queued: !self.writer.is_flushed(),
        };
        match self.deadlines.next(waiting) {
            Some((deadline, cause)) => self.timer.poll(deadline, cx).map(|()| cause),
            None => Poll::Pending,
        }
    }

    /// Runs the chain with the batch. Answers that are ready are written while a transform waits.
    async fn run_chain(&mut self) -> Result<(), TransformError> {
        let began = Instant::now();
        self.batch_bytes = 0;
        let requests = std::mem::take(&mut self.batch);
        let responses = {
            let (writer, stream) = (&mut self.writer, &mut self.stream);
            let (metrics, deadlines) = (&*self.metrics, &mut self.deadlines);
            let mut process = pin!(self.chain.process_from(began, requests));
            poll_fn(|cx| {
                // A socket that failed fails again at the next step.
                drop(writing::poll_flush(
                    writer,
                    stream,
                    (metrics, deadlines),
                    cx,
                ));
                let processed = process.as_mut().poll(cx);
                self.is_dry &= processed.is_ready();
                processed
            })
            .await?
        };
        let now = Instant::now();
        self.metrics.chain(now - began);
        self.answer(responses, now)
    }

    /// Puts responses in their places and queues those whose turn it is.
    fn answer(&mut self, responses: Messages, now: Instant) -> Result<(), TransformError> {
        if let Phase::Failed(_) = self.phase {
            return Ok(());
        }
        let mut counted = Run::default();
        for response in responses {
            if let Some(onward) = &mut self.onward
                && onward.is_answered_by(&response)
            {
                onward.keep(response);
                continue;
            }
            let Some(arrived) = self.slots.take_turn(&response) else {
                let held = self.slots.hold(response, most_held_answer_bytes());
                held.map_err(blame)?;
                continue;
            };
            self.send(response, arrived, now, &mut counted)?;
            self.send_held(now, &mut counted)?;
        }
        counted.end(count(&self.metrics, now));
        Ok(())
    }
}

/// Whose fault it is that an answer cannot be held.
fn blame(error: NotHeld) -> TransformError {
    match error {
        NotHeld::NotWaiting(_) => TransformError::proxy(error),
        NotHeld::TooMuch { .. } => TransformError::client(error),
    }
}

/// Counts answers to requests that arrived at the same time.
fn count(metrics: &SourceMetrics, now: Instant) -> impl Fn((ApiKey, Instant), u64) {
    move |(api_key, arrived), times| {
        let latency = now.saturating_duration_since(arrived);
        metrics.count_responses(api_key, latency, times);
    }
}
