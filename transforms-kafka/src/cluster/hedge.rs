//! What is asked of a second broker because the first one does not answer?
//!
//! The answers to one client keep the order of its requests: what one broker is asked and does not answer holds up what
//! others have answered. What any broker can say need not: it is asked of another one too, and whoever answers first is
//! heard (a hedged request).

use super::api;
use super::kept::Kept;
use super::purpose::{Purpose, Sent};
use super::sink::KafkaSinkCluster;
use super::upstream::Unanswered;
use kafka_protocol::messages::BrokerId;
use shotover::message::{Message, MessageId};
use shotover::transforms::{Timer, TransformError};
use std::collections::VecDeque;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::Instant;
use tracing::debug;

/// How long nothing may be heard of a broker that was asked what any can answer, before another one is asked too. Brokers
/// answer such from memory; who needs longer is stopped, cut off or has too much to do.
pub(super) const HEDGE_AFTER: Duration = Duration::from_secs(1);

/// Brokers that may work on the same request. When all need longer, they have so many times the work, and clients may have
/// to connect to them.
const MAX_COPIES: u8 = 3;

/// Requests of one client that are watched at a time. Further ones wait for the broker that they went to.
const MAX_WATCHED: usize = 100;

/// The hedged requests of one client.
#[derive(Debug, Default)]
pub(super) struct Hedges(
    /// None while there is nothing to watch: most of the time.
    Option<Box<Watch>>,
);

#[derive(Debug, Default)]
struct Watch {
    timer: Timer,
    /// What brokers have yet to answer, in the order in which they have had their time.
    asked: VecDeque<Asked>,
    /// Requests that more than one broker was asked, of which not all have been heard.
    copied: Vec<Copied>,
}

#[derive(Clone, Copy, Debug)]
struct Asked {
    id: MessageId,
    broker: BrokerId,
    since: Instant,
}

#[derive(Debug)]
struct Copied {
    id: MessageId,
    /// Brokers that were asked, but for those that are down since.
    asked: Vec<BrokerId>,
    /// How many are still to answer.
    awaited: u8,
    is_answered: bool,
}

/// What came of asking a broker.
#[derive(Clone, Copy, Debug)]
enum Heard {
    Answer,
    Nothing { down: Option<BrokerId> },
}

impl Copied {
    /// Whether what one of the brokers will say is needed by nobody.
    fn has_other(&self) -> bool {
        self.is_answered || self.awaited > 1
    }
}

impl Hedges {
    /// A request that any broker can answer is on its way to this one.
    fn watch(&mut self, asked: Asked) {
        let watch = self.0.get_or_insert_default();
        if watch.asked.len() < MAX_WATCHED {
            let place = watch.asked.partition_point(|it| it.since <= asked.since);
            watch.asked.insert(place, asked);
        }
    }

    /// A request that was sent to one broker is on its way to another one.
    fn copy(&mut self, id: MessageId, [from, to]: [BrokerId; 2]) {
        let watch = self.0.get_or_insert_default();
        match watch.copied.iter_mut().find(|copied| copied.id == id) {
            Some(copied) => {
                copied.asked.push(to);
                copied.awaited += 1;
            }
            None => watch.copied.push(Copied {
                id,
                asked: vec![from, to],
                awaited: 2,
                is_answered: false,
            }),
        }
    }

    fn copied(&self, id: MessageId) -> Option<&Copied> {
        let mut copied = self.0.as_ref()?.copied.iter();
        copied.find(|copied| copied.id == id)
    }

    /// Whether there is anything to watch.
    #[inline]
    pub(super) fn is_any(&self) -> bool {
        self.0.is_some()
    }

    /// A broker has answered this. Returns whether the client has to be given the answer: it had none before.
    pub(super) fn answered(&mut self, id: MessageId) -> bool {
        self.heard(id, Heard::Answer)
    }

    /// A broker has nothing to say to this; which, if it is down. Returns whether that leaves nobody who has or may.
    pub(super) fn lost(&mut self, id: MessageId, down: Option<BrokerId>) -> bool {
        self.heard(id, Heard::Nothing { down })
    }

    /// Takes note of what came of a request at one of the brokers that were asked. Returns whether it is for the client.
    fn heard(&mut self, id: MessageId, heard: Heard) -> bool {
        let Some(watch) = &mut self.0 else {
            return true;
        };
        let is_wanted = match watch.copied.iter_mut().find(|copied| copied.id == id) {
            None => true,
            Some(copied) => {
                copied.awaited -= 1;
                let was_answered = copied.is_answered;
                match heard {
                    Heard::Answer => copied.is_answered = true,
                    Heard::Nothing { down } => {
                        copied.asked.retain(|broker| Some(*broker) != down);
                    }
                }
                !was_answered && (copied.is_answered || copied.awaited == 0)
            }
        };
        watch.copied.retain(|copied| copied.awaited > 0);
        if is_wanted {
            watch.asked.retain(|asked| asked.id != id);
        }
        is_wanted
    }

