//! Which fetches of a client wait, what has been asked for them, and when are they answered?
//!
//! ```text
//! Waiting ──first in the queue──► Open ──records enough, an error, all brokers answered, or time is up──► answered
//! ```
//!
//! Pure: whoever drives this says what time it is, sends the parts, and tells what came of them.

use super::answer::{Element, Head, Status, assemble, nothing};
use super::broker_session::Change;
use super::client_session::IsNews;
use super::part::{PartOf, Rack};
use super::preferred::{Brokers, Preferred, Source};
use super::ready::{Came, Ready};
use super::sessions::{Answering, Sessions};
use super::wanted::{Asked, FetchError, PartitionKey, SessionRef, Wanted};
use crate::cluster::api::{Entity, Outage, Place};
use kafka_protocol::messages::BrokerId;
use shotover::message::Message;
use shotover::wire::ErrorCode;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;
use tokio::time::Instant;

/// A part of the time a client waits, by which its brokers may be late: 1/5.
pub(super) const GRACE: u32 = 5;

/// The shortest time by which brokers may be late: a fetch that does not want to wait wants what is there.
const LEAST_GRACE: Duration = Duration::from_millis(20);

/// How long a fetch waits for other brokers when one is out of reach. Without, clients would ask again at once, and be
/// told so again.
const OUTAGE_WAIT: Duration = Duration::from_millis(100);

/// The fetches of one client connection.
#[derive(Debug, Default)]
pub(crate) struct Fetches {
    /// The first is served.
    pub(super) queue: VecDeque<Poll>,
    /// One per broker at most: it would work on the first before it reads another.
    pub(super) on_their_way: Vec<SubFetch>,
    pub(super) ready: Ready,
    pub(super) sessions: Sessions,
    /// What brokers said last of the partitions that a client without a session fetches.
    pub(super) known: BTreeMap<PartitionKey, Status>,
    /// Requests that close sessions, of which nobody waits for the answers.
    closings: Vec<Part>,
    pub(super) preferred: Preferred,
    pub(super) throttle_time_ms: i32,
    /// That of the newest fetch that was served: what has come is written as it says.
    pub(super) version: i16,
    /// Whether something has come of which nothing was made yet.
    pub(super) has_news: bool,
    next: u64,
}

/// A request that is to be sent to one broker.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) id: u64,
    pub(crate) broker: BrokerId,
    pub(crate) request: Message,
}

/// An answer for the client.
#[derive(Debug)]
pub(crate) struct Given {
    pub(crate) answer: Message,
    /// The broker that has the rest, if the answer is open.
    pub(crate) rest_of: Option<BrokerId>,
}

/// A part that was sent.
#[derive(Debug)]
pub(super) struct SubFetch {
    pub(super) id: u64,
    pub(super) broker: BrokerId,
    pub(super) session: SessionRef,
    /// What the broker answers for, and from which offset.
    pub(super) offsets: BTreeMap<PartitionKey, i64>,
    /// Those that the broker is asked for in place of their leader.
    pub(super) as_replica: BTreeSet<PartitionKey>,
}

/// A fetch of the client.
#[derive(Debug)]
pub(super) struct Poll {
    pub(super) wanted: Wanted,
    /// None while other fetches are before it.
    open: Option<Open>,
}

#[derive(Debug)]
pub(super) struct Open {
    /// When the client's time is up.
    pub(super) ends: Instant,
    answering: Result<Answering, ErrorCode>,
}

/// What one broker is to be asked for.
#[derive(Debug, Default)]
struct Group {
    asked: Vec<Asked>,
    as_replica: BTreeSet<PartitionKey>,
}

impl Fetches {
    /// Those of the client connection of this number.
    pub(crate) fn of(connection: u64) -> Self {
        Self {
            sessions: Sessions::of(connection),
            ..Self::default()
        }
    }

