//! Which connections to brokers does one client have?

use super::by_id::ById;
use super::node::{Health, NodeState};
use super::passing::Passing;
use super::shared::Cluster;
use super::upstream::{Event, Upstream, UpstreamLost};
use crate::broker::BrokerConnection;
use crate::woken::{self, Woken};
use kafka_protocol::messages::BrokerId;
use shotover::causes::Causes;
use shotover::message::{EncodeError, Message, MessageId};
use shotover::topology::Address;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use tracing::info;

/// Connections that are told apart when they are woken, in words of 64.
const WORDS: usize = 8;
type Due = woken::Due<WORDS>;

/// What a connection to a broker is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Destination {
    /// Requests of the client that belong to this broker.
    Id(BrokerId),
    /// Fetches of the client from this broker, which keep it waiting.
    LongPoll(BrokerId),
    /// The client's SASL exchange, and look-ups.
    ControlConnection,
}

/// A connection to a broker, and which broker that is.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) destination: Destination,
    /// None while only a contact point is known.
    pub(super) broker: Option<BrokerId>,
    pub(super) health: Arc<Health>,
    pub(super) upstream: Upstream,
    /// What the socket and the timers of this connection wake.
    waker: Waker,
    /// Whether it took no more requests when it was last moved forward.
    is_full: bool,
    /// Whether it has not answered in time what another one could, and nothing since.
    is_late: bool,
}

/// The connections of one client.
///
/// However many there are, only those are moved forward that something happened to: each has a waker of its own, which
/// notes its place and wakes the client's task.
#[derive(Debug, Default)]
pub(super) struct Lines {
    places: ById<Destination, usize>,
    /// The place of a connection never changes; one that became free is used again.
    lines: Vec<Option<Box<Line>>>,
    woken: Arc<Woken<WORDS>>,
    due: Due,
    /// How many take no more requests.
    full: usize,
    /// Whether connections that are made give answers before all of them has arrived.
    opens_answers: bool,
}

/// Where a broker is.
#[derive(Debug)]
pub(super) struct Target<'a> {
    pub(super) broker: Option<BrokerId>,
    pub(super) address: &'a Address,
    pub(super) health: &'a Arc<Health>,
}

