//! What travels on a connection to one broker?
//!
//! ```text
//! Fresh ──first request of an authenticated client──► Replaying ──the broker accepts the token──► Ready
//!   └──first request of a client without credentials, or its own SASL exchange succeeded────────► Ready
//! ```
//!
//! Whatever the phase, the first thing a broker hears is what the client said in its own ApiVersions request.

use super::api;
use super::passing::Passing;
use super::purpose::{Purpose, Sent};
use super::session::Credentials;
use crate::broker::{BrokerConnection, BrokerLost, most_queued_request_bytes};
use shotover::burst::{Burst, leaves_room};
use shotover::codec::{Portion, Wanted};
use shotover::message::{EncodeError, Message, MessageId, Messages, RequestRef};
use shotover::transforms::TransformError;
use shotover::wire::{ApiKey, Encoding, ErrorCode, Reader};
use std::collections::VecDeque;
use std::task::{Context, Poll};
use std::vec::IntoIter;
use thiserror::Error;
use tokio::time::Instant;

/// What came of moving a connection forward.
#[derive(Debug)]
pub(super) enum Event {
    /// Answers for the client were passed on that mean nothing to anybody else.
    Passed,
    Answer(Purpose, Message),
    /// The connection is gone. These were not answered, in the order in which they were sent.
    Lost(UpstreamLost, Vec<Unanswered>),
}

/// A request that a lost connection leaves behind.
#[derive(Debug)]
pub(super) struct Unanswered {
    pub(super) purpose: Purpose,
    /// Whether any byte of it reached the socket.
    pub(super) sent: bool,
}

/// Why a connection to a broker is gone.
#[derive(Debug, Error)]
pub(super) enum UpstreamLost {
    #[error(transparent)]
    Broker(#[from] BrokerLost),
    /// The broker did not accept what another broker accepted.
    #[error("the broker refused the credentials of the client with {0:?}")]
    Credentials(ErrorCode),
    /// The broker cannot do what the client was told that all can.
    #[error("a broker has older versions of some APIs than the client was told when it asked")]
    Older,
    /// What the client said cannot be said to another broker.
    #[error("a request of the proxy's own cannot be encoded")]
    Encode(#[from] EncodeError),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Fresh,
    Replaying,
    Ready,
}

/// A request that waits for the broker to accept the client.
#[derive(Debug)]
struct Held {
    request: Message,
    purpose: Option<Purpose>,
}

/// A request whose answer is due.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) purpose: Purpose,
    /// How many bytes were sent before it.
    before: u64,
}

leaves_room!(Asked);

/// A connection to one broker for one client.
#[derive(Debug)]
pub(super) struct Upstream {
    connection: BrokerConnection,
    phase: Phase,
    held: VecDeque<Held>,
    held_bytes: usize,
    /// The requests whose answers are due.
    due: Burst<Asked>,
    /// Answers that were read.
    arrived: IntoIter<Message>,
    /// Why nothing more will arrive.
    failed: Option<Box<BrokerLost>>,
    /// Whether a request without an answer was sent: it may be lost without anybody being told.
    sent_unanswerable: bool,
    /// Whether the broker answered anything but what the proxy itself says first.
    served: bool,
}

impl Upstream {
    pub(super) fn new(connection: BrokerConnection, hello: Message) -> Result<Self, EncodeError> {
        let mut upstream = Self {
            connection,
            phase: Phase::Fresh,
            held: VecDeque::new(),
            held_bytes: 0,
            due: Burst::default(),
            arrived: IntoIter::default(),
            failed: None,
            sent_unanswerable: false,
            served: false,
        };
        upstream.write(hello, Some(Purpose::Hello))?;
        Ok(upstream)
    }

    /// Says again what was not understood.
    pub(super) fn introduce(&mut self, hello: Message) -> Result<(), EncodeError> {
        self.write(hello, Some(Purpose::Hello))
    }

    /// Sends a request, on behalf of `credentials` if the client has any. Without purpose it has no answer.
    #[inline]
    pub(super) fn send(
        &mut self,
        request: Message,
        purpose: Option<Purpose>,
        credentials: Option<&Credentials>,
    ) -> Result<(), EncodeError> {
        match (self.phase, credentials) {
            (Phase::Fresh, Some(credentials)) => {
                self.replay(credentials)?;
                self.hold(request, purpose);
            }
            (Phase::Replaying, _) => self.hold(request, purpose),
            (Phase::Fresh, None) | (Phase::Ready, _) => {
                self.phase = Phase::Ready;
                self.write(request, purpose)?;
            }
        }
        Ok(())
    }

    /// Sends a request of the client's own SASL exchange.
    pub(super) fn send_sasl(&mut self, request: Message, sent: Sent) -> Result<(), EncodeError> {
        let purpose = Some(Purpose::Client(sent));
        if self.phase == Phase::Replaying {
            // What waits for the credentials before must not come between a handshake and its token.
            self.hold(request, purpose);
            return Ok(());
        }
        self.write(request, purpose)
    }