    /// The partitions that a request is about, which may be more than it names.
    pub(crate) fn concerned<'a>(&'a self, wanted: &'a Wanted) -> impl Iterator<Item = Entity<'a>> {
        let client = self.sessions.client.as_ref();
        let client = client.filter(|client| client.check(wanted).is_ok());
        let followed = client.into_iter().flat_map(|client| client.partitions());
        wanted.partitions.iter().chain(followed).map(Asked::entity)
    }

    /// Takes a Fetch request in.
    pub(crate) fn begin(&mut self, wanted: Wanted, now: Instant) -> Result<(), FetchError> {
        self.queue.push_back(Poll { wanted, open: None });
        self.open(now)
    }

    /// The rack of the client, as the first fetch of the queue says it.
    pub(crate) fn rack(&self) -> &[u8] {
        let first = self.queue.front();
        first.map_or(&[], |poll| poll.wanted.rack.as_ref())
    }

    /// How many fetches wait for their answer.
    pub(crate) fn len(&self) -> usize {
        self.queue.len()
    }

    /// How many parts brokers work on.
    pub(crate) fn on_their_way(&self) -> usize {
        self.on_their_way.len()
    }

    /// Whether something has come since this was asked last: an answer, or that a broker cannot be asked. Nothing is news
    /// twice, however often a fetch names a partition.
    pub(crate) fn take_news(&mut self) -> bool {
        std::mem::take(&mut self.has_news)
    }