    /// Ready with a request that has been on its way for too long.
    fn poll_late(&mut self, cx: &mut Context<'_>) -> Poll<Asked> {
        let Some(watch) = &mut self.0 else {
            return Poll::Pending;
        };
        let Some(oldest) = watch.asked.front().copied() else {
            // A timer that will find nothing costs less than one for each request.
            if watch.copied.is_empty() && !watch.timer.is_set() {
                self.0 = None;
            }
            return Poll::Pending;
        };
        if watch
            .timer
            .poll(oldest.since + HEDGE_AFTER, cx)
            .is_pending()
        {
            return Poll::Pending;
        }
        watch.asked.pop_front();
        Poll::Ready(oldest)
    }

    /// What else went to this broker, and is no longer watched.
    fn take_all_of(&mut self, broker: BrokerId) -> VecDeque<Asked> {
        let Some(watch) = &mut self.0 else {
            return VecDeque::new();
        };
        let asked = watch.asked.drain(..);
        let (of_it, others) = asked.partition(|asked| asked.broker == broker);
        watch.asked = others;
        of_it
    }
}

impl KafkaSinkCluster {
    /// Takes note that this request is about to be sent to a broker, if another one could answer it as well.
    pub(super) fn watch(&mut self, request: &Message, broker: BrokerId) {
        if api::idempotent(request.api_key()) {
            let (id, since) = (request.id(), Instant::now());
            self.hedges.watch(Asked { id, broker, since });
        }
    }

    /// Asks others what brokers have not answered in time. Were it inlined, every request would pay for it.
    #[cold]
    pub(super) fn poll_hedges(&mut self, cx: &mut Context<'_>) -> Result<(), TransformError> {
        while let Poll::Ready(asked) = self.hedges.poll_late(cx) {
            let awaited = self.lines.awaited(asked.broker, asked.id);
            if let Some(upstream) = awaited
                && upstream.heard_at() > asked.since
            {
                // The answer may be long, or one of many.
                let since = upstream.heard_at();
                self.hedges.watch(Asked { since, ..asked });
                continue;
            }
            let mut late = VecDeque::from([asked]);
            if awaited.is_some() {
                self.lines.note_late(asked.broker);
                // What came after it would be answered after it.
                late.extend(self.hedges.take_all_of(asked.broker));
            }
            for asked in late {
                self.hedge(asked)?;
            }
            // The connections that they went out on may not have been polled.
            cx.waker().wake_by_ref();
        }
        Ok(())
    }

    /// Whether a lost connection leaves nothing behind but what another broker has answered, or may.
    pub(super) fn is_spare(&self, unanswered: &[Unanswered]) -> bool {
        let mut asked = unanswered
            .iter()
            .map(|left| &left.purpose)
            .filter(|it| !matches!(it, Purpose::Hello | Purpose::Handshake | Purpose::Token));
        let mut is_any = false;
        asked.all(|purpose| {
            is_any = true;
            let Purpose::Client(sent) = purpose else {
                return false;
            };
            let copied = self.hedges.copied(sent.id());
            copied.is_some_and(Copied::has_other)
        }) && is_any
    }

    /// Asks one more broker what this one has not answered.
    fn hedge(&mut self, late: Asked) -> Result<(), TransformError> {
        let Asked { id, broker, .. } = late;
        let Some((request, failed)) = self.lines.request(id) else {
            return Ok(());
        };
        let copied = self.hedges.copied(id);
        if copied.is_some_and(|copied| copied.is_answered) {
            return Ok(());
        }
        let may_copy = copied.is_none_or(|copied| copied.awaited < MAX_COPIES);
        // Of a client that says who it is for the first time nothing can be asked anywhere.
        let is_nobody = self.session.is_exchanging() && self.session.credentials().is_none();
        let another = match may_copy && !is_nobody {
            true => self.has_not_been_asked(id, broker),
            false => None,
        };
        let since = Instant::now();
        let credentials = self.session.credentials().cloned();
        let line = match another {
            Some(another) => self.connect(another)?,
            None => None,
        };
        let (Some(another), Some(line)) = (another, line) else {
            // Perhaps later.
            self.hedges.watch(Asked { since, ..late });
            return Ok(());
        };
        debug!(
            api = %request.api_key(),
            broker = broker.0,
            another = another.0,
            "a broker does not answer what another one can be asked"
        );
        let sent = Sent {
            request: Kept::own(request.clone()),
            failed,
        };
        let purpose = Some(Purpose::Client(sent));
        line.upstream
            .send(request, purpose, credentials.as_deref())?;
        self.cluster.metrics.hedge();
        self.hedges.copy(id, [broker, another]);
        let broker = another;
        self.hedges.watch(Asked { id, broker, since });
        Ok(())
    }

    /// A broker that is up and not late, was not asked this, which this one was, and answers it first.
    fn has_not_been_asked(&self, id: MessageId, broker: BrokerId) -> Option<BrokerId> {
        let view = self.known.view();
        let copied = self.hedges.copied(id);
        let asked = copied.map_or(std::slice::from_ref(&broker), |copied| &copied.asked);
        let is_new = |id: &BrokerId| !asked.contains(id);
        let mut idle = self.lines.idle();
        let idle = idle.find(|id| is_new(id) && view.node(*id).is_some());
        idle.or_else(|| {
            let may_answer = |id| !self.lines.is_late(id) && !self.lines.may_hold_up(id);
            let is_wanted = |id| is_new(&id) && may_answer(id);
            let turn = self.client.connection_id.wrapping_add(1);
            let node = self.cluster.up_from(view, turn, is_wanted)?;
            Some(node.broker_id)
        })
    }
}
