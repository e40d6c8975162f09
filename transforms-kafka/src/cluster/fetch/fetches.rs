//! Which fetches of a client wait, what has been asked for them, and when are they answered?
//!
//! ```text
//! Waiting ──first in the queue──► Open ──records enough, an error, all brokers answered, or time is up──► answered
//! ```
//!
//! Pure: whoever drives this says what time it is, sends the parts, and tells what came of them.

use super::answer::{Element, Fetched, assemble, nothing};
use super::preferred::{Brokers, Named, Preferred, Source};
use super::wanted::{FetchError, PartOf, PartitionKey, Position, Wanted};
use crate::cluster::api::{Outage, Place};
use kafka_protocol::messages::BrokerId;
use shotover::message::Message;
use shotover::wire::{ErrorCode, Malformed};
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::time::Duration;
use tokio::time::Instant;

/// A part of the time a client waits, by which its brokers may be late: 1/8.
const GRACE: u32 = 8;

/// The shortest time by which brokers may be late: a fetch that does not want to wait wants what is there.
const LEAST_GRACE: Duration = Duration::from_millis(100);

/// How long a fetch waits for other brokers when one is out of reach. Without, clients would ask again at once, and be
/// told so again.
const OUTAGE_WAIT: Duration = Duration::from_millis(100);

/// The shortest time for which a broker is asked again within one fetch.
const LEAST_WAIT: Duration = Duration::from_millis(20);

/// What has come for a partition, with the offset it was asked from.
type Ready = HashMap<PartitionKey, (i64, Element)>;

/// The fetches of one client connection.
#[derive(Debug, Default)]
pub(crate) struct Fetches {
    /// The first is served.
    queue: VecDeque<Poll>,
    on_their_way: Vec<SubFetch>,
    ready: Ready,
    preferred: Preferred,
    throttle_time_ms: i32,
    next: u64,
}

/// A fetch that was sent to one broker.
#[derive(Clone, Debug)]
pub(crate) struct SubFetch {
    pub(crate) id: u64,
    pub(crate) broker: BrokerId,
    positions: HashSet<Position>,
    /// Those of them that the broker is asked for in place of their leader.
    as_replica: HashSet<PartitionKey>,
}

#[derive(Debug)]
struct Poll {
    wanted: Wanted,
    /// When the client's time is up; none while other fetches are before it.
    ends: Option<Instant>,
}

impl SubFetch {
    fn of(broker: BrokerId) -> Self {
        Self {
            id: 0,
            broker,
            positions: HashSet::new(),
            as_replica: HashSet::new(),
        }
    }
}

impl Fetches {
    /// Takes a Fetch request in.
    pub(crate) fn begin(&mut self, request: Message, now: Instant) -> Result<(), FetchError> {
        let wanted = Wanted::read(request)?;
        self.queue.push_back(Poll { wanted, ends: None });
        self.open(now);
        Ok(())
    }

    /// How many fetches wait for their answer.
    pub(crate) fn len(&self) -> usize {
        self.queue.len()
    }

    /// How many parts brokers work on.
    pub(crate) fn on_their_way(&self) -> usize {
        self.on_their_way.len()
    }