    /// When something has to be done though nothing arrives.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let Poll { wanted, open } = self.queue.front()?;
        let ends = open.as_ref()?.ends;
        Some(if self.ready.has_outage() {
            ends - wanted.max_wait + wanted.max_wait.min(OUTAGE_WAIT)
        } else {
            ends + (wanted.max_wait / GRACE).max(LEAST_GRACE)
        })
    }

    /// Starts the first fetch of the queue, if it has not been.
    fn open(&mut self, now: Instant) -> Result<(), FetchError> {
        let Some(Poll { wanted, open }) = self.queue.front_mut() else {
            return Ok(());
        };
        if open.is_some() {
            return Ok(());
        }
        for (broker, session) in self.sessions.close(wanted.session) {
            let part = wanted.part(&PartOf {
                max_wait: Duration::ZERO,
                max_bytes: 0,
                rack: Rack::Withheld,
                session,
                partitions: &[],
                forgotten: &[],
            })?;
            self.closings.push(Part {
                id: next_id(&mut self.next),
                broker,
                request: part,
            });
        }
        *open = Some(Open {
            ends: now + wanted.max_wait,
            answering: self.sessions.begin(wanted),
        });
        if self.version != wanted.version() {
            self.version = wanted.version();
            self.ready = Ready::default();
        }
        self.ready.keep_only(&wanted.partitions);
        if self.known.len() > wanted.partitions.len() {
            let wanted = wanted.partitions.iter().map(|asked| &asked.partition);
            let wanted: BTreeSet<&PartitionKey> = wanted.collect();
            self.known.retain(|partition, _| wanted.contains(partition));
        }
        Ok(())
    }

    /// Requests that close sessions with brokers, which their connections carry if they are still there.
    pub(crate) fn closings(&mut self) -> Vec<Part> {
        std::mem::take(&mut self.closings)
    }

    /// What is to be sent now for the first fetch: a part to each broker that has not been asked for its partitions.
    pub(crate) fn unsent(
        &mut self,
        now: Instant,
        brokers: &dyn Brokers,
    ) -> Result<Vec<Part>, FetchError> {
        let groups = self.groups(now, brokers);
        let Some((wanted, Open { ends, answering })) = self.queue.front().and_then(Poll::opened)
        else {
            return Ok(Vec::new());
        };
        let count = groups.len() + self.on_their_way.len();
        let mut parts = Vec::with_capacity(groups.len());
        for (broker, Group { asked, as_replica }) in groups {
            let rack = self.preferred.rack_for(&asked, now);
            let offsets = asked.iter().map(Asked::offset).collect();
            let change = match answering {
                Ok(Answering::Full | Answering::Incremental) => {
                    self.sessions.ask(broker, wanted.version(), asked)
                }
                Ok(Answering::Sessionless) | Err(_) => Change {
                    session: SessionRef::NONE,
                    partitions: asked,
                    forgotten: Vec::new(),
                },
            };
            let request = wanted.part(&PartOf {
                max_wait: ends.saturating_duration_since(now),
                max_bytes: wanted.max_bytes / count.max(1),
                rack,
                session: change.session,
                partitions: &change.partitions,
                forgotten: &change.forgotten,
            })?;
            let id = next_id(&mut self.next);
            self.on_their_way.push(SubFetch {
                id,
                broker,
                session: change.session,
                offsets,
                as_replica,
            });
            parts.push(Part {
                id,
                broker,
                request,
            });
        }
        Ok(parts)
    }

    /// What of the first fetch is to be asked of brokers that work on nothing else.
    fn groups(&mut self, now: Instant, brokers: &dyn Brokers) -> BTreeMap<BrokerId, Group> {
        let mut groups: BTreeMap<BrokerId, Group> = BTreeMap::new();
        let Some((
            wanted,
            Open {
                answering: Ok(_), ..
            },
        )) = self.queue.front().and_then(Poll::opened)
        else {
            return groups;
        };
        for asked in &wanted.partitions {
            let partition = &asked.partition;
            if self.ready.of(&asked.partition, asked.offset).is_some() {
                continue;
            }
            // Who is the one to ask now: another one, asked before, may never answer.
            let source = self.preferred.source(partition, brokers, now);
            let broker = match source {
                Source::Replica(broker) | Source::Leader(Place::Broker(broker)) => broker,
                Source::Leader(Place::Nowhere(_)) if is_asked(&self.on_their_way, asked) => {
                    continue;
                }
                Source::Leader(Place::Nowhere(outage)) => {
                    let said = (of_fetch(outage), Status::UNKNOWN);
                    let element = nothing(wanted.version(), partition, said);
                    let came = Came::Element(element);
                    self.has_news |= self.ready.put(partition.clone(), asked.offset, came);
                    continue;
                }
            };
            if self.on_their_way.iter().any(|sent| sent.broker == broker) {
                continue;
            }
            let group = groups.entry(broker).or_default();
            group.asked.push(asked.clone());
            if matches!(source, Source::Replica(_)) {
                group.as_replica.insert(partition.clone());
            }
        }
        groups
    }

    /// The answer to the first fetch, if it can be given.
    pub(crate) fn answer(&mut self, now: Instant) -> Result<Option<Given>, FetchError> {
        let Some((wanted, open)) = self.queue.front().and_then(Poll::opened) else {
            return Ok(None);
        };
        let Ok(answering) = open.answering else {
            return self.refuse(now);
        };
        let (mut count, mut records) = (0, 0);
        let (mut is_error, mut is_made_up, mut is_open) = (false, false, false);
        for came in wanted
            .partitions
            .iter()
            .filter_map(|asked| self.ready.of(&asked.partition, asked.offset))
        {
            count += 1;
            if let Came::Element(element) = came {
                records += element.records;
                is_error |= element.is_exception() && !element.is_made_up;
                is_made_up |= element.is_made_up;
                is_open |= element.rest.is_some();
            }
        }
        let is_complete = count == wanted.partitions.len() && !is_made_up;
        let min_bytes = usize::try_from(wanted.min_bytes).unwrap_or_default();
        // A broker that is in the middle of an answer says nothing else before, so that is given as soon as it can be.
        let is_enough = is_open || records > 0 && records >= min_bytes;
        let is_late = self.deadline().is_some_and(|deadline| now >= deadline);
        if !(is_complete || is_enough || is_error || is_late) {
            return Ok(None);
        }
        self.finish(answering, now).map(Some)
    }

    /// Says what is wrong with the session of the first fetch.
    fn refuse(&mut self, now: Instant) -> Result<Option<Given>, FetchError> {
        let Some(Poll {
            wanted,
            open:
                Some(Open {
                    answering: Err(error),
                    ..
                }),
        }) = self.queue.pop_front()
        else {
            return Err(FetchError::Nothing);
        };
        self.open(now)?;
        let head = Head {
            throttle_time_ms: 0,
            error,
            session_id: 0,
        };
        Ok(Some(Given {
            answer: assemble(&wanted.request, head, &[])?.refusal_if(true),
            rest_of: None,
        }))
    }

    fn finish(&mut self, answering: Answering, now: Instant) -> Result<Given, FetchError> {
        let Some(Poll { wanted, .. }) = self.queue.pop_front() else {
            return Err(FetchError::Nothing);
        };
        let (mut room, mut rest_of) = (wanted.max_bytes, None);
        let mut given = Vec::with_capacity(wanted.partitions.len());
        for asked in &wanted.partitions {
            // The first records are given however many they are (KIP-74), and only one element can be the last. What is
            // not given waits for the next fetch, which names the same offset.
            let fits = |came: &Came| {
                (came.records() <= room || room == wanted.max_bytes)
                    && !(came.is_open() && rest_of.is_some())
            };
            let element = match self
                .ready
                .of(&asked.partition, asked.offset)
                .is_some_and(fits)
            {
                true => self.ready.take(&asked.partition),
                false => None,
            };
            let element = self.told(answering, element, (wanted.version(), &asked.partition));
            if let Some(element) = element {
                room = room.saturating_sub(element.records);
                rest_of = rest_of.or(element.rest.map(|rest| rest.broker));
                given.push(element);
            }
        }
        let client = self.sessions.client.as_ref();
        let head = Head {
            throttle_time_ms: std::mem::take(&mut self.throttle_time_ms),
            error: ErrorCode::NONE,
            session_id: match (answering, client) {
                (Answering::Sessionless, _) | (_, None) => 0,
                (Answering::Full | Answering::Incremental, Some(client)) => client.id(),
            },
        };
        self.open(now)?;
        let is_made_up = given.iter().all(|element| element.is_made_up);
        Ok(Given {
            answer: assemble(&wanted.request, head, &given)?.refusal_if(is_made_up),
            rest_of,
        })
    }

    /// What the client is told of a partition, given what came for it.
    fn told(
        &mut self,
        answering: Answering,
        came: Option<Element>,
        (version, partition): (i16, &PartitionKey),
    ) -> Option<Element> {
        let nothing = |status| nothing(version, partition, (ErrorCode::NONE, status));
        let client = match (answering, &mut self.sessions.client) {
            (Answering::Sessionless, _) | (_, None) => {
                let known = self.known.get(partition).copied();
                return Some(came.unwrap_or_else(|| nothing(known.unwrap_or(Status::UNKNOWN))));
            }
            (Answering::Full | Answering::Incremental, Some(client)) => client,
        };
        let element = came.unwrap_or_else(|| nothing(client.known(partition)));
        let is_news = client.tell(&element) == IsNews::Yes;
        (is_news || answering == Answering::Full).then_some(element)
    }
}

impl Poll {
    pub(super) fn opened(&self) -> Option<(&Wanted, &Open)> {
        Some((&self.wanted, self.open.as_ref()?))
    }
}

fn next_id(next: &mut u64) -> u64 {
    let id = *next;
    *next += 1;
    id
}

fn is_asked(on_their_way: &[SubFetch], asked: &Asked) -> bool {
    let is_sent = |sent: &SubFetch| sent.offsets.get(&asked.partition) == Some(&asked.offset);
    on_their_way.iter().any(is_sent)
}

/// What a consumer understands: it looks for the leader again.
fn of_fetch(outage: Outage) -> ErrorCode {
    match outage {
        Outage::RouteUnknown
        | Outage::NotReached
        | Outage::LostAfterSend
        | Outage::ReplicasPlaced
        | Outage::StandsForNone => ErrorCode::NOT_LEADER_OR_FOLLOWER,
    }
}
