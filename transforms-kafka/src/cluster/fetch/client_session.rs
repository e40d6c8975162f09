//! What does a client not have to say again, and what has it been told already (KIP-227)?

use super::answer::{Element, Status};
use super::broker_session::next_epoch;
use super::wanted::{Asked, PartitionKey, SessionRef, Wanted};
use shotover::wire::ErrorCode;
use std::collections::BTreeMap;

/// Partitions of a session. A client that wants more gets none, and names all partitions in every fetch.
pub(super) const MAX_SESSION_PARTITIONS: usize = 10_000;

/// The fetch session of a client connection.
#[derive(Debug)]
pub(super) struct ClientSession {
    id: i32,
    /// What the next request has to count.
    epoch: i32,
    topics: Naming,
    /// By turn: what gave records comes last.
    followed: BTreeMap<u64, Followed>,
    turns: BTreeMap<PartitionKey, u64>,
    next_turn: u64,
}

/// How topics are named, which is the same throughout a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Naming {
    ByName,
    ById,
}

#[derive(Debug)]
struct Followed {
    asked: Asked,
    /// What brokers said last.
    known: Option<Status>,
    /// What the client was told last; none if that was an error.
    told: Option<Status>,
}

impl ClientSession {
    /// A session with what a request names. None for one that is too large to be remembered, or empty.
    pub(super) fn open(id: i32, wanted: &Wanted) -> Option<Self> {
        let mut session = Self {
            id,
            epoch: 1,
            topics: Naming::of(wanted.version()),
            followed: BTreeMap::new(),
            turns: BTreeMap::new(),
            next_turn: 0,
        };
        let fits = session.follow(&wanted.partitions);
        (fits && !session.is_empty()).then_some(session)
    }

    pub(super) fn id(&self) -> i32 {
        self.id
    }

    pub(super) fn is_empty(&self) -> bool {
        self.turns.is_empty()
    }

    /// How many partitions it has.
    pub(super) fn len(&self) -> usize {
        self.turns.len()
    }

    /// Whether a request belongs to the session, and is the next one. What is wrong with it is said as a broker does.
    pub(super) fn check(&self, wanted: &Wanted) -> Result<(), ErrorCode> {
        let SessionRef { id, epoch } = wanted.session;
        if id != self.id {
            Err(ErrorCode::FETCH_SESSION_ID_NOT_FOUND)
        } else if Naming::of(wanted.version()) != self.topics {
            Err(ErrorCode::FETCH_SESSION_TOPIC_ID_ERROR)
        } else if epoch != self.epoch {
            Err(ErrorCode::INVALID_FETCH_SESSION_EPOCH)
        } else {
            Ok(())
        }
    }

    /// Goes on with what the next request changes. Whether there was room for that.
    pub(super) fn change(&mut self, wanted: &Wanted) -> bool {
        self.epoch = next_epoch(self.epoch);
        for partition in &wanted.forgotten {
            if let Some(turn) = self.turns.remove(partition) {
                self.followed.remove(&turn);
            }
        }
        self.follow(&wanted.partitions)
    }

    /// Follows these from now on. Whether there was room for all of them.
    fn follow(&mut self, partitions: &[Asked]) -> bool {
        for asked in partitions {
            if let Some(followed) = self.of(&asked.partition) {
                followed.asked = asked.clone();
                continue;
            }
            if self.turns.len() >= MAX_SESSION_PARTITIONS || !is_small(asked) {
                return false;
            }
            let followed = Followed {
                asked: asked.clone(),
                known: None,
                told: None,
            };
            self.put_last(followed);
        }
        true
    }

    fn put_last(&mut self, followed: Followed) {
        let partition = followed.asked.partition.clone();
        self.turns.insert(partition, self.next_turn);
        self.followed.insert(self.next_turn, followed);
        self.next_turn += 1;
    }

    /// All of it, in the order in which it is served.
    pub(super) fn partitions(&self) -> impl Iterator<Item = &Asked> {
        self.followed.values().map(|followed| &followed.asked)
    }

    /// A broker said this of a partition.
    pub(super) fn learn(&mut self, partition: &PartitionKey, status: Status) {
        if let Some(followed) = self.of(partition) {
            followed.known = Some(status);
        }
    }

    /// What a broker said of a partition last.
    pub(super) fn known(&self, partition: &PartitionKey) -> Status {
        let turn = self.turns.get(partition);
        let followed = turn.and_then(|turn| self.followed.get(turn));
        followed
            .and_then(|followed| followed.known)
            .unwrap_or(Status::UNKNOWN)
    }

    /// Whether the client has to be told, as it does not know yet. It is, if so.
    pub(super) fn tell(&mut self, element: &Element) -> IsNews {
        let Some(followed) = self.of(&element.partition) else {
            return IsNews::Yes;
        };
        let is_same = |told: Status| told.is_like(element.status);
        let is_known = element.status == Status::UNKNOWN || followed.told.is_some_and(is_same);
        if is_known && element.records == 0 && !element.is_exception() {
            return IsNews::No;
        }
        let has_status = !element.error.is_error() && element.status != Status::UNKNOWN;
        followed.told = has_status.then_some(element.status);
        if element.records > 0
            && let Some(turn) = self.turns.get(&element.partition)
            && let Some(followed) = self.followed.remove(turn)
        {
            self.put_last(followed);
        }
        IsNews::Yes
    }

    fn of(&mut self, partition: &PartitionKey) -> Option<&mut Followed> {
        let turn = self.turns.get(partition)?;
        self.followed.get_mut(turn)
    }
}

/// Whether a client has yet to be told something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IsNews {
    Yes,
    No,
}

impl Naming {
    fn of(version: i16) -> Self {
        match version {
            ..13 => Self::ByName,
            13.. => Self::ById,
        }
    }
}

/// Whether no more has to be remembered of it than of what a consumer wants.
fn is_small(asked: &Asked) -> bool {
    asked.partition.is_small() && asked.tags.is_empty()
}