    /// The client's own exchange succeeded here.
    pub(super) fn authenticated(&mut self) {
        self.phase = Phase::Ready;
    }

    /// Says the client's credentials, again if it said them before (KIP-368).
    pub(super) fn replay(&mut self, credentials: &Credentials) -> Result<(), EncodeError> {
        self.phase = Phase::Replaying;
        self.write(credentials.handshake()?, Some(Purpose::Handshake))?;
        self.write(credentials.token()?, Some(Purpose::Token))
    }

    fn hold(&mut self, request: Message, purpose: Option<Purpose>) {
        self.sent_unanswerable |= purpose.is_none();
        self.held_bytes += request.wire_len();
        let request = request.to_rest();
        self.held.push_back(Held { request, purpose });
    }

    /// Whether a request can be [written](Self::send_written) beside others that wait to be sent.
    #[inline]
    pub(super) fn is_writing(&self) -> bool {
        self.phase == Phase::Ready && self.connection.is_writing()
    }

    /// Sends a short Produce request that `write` appends, in about so many bytes. Without purpose it has no answer.
    pub(super) fn send_written(
        &mut self,
        asked: Option<(RequestRef, Purpose)>,
        room: usize,
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
    ) -> Result<(), EncodeError> {
        let before = self.connection.end();
        let (reference, purpose) = asked.unzip();
        self.connection.send_written(reference, room, write)?;
        self.expect(purpose, before);
        Ok(())
    }

    #[inline]
    fn write(&mut self, request: Message, purpose: Option<Purpose>) -> Result<(), EncodeError> {
        let before = self.connection.end();
        self.connection.send(request)?;
        self.expect(purpose, before);
        Ok(())
    }

    #[inline]
    fn expect(&mut self, purpose: Option<Purpose>, before: u64) {
        match purpose {
            Some(purpose) => self.due.push(Asked { purpose, before }),
            None => self.sent_unanswerable = true,
        }
    }

    /// Whether the client was promised nothing by this connection: a request that went out on it and has no answer
    /// makes its loss the client's.
    pub(super) fn sent_unanswerable(&self) -> bool {
        self.sent_unanswerable
    }

    /// Whether the broker answered a request of the client, or one of the proxy that needs to be let in.
    pub(super) fn served(&self) -> bool {
        self.served
    }

    /// What the client's requests on their way here ask for; whose header it is that was kept with it is not said.
    pub(super) fn under_way(&self) -> impl Iterator<Item = &Message> {
        self.purposes().filter_map(|purpose| match purpose {
            Purpose::Client(sent) => Some(sent.request.alike()),
            Purpose::Part(part) => Some(part.request.alike()),
            Purpose::Fetch { .. }
            | Purpose::LookUp(_)
            | Purpose::Hello
            | Purpose::Handshake
            | Purpose::Token => None,
        })
    }

    /// The request of the client of this id, if it is on its way here.
    pub(super) fn awaited(&self, id: MessageId) -> Option<&Sent> {
        self.purposes().find_map(|purpose| {
            let Purpose::Client(sent) = purpose else {
                return None;
            };
            (sent.id() == id).then_some(sent)
        })
    }

    /// When something was heard last of the broker, or it began to have something to say.
    pub(super) fn heard_at(&self) -> Instant {
        self.connection.heard_at()
    }

    /// What everything is for that was sent here, or will be.
    fn purposes(&self) -> impl Iterator<Item = &Purpose> {
        let held = self.held.iter().filter_map(|held| held.purpose.as_ref());
        self.due.iter().map(|asked| &asked.purpose).chain(held)
    }

    /// Whether the broker has yet to say what it can do.
    pub(super) fn awaits_hello(&self) -> bool {
        self.due
            .iter()
            .any(|asked| matches!(asked.purpose, Purpose::Hello))
    }

    /// Whether look-ups are on their way here.
    pub(super) fn awaits_look_up(&self) -> bool {
        self.purposes()
            .any(|purpose| matches!(purpose, Purpose::LookUp(_)))
    }

    /// Whether nothing was sent that only a client would want.
    pub(super) fn is_unused(&self) -> bool {
        self.phase == Phase::Fresh && self.due.is_empty()
    }

    /// Whether a request would be answered at once.
    pub(super) fn is_idle(&self) -> bool {
        self.phase == Phase::Ready && self.due.is_empty() && !self.connection.is_open()
    }

    /// Whether what is sent now may be answered only when the client has taken an answer to a Fetch.
    pub(super) fn may_be_held_up(&self) -> bool {
        let is_fetch = |request: &Message| request.api_key() == ApiKey::Fetch;
        self.is_open() || self.under_way().any(is_fetch)
    }

    /// Whether an answer is open whose rest has not all been asked for.
    pub(super) fn is_open(&self) -> bool {
        self.connection.is_open()
    }

