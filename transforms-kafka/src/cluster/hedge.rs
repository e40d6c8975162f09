//! What is asked of a second broker because the first one does not answer?
//!
//! The answers to one client keep the order of its requests: what one broker is asked and does not answer holds up what
//! others have answered. What any broker can say need not: it is asked of another one too, and whoever answers first is
//! heard (a hedged request).

use super::api;
use super::kept::Kept;
use super::node::NodeState;
use super::sink::KafkaSinkCluster;
use super::upstream::{Purpose, Sent};
use kafka_protocol::messages::BrokerId;
use shotover::message::{Message, MessageId};
use shotover::transforms::{Timer, TransformError};
use std::collections::VecDeque;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::Instant;

/// How long a broker may take to answer what any broker can, before another one is asked too. Brokers answer such from
/// memory; who needs longer is stopped, cut off or has too much to do. No third one is asked: if all need longer, one more
/// request each is what it costs them.
pub(super) const HEDGE_AFTER: Duration = Duration::from_secs(1);

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
    /// Those that went to one broker, the oldest first.
    asked: VecDeque<Asked>,
    /// Those that went to two brokers of which not both have been heard.
    asked_twice: Vec<Twice>,
}

#[derive(Clone, Copy, Debug)]
struct Asked {
    id: MessageId,
    broker: BrokerId,
    since: Instant,
}

#[derive(Clone, Copy, Debug)]
struct Twice {
    id: MessageId,
    is_answered: bool,
}

impl Hedges {
    /// A request that any broker can answer is on its way to this one.
    fn watch(&mut self, asked: Asked) {
        let watch = self.0.get_or_insert_default();
        if watch.asked.len() < MAX_WATCHED {
            watch.asked.push_back(asked);
        }
    }

    /// A request that was watched is on its way to a second broker.
    fn sent_again(&mut self, id: MessageId) {
        let is_answered = false;
        let watch = self.0.get_or_insert_default();
        watch.asked_twice.push(Twice { id, is_answered });
    }

    /// Whether there is anything to watch.
    #[inline]
    pub(super) fn is_any(&self) -> bool {
        self.0.is_some()
    }

    /// The request of which this is the answer is not waited for any more. Returns whether the client has to be given the
    /// answer: it had none before.
    pub(super) fn answered(&mut self, id: MessageId) -> bool {
        let Some(watch) = &mut self.0 else {
            return true;
        };
        watch.asked.retain(|asked| asked.id != id);
        let mut twice = watch.asked_twice.iter_mut();
        match twice.find(|twice| twice.id == id) {
            None => true,
            Some(twice) if !twice.is_answered => {
                twice.is_answered = true;
                true
            }
            Some(_) => {
                watch.asked_twice.retain(|twice| twice.id != id);
                false
            }
        }
    }

    /// A broker will not answer this. Returns whether nobody else has or may.
    pub(super) fn lost(&mut self, id: MessageId) -> bool {
        let Some(watch) = &mut self.0 else {
            return true;
        };
        watch.asked.retain(|asked| asked.id != id);
        let before = watch.asked_twice.len();
        watch.asked_twice.retain(|twice| twice.id != id);
        watch.asked_twice.len() == before
    }

    /// Ready with a request that has been on its way for too long.
    fn poll_late(&mut self, cx: &mut Context<'_>) -> Poll<Asked> {
        let Some(watch) = &mut self.0 else {
            return Poll::Pending;
        };
        let Some(oldest) = watch.asked.front().copied() else {
            // A timer that will find nothing costs less than one for each request.
            if watch.asked_twice.is_empty() && !watch.timer.is_set() {
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
        while let Poll::Ready(late) = self.hedges.poll_late(cx) {
            // Between a handshake and its token nothing else may be said.
            if self.session.is_exchanging() || !self.hedge(late)? {
                continue;
            }
            // What came after it would be answered after it.
            for behind in self.hedges.take_all_of(late.broker) {
                self.hedge(behind)?;
            }
            // The connection that it went out on may not have been polled.
            cx.waker().wake_by_ref();
        }
        Ok(())
    }

    /// Asks another broker what this one has not answered. Returns whether there is one to ask.
    fn hedge(&mut self, late: Asked) -> Result<bool, TransformError> {
        let Some(&Sent {
            ref request,
            failed,
        }) = self.lines.awaited(late.broker, late.id)
        else {
            return Ok(false);
        };
        let request = request.alike().clone();
        let Some(another) = self.another_than(late.broker) else {
            return Ok(false);
        };
        let credentials = self.session.credentials().cloned();
        let Some(line) = self.connect(another)? else {
            return Ok(false);
        };
        let sent = Sent {
            request: Kept::own(request.clone()),
            failed,
        };
        let purpose = Some(Purpose::Client(sent));
        line.upstream
            .send(request, purpose, credentials.as_deref())?;
        self.hedges.sent_again(late.id);
        self.lines.note_late(late.broker);
        Ok(true)
    }

    /// A broker that is up, but not this one.
    fn another_than(&self, broker: BrokerId) -> Option<BrokerId> {
        let view = self.known.view();
        let is_another = |id: &BrokerId| *id != broker && view.node(*id).is_some();
        let at_hand = self.lines.at_hand().filter(is_another);
        at_hand.or_else(|| {
            let another = self
                .cluster
                .any_but(Some(broker), view, self.client.connection_id)
                .filter(|node| node.health.state() == NodeState::Up);
            another.map(|node| node.broker_id).filter(is_another)
        })
    }
}