impl Lines {
    pub(super) fn iter(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().flatten().map(AsRef::as_ref)
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Line> {
        self.places.values().for_each(|place| self.due.add(*place));
        self.lines.iter_mut().flatten().map(AsMut::as_mut)
    }

    /// Whether connections that are made from now on give answers before all of them has arrived.
    pub(super) fn open_answers(&mut self, may: bool) {
        self.opens_answers = may;
    }

    /// The connection, to do something with it that it has to be moved forward for.
    pub(super) fn get_mut(&mut self, destination: Destination) -> Option<&mut Line> {
        self.at(self.place(destination)?)
    }

    /// The place of the connection.
    #[inline]
    pub(super) fn place(&self, destination: Destination) -> Option<usize> {
        self.places.get(&destination).copied()
    }

    /// The connection at this place, to do something with it that it has to be moved forward for.
    #[inline]
    pub(super) fn at(&mut self, place: usize) -> Option<&mut Line> {
        self.due.add(place);
        self.lines.get_mut(place)?.as_deref_mut()
    }

    pub(super) fn has(&self, destination: Destination) -> bool {
        self.place(destination).is_some()
    }

    /// The brokers that are up and to which there is a connection already, on which nothing is waited for: one may be waited
    /// for in vain.
    pub(super) fn idle(&self) -> impl Iterator<Item = BrokerId> {
        let is_free = |line: &Line| line.upstream.is_idle() && line.health.state() == NodeState::Up;
        self.iter().filter_map(move |line| match line.destination {
            Destination::Id(broker) if is_free(line) => Some(broker),
            Destination::Id(_) | Destination::LongPoll(_) | Destination::ControlConnection => None,
        })
    }

    /// Where this broker has yet to answer the client's request of this id.
    pub(super) fn awaited(&self, broker: BrokerId, id: MessageId) -> Option<&Upstream> {
        let upstream = &self.line(broker)?.upstream;
        upstream.awaited(id).map(|_| upstream)
    }

    /// The client's request of this id, if a broker has yet to answer it, and how often it was sent to one that was lost.
    pub(super) fn request(&self, id: MessageId) -> Option<(Message, u8)> {
        let sent = self.iter().find_map(|line| line.upstream.awaited(id))?;
        Some((sent.request.alike().clone(), sent.failed))
    }

    /// The connection for requests that belong to this broker.
    fn line(&self, broker: BrokerId) -> Option<&Line> {
        let place = self.place(Destination::Id(broker))?;
        self.lines.get(place)?.as_deref()
    }

    /// This broker has not answered in time what another one could.
    pub(super) fn note_late(&mut self, broker: BrokerId) {
        if let Some(line) = self.get_mut(Destination::Id(broker)) {
            line.is_late = true;
        }
    }

    /// Whether that is the last thing known of this broker.
    pub(super) fn is_late(&self, broker: BrokerId) -> bool {
        self.line(broker).is_some_and(|line| line.is_late)
    }

    /// Whether this broker may be in the middle of a long answer to what the client asked later than what is to be sent.
    pub(super) fn may_hold_up(&self, broker: BrokerId) -> bool {
        self.line(broker)
            .is_some_and(|line| line.upstream.may_be_held_up())
    }

    /// Whether each takes more requests.
    pub(super) fn have_capacity(&self) -> bool {
        self.full == 0
    }

    /// Starts to connect, and says at which place. `hello` is the first thing the broker hears.
    pub(super) fn open(
        &mut self,
        destination: Destination,
        target: &Target<'_>,
        (cluster, hello): (&Cluster, Message),
    ) -> Result<usize, EncodeError> {
        let mut connection = BrokerConnection::new(
            cluster.network.dial(target.address),
            Some(cluster.read_timeout),
            Arc::clone(&cluster.metrics),
        );
        if self.opens_answers {
            connection.open_answers();
        }
        let free = self.lines.iter().position(Option::is_none);
        let place = free.unwrap_or(self.lines.len());
        let line = Box::new(Line {
            destination,
            broker: target.broker,
            health: Arc::clone(target.health),
            upstream: Upstream::new(connection, hello)?,
            waker: self.woken.waker(place),
            is_full: false,
            is_late: false,
        });
        match self.lines.get_mut(place) {
            Some(free) => *free = Some(line),
            None => self.lines.push(Some(line)),
        }
        self.places.insert(destination, place);
        self.due.add(place);
        Ok(place)
    }

    /// Takes a connection out, to be dropped.
    pub(super) fn remove(&mut self, destination: Destination) -> Option<Box<Line>> {
        let place = self.places.remove(&destination)?;
        let line = self.lines.get_mut(place)?.take()?;
        self.full -= usize::from(line.is_full);
        Some(line)
    }

    /// Moves connections forward until one of them has something to tell.
    pub(super) fn poll_event(
        &mut self,
        cx: &Context<'_>,
        passing: &mut Passing<'_>,
    ) -> Poll<(Destination, Event)> {
        while let Some(place) = self.due.first(&self.woken, cx) {
            self.due.done(place);
            if let Poll::Ready(told) = self.poll_place(place, passing) {
                return Poll::Ready(told);
            }
        }
        Poll::Pending
    }

    /// Moves the connection at a place forward, or those behind the last place.
    fn poll_place(
        &mut self,
        place: usize,
        passing: &mut Passing<'_>,
    ) -> Poll<(Destination, Event)> {
        let count = match place {
            Due::LAST => self.lines.len().saturating_sub(Due::LAST),
            _ => 1,
        };
        for line in self.lines.iter_mut().skip(place).take(count).flatten() {
            let polled = line.poll_event(passing);
            let is_full = !line.upstream.has_capacity();
            self.full += usize::from(is_full);
            self.full -= usize::from(std::mem::replace(&mut line.is_full, is_full));
            if let Poll::Ready(event) = polled {
                if place == Due::LAST || line.upstream.has_more() {
                    self.due.add(place);
                }
                return Poll::Ready((line.destination, event));
            }
        }
        Poll::Pending
    }
}

impl Line {
    /// What log lines call it: its sink, and the broker at its other end.
    pub(super) fn in_log(&self) -> (&str, Option<i32>) {
        (self.upstream.sink(), self.broker.map(|id| id.0))
    }

    /// What is said of a client that this connection's end ends.
    pub(super) fn ended_by(&self, cause: &UpstreamLost) -> String {
        let cause = Causes(cause);
        match self.in_log() {
            (sink, Some(broker)) => format!("{sink}, broker {broker}: {cause}"),
            (sink, None) => format!("{sink}: {cause}"),
        }
    }

    fn poll_event(&mut self, passing: &mut Passing<'_>) -> Poll<Event> {
        let cx = &mut Context::from_waker(&self.waker);
        let event = self.upstream.poll_event(cx, passing);
        let is_answer = matches!(event, Poll::Ready(Event::Answer(..) | Event::Passed));
        if is_answer {
            self.is_late = false;
            if self.health.up() {
                let (sink, broker) = self.in_log();
                info!(sink, broker, "a broker is up again");
            }
        }
        event
    }
}
