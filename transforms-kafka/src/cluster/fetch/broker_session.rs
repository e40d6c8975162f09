//! What does a broker already know of what a client wants (KIP-227)?
//!
//! ```text
//! Closed ──all partitions are named──► opening ──the broker grants a session──► Open ──only changes are named──► Open
//!   ▲                                     └──it does not──► Closed                └──error, other id, loss──► Closed
//!   └────────────────────────────────────────────────────────────────────────────────────────────────┘
//! ```

use super::wanted::{Asked, PartitionKey, SessionRef};
use std::collections::{BTreeMap, BTreeSet};

/// What one broker remembers of one client.
#[derive(Debug, Default)]
pub(super) struct BrokerSession {
    /// The session that the broker has or may have; 0 for none.
    id: i32,
    /// What the next request counts; 0 if that has to open a session.
    epoch: i32,
    /// The version of the requests: another one writes partitions otherwise.
    version: i16,
    /// What the session holds.
    held: BTreeMap<PartitionKey, Asked>,
}

/// What a request to the broker has to say.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) session: SessionRef,
    pub(super) partitions: Vec<Asked>,
    pub(super) forgotten: Vec<PartitionKey>,
}

impl BrokerSession {
    /// Asks for exactly these partitions.
    pub(super) fn ask(&mut self, version: i16, asked: Vec<Asked>) -> Change {
        if self.epoch == 0 || self.version != version {
            return self.open(version, asked);
        }
        let session = SessionRef {
            id: self.id,
            epoch: self.epoch,
        };
        self.epoch = next_epoch(self.epoch);
        let forgotten = self.forget_others(&asked);
        let mut partitions = asked;
        partitions.retain(|asked| self.held.get(&asked.partition) != Some(asked));
        for asked in &partitions {
            self.held.insert(asked.partition.clone(), asked.clone());
        }
        Change {
            session,
            partitions,
            forgotten,
        }
    }

    /// Holds no other partitions than these. Those that it held.
    fn forget_others(&mut self, asked: &[Asked]) -> Vec<PartitionKey> {
        let is_held = |asked: &&Asked| self.held.contains_key(&asked.partition);
        if asked.iter().filter(is_held).count() == self.held.len() {
            return Vec::new();
        }
        let wanted: BTreeSet<&PartitionKey> = asked.iter().map(|asked| &asked.partition).collect();
        let held = self.held.keys();
        let gone = held.filter(|partition| !wanted.contains(partition));
        let forgotten: Vec<PartitionKey> = gone.cloned().collect();
        for partition in &forgotten {
            self.held.remove(partition);
        }
        forgotten
    }

    fn open(&mut self, version: i16, partitions: Vec<Asked>) -> Change {
        self.version = version;
        self.epoch = 0;
        let held = partitions.iter();
        self.held = held
            .map(|asked| (asked.partition.clone(), asked.clone()))
            .collect();
        Change {
            // A session that the broker may still have is closed by that.
            session: SessionRef {
                id: self.id,
                epoch: 0,
            },
            partitions,
            forgotten: Vec::new(),
        }
    }

    /// The broker answered a request of the session `asked` with the session `id`.
    pub(super) fn answered(&mut self, asked: SessionRef, id: i32) {
        if !asked.is_incremental() && id != 0 {
            self.id = id;
            self.epoch = 1;
        } else if asked.id != id || id == 0 {
            // There is none, or none any more.
            *self = Self::default();
        }
    }

    /// Nobody knows what the broker knows.
    pub(super) fn lost(&mut self) {
        self.epoch = 0;
        self.held = BTreeMap::new();
    }

    /// The session that is to be closed, if there is one.
    pub(super) fn closing(&self) -> Option<SessionRef> {
        let is_open = self.id != 0;
        is_open.then_some(SessionRef {
            id: self.id,
            epoch: -1,
        })
    }
}

/// What the request after this one counts.
pub(super) fn next_epoch(epoch: i32) -> i32 {
    epoch.checked_add(1).unwrap_or(1)
}