    /// Reads on in it.
    pub(super) fn poll_rest(
        &mut self,
        wanted: Wanted,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Portion, BrokerLost>> {
        self.connection.poll_rest(wanted, cx)
    }

    /// Ready when more can be sent of a request of which bytes are missing.
    pub(super) fn poll_wanted(&mut self, id: MessageId, cx: &mut Context<'_>) -> Poll<Wanted> {
        self.connection.poll_wanted(id, cx)
    }

    /// Sends more of it.
    pub(super) fn take_rest(&mut self, rest: Portion) -> Result<(), TransformError> {
        self.connection.take_rest(rest)
    }

    /// Nobody will ask for the rest of the answer that is open.
    pub(super) fn discard_rest(&mut self) {
        self.connection.discard_rest();
    }

    /// Whether re-authentication must reach this connection.
    pub(super) fn is_ready(&self) -> bool {
        self.phase == Phase::Ready
    }

    /// The name of the sink that it is of.
    pub(super) fn sink(&self) -> &str {
        self.connection.sink()
    }

    pub(super) fn has_capacity(&self) -> bool {
        self.connection.has_capacity() && self.held_bytes < most_queued_request_bytes()
    }

    /// Whether there is more to tell of what was read already.
    pub(super) fn has_more(&self) -> bool {
        !self.arrived.as_slice().is_empty() || self.failed.is_some()
    }

    /// Whether requests wait to be written, which with acks=0 no answer would tell of. Not those that a client asks again
    /// if it still wants to know.
    pub(super) fn is_busy(&self) -> bool {
        let is_writing = self.connection.is_busy() || !self.held.is_empty();
        let changes_something = |request: &Message| !api::idempotent(request.api_key());
        is_writing && (self.sent_unanswerable || self.under_way().any(changes_something))
    }

    /// Writes, reads, and tells what arrived. Ready when there is an event.
    pub(super) fn poll_event(
        &mut self,
        cx: &mut Context<'_>,
        passing: &mut Passing<'_>,
    ) -> Poll<Event> {
        loop {
            let has_answers = !self.arrived.as_slice().is_empty();
            if has_answers && passing.take(&mut self.arrived, &mut self.due) {
                self.served = true;
                return Poll::Ready(Event::Passed);
            }
            if let Some(answer) = self.arrived.next() {
                if let Some(event) = self.answered(answer) {
                    return Poll::Ready(event);
                }
                continue;
            }
            if let Some(lost) = self.failed.take() {
                return Poll::Ready(self.lost_event((*lost).into()));
            }
            let mut answers = Messages::new();
            let moved = self.connection.poll_progress(cx, &mut answers);
            self.arrived = answers.into_iter();
            match moved {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(())) => {}
                // What was answered before the loss is answered.
                Poll::Ready(Err(lost)) => self.failed = Some(Box::new(lost)),
            }
        }
    }

    /// What an answer means; none if it only means something here.
    fn answered(&mut self, answer: Message) -> Option<Event> {
        let Asked { purpose, .. } = self.due.pop()?;
        match purpose {
            Purpose::Handshake | Purpose::Token => {
                let refused = self.replied(&purpose, &answer).err()?;
                Some(self.lost_event(refused))
            }
            Purpose::Client(_) | Purpose::Part(_) | Purpose::Fetch { .. } | Purpose::LookUp(_) => {
                self.served = true;
                Some(Event::Answer(purpose, answer))
            }
            Purpose::Hello => Some(Event::Answer(purpose, answer)),
        }
    }

    fn replied(&mut self, purpose: &Purpose, answer: &Message) -> Result<(), UpstreamLost> {
        let body = answer.body_bytes().unwrap_or_default();
        let code = Reader::new(&body, Encoding::Fixed).i16("ErrorCode");
        match code {
            Ok(0) if matches!(purpose, Purpose::Token) => Ok(self.release()?),
            Ok(0) => Ok(()),
            Ok(code) => Err(UpstreamLost::Credentials(ErrorCode(code))),
            Err(_) => Err(UpstreamLost::Credentials(ErrorCode::UNKNOWN_SERVER_ERROR)),
        }
    }

    /// Sends what waited for the broker to accept the client.
    fn release(&mut self) -> Result<(), EncodeError> {
        self.phase = Phase::Ready;
        self.held_bytes = 0;
        while let Some(Held { request, purpose }) = self.held.pop_front() {
            self.write(request, purpose)?;
        }
        Ok(())
    }

    fn lost_event(&mut self, cause: UpstreamLost) -> Event {
        let (cause, unanswered) = self.lost(cause);
        Event::Lost(cause, unanswered)
    }

    /// Gives up on this connection, and on what it was to answer.
    pub(super) fn lost(&mut self, cause: UpstreamLost) -> (UpstreamLost, Vec<Unanswered>) {
        let taken = self.connection.taken();
        let due = self.due.drain(..).map(|asked| Unanswered {
            purpose: asked.purpose,
            sent: asked.before < taken,
        });
        let held = self.held.drain(..).filter_map(|held| {
            Some(Unanswered {
                purpose: held.purpose?,
                sent: false,
            })
        });
        (cause, due.chain(held).collect())
    }
}