    /// When something has to be done though nothing arrives.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let Poll { wanted, ends } = self.queue.front()?;
        let ends = (*ends)?;
        let is_made_up = |position: &Position| {
            came(&self.ready, position)
                .is_some_and(|element| element.is_made_up && element.error.is_error())
        };
        Some(if wanted.partitions.iter().any(is_made_up) {
            ends - wanted.max_wait + wanted.max_wait.min(OUTAGE_WAIT)
        } else {
            ends + (wanted.max_wait / GRACE).max(LEAST_GRACE)
        })
    }

    /// Starts the first fetch of the queue, if it has not been.
    fn open(&mut self, now: Instant) {
        let Some(poll) = self.queue.front_mut() else {
            return;
        };
        if poll.ends.is_some() {
            return;
        }
        poll.ends = Some(now + poll.wanted.max_wait);
        // What was asked from another offset, or is not wanted any more, is of no use.
        let wanted: HashSet<&Position> = poll.wanted.partitions.iter().collect();
        self.ready.retain(|partition, (offset, _)| {
            let position = Position {
                partition: partition.clone(),
                offset: *offset,
            };
            wanted.contains(&position)
        });
    }

    /// What is to be sent now for the first fetch: a part to each broker that has not been asked for its partitions.
    pub(crate) fn unsent(
        &mut self,
        now: Instant,
        brokers: &dyn Brokers,
    ) -> Result<Vec<(SubFetch, Message)>, FetchError> {
        let Some(Poll {
            wanted,
            ends: Some(ends),
        }) = self.queue.front()
        else {
            return Ok(Vec::new());
        };
        let mut groups: BTreeMap<BrokerId, SubFetch> = BTreeMap::new();
        for position in &wanted.partitions {
            if is_asked(&self.ready, &self.on_their_way, position) {
                continue;
            }
            let partition = &position.partition;
            let source = self.preferred.source(partition, brokers, now);
            let broker = match source {
                Source::Replica(broker) | Source::Leader(Place::Broker(broker)) => broker,
                Source::Leader(Place::Nowhere(outage)) => {
                    let error = of_fetch(outage);
                    let element = nothing(wanted.version(), position, error);
                    keep(&mut self.ready, position, element);
                    continue;
                }
            };
            let group = groups.entry(broker).or_insert_with(|| SubFetch::of(broker));
            group.positions.insert(position.clone());
            if matches!(source, Source::Replica(_)) {
                group.as_replica.insert(partition.clone());
            }
        }
        let count = groups.len() + self.on_their_way.len();
        let mut parts = Vec::with_capacity(groups.len());
        for mut sent in groups.into_values() {
            let part = PartOf {
                max_wait: ends.saturating_duration_since(now),
                max_bytes: wanted.max_bytes / count.max(1),
                rack: self.preferred.rack_for(&sent.positions, now),
            };
            sent.id = self.next;
            self.next += 1;
            let part = wanted.part(&sent.positions, part)?;
            parts.push((sent, part));
        }
        self.on_their_way
            .extend(parts.iter().map(|(sent, _)| sent.clone()));
        Ok(parts)
    }

    /// Takes in what a broker answered to a part, and the replicas that it named there.
    pub(crate) fn arrived(
        &mut self,
        id: u64,
        (answer, named): (&Message, &HashMap<PartitionKey, BrokerId>),
        now: Instant,
    ) -> Result<(), Malformed> {
        let Some(sent) = self.take(id) else {
            return Ok(());
        };
        let fetched = Fetched::read(answer)?;
        self.throttle_time_ms = self.throttle_time_ms.max(fetched.throttle_time_ms);
        if fetched.error.is_error() {
            self.fill(&sent, answer.api_version(), fetched.error, now);
            return Ok(());
        }
        let keeps_empty = !self.asks_again(now) && !self.queue.is_empty();
        let asked: HashMap<&PartitionKey, &Position> = sent
            .positions
            .iter()
            .map(|position| (&position.partition, position))
            .collect();
        for element in fetched.elements {
            let Some(position) = asked.get(&element.partition) else {
                continue;
            };
            let is_empty = element.records == 0 && !element.error.is_error();
            let is_news = match named.get(&element.partition) {
                Some(replica) if is_empty => {
                    let named = (*replica, sent.broker);
                    self.preferred.named(&element.partition, named, now) == Named::Ignored
                }
                Some(_) | None => !is_empty || keeps_empty,
            };
            if element.error.is_error() && sent.as_replica.contains(&element.partition) {
                // What is wrong with the partition is for its leader to say.
                self.preferred.avoid(&element.partition, now);
            } else if is_news {
                keep(&mut self.ready, position, element);
            }
        }
        Ok(())
    }

    /// Takes note that a part will not be answered.
    pub(crate) fn failed(&mut self, id: u64, error: ErrorCode, now: Instant) {
        let version = self.queue.front().map(|poll| poll.wanted.version());
        if let (Some(sent), Some(version)) = (self.take(id), version) {
            self.fill(&sent, version, error, now);
        }
    }

    fn fill(&mut self, sent: &SubFetch, version: i16, error: ErrorCode, now: Instant) {
        for position in &sent.positions {
            if sent.as_replica.contains(&position.partition) {
                self.preferred.avoid(&position.partition, now);
            } else {
                keep(&mut self.ready, position, nothing(version, position, error));
            }
        }
    }

    fn take(&mut self, id: u64) -> Option<SubFetch> {
        let place = self.on_their_way.iter().position(|sent| sent.id == id)?;
        Some(self.on_their_way.swap_remove(place))
    }

    /// Whether so much of the client's time is left that a broker without records is asked again: what it was asked
    /// before may have been for an earlier fetch. Not of a client that waits for no records.
    fn asks_again(&self, now: Instant) -> bool {
        let Some(poll) = self.queue.front().filter(|poll| poll.wanted.min_bytes > 0) else {
            return false;
        };
        let left = poll.ends.map(|ends| ends.saturating_duration_since(now));
        left.is_some_and(|left| left > (poll.wanted.max_wait / GRACE).max(LEAST_WAIT))
    }

    /// The answer to the first fetch, if it can be given.
    pub(crate) fn answer(&mut self, now: Instant) -> Result<Option<Message>, FetchError> {
        let Some(poll) = self.queue.front() else {
            return Ok(None);
        };
        let wanted = &poll.wanted;
        let came = |position: &Position| came(&self.ready, position);
        let elements = wanted.partitions.iter().filter_map(came);
        let (mut count, mut records) = (0, 0);
        let (mut is_error, mut is_made_up) = (false, false);
        for element in elements {
            count += 1;
            records += element.records;
            is_error |= element.error.is_error() && !element.is_made_up;
            is_made_up |= element.is_made_up;
        }
        let is_complete = count == wanted.partitions.len() && !is_made_up;
        let is_enough = records > 0 && records >= wanted.min_bytes;
        let is_late = self.deadline().is_some_and(|deadline| now >= deadline);
        if !(is_complete || is_enough || is_error || is_late) {
            return Ok(None);
        }
        self.finish(now).map(Some)
    }

    fn finish(&mut self, now: Instant) -> Result<Message, FetchError> {
        let Some(poll) = self.queue.pop_front() else {
            return Err(FetchError::Nothing);
        };
        let wanted = poll.wanted;
        let mut room = wanted.max_bytes;
        let mut given = Vec::with_capacity(wanted.partitions.len());
        for position in &wanted.partitions {
            // The first records are given however many they are (KIP-74).
            let fits = came(&self.ready, position)
                .is_some_and(|element| element.records <= room || room == wanted.max_bytes);
            let element = match fits {
                true => self
                    .ready
                    .remove(&position.partition)
                    .map(|(_, element)| element),
                false => None,
            };
            let element =
                element.unwrap_or_else(|| nothing(wanted.version(), position, ErrorCode::NONE));
            room = room.saturating_sub(element.records);
            given.push(element);
        }
        let throttle_time_ms = std::mem::take(&mut self.throttle_time_ms);
        self.open(now);
        Ok(assemble(&wanted.request, throttle_time_ms, &given)?)
    }
}

fn keep(ready: &mut Ready, position: &Position, element: Element) {
    ready.insert(position.partition.clone(), (position.offset, element));
}

fn came<'a>(ready: &'a Ready, position: &Position) -> Option<&'a Element> {
    let (offset, element) = ready.get(&position.partition)?;
    (*offset == position.offset).then_some(element)
}

fn is_asked(ready: &Ready, on_their_way: &[SubFetch], position: &Position) -> bool {
    came(ready, position).is_some()
        || on_their_way
            .iter()
            .any(|sent| sent.positions.contains(position))
}

/// What a consumer understands: it looks for the leader again.
fn of_fetch(outage: Outage) -> ErrorCode {
    match outage {
        Outage::RouteUnknown
        | Outage::NotReached
        | Outage::LostAfterSend
        | Outage::ReplicasPlaced => ErrorCode::NOT_LEADER_OR_FOLLOWER,
    }
}
