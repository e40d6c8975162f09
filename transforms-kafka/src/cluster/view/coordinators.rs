//! Who coordinates which group or transaction, as far as that is remembered?
//!
//! Clients choose the names: what is kept of them is limited in number and in bytes.

use super::observation::CoordinatorKey;
use kafka_protocol::messages::BrokerId;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

/// Bytes of the name of a group or transaction: Kafka's strings are not longer, and no coordinator can be asked for by a
/// longer one.
pub(super) const LONGEST_NAME: usize = 32_767;

/// How much is remembered. One more, and all that was is forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CoordinatorLimits {
    /// Groups and transactions.
    pub(crate) keys: usize,
    /// Bytes of all their names; room for one of any length.
    pub(crate) name_bytes: usize,
}

/// Groups and transactions, and the broker of each.
#[derive(Clone, Debug)]
pub(crate) struct Coordinators {
    limits: CoordinatorLimits,
    brokers: HashMap<CoordinatorKey, BrokerId>,
    /// Bytes of the names in `brokers`.
    name_bytes: usize,
}

impl Coordinators {
    pub(crate) fn within(limits: CoordinatorLimits) -> Self {
        Self {
            limits,
            brokers: HashMap::new(),
            name_bytes: 0,
        }
    }

    pub(crate) fn get(&self, key: &CoordinatorKey) -> Option<BrokerId> {
        self.brokers.get(key).copied()
    }

    /// Whether something of this name would be remembered.
    pub(super) fn takes(key: &CoordinatorKey) -> bool {
        key.name.len() <= LONGEST_NAME
    }

    pub(crate) fn insert(&mut self, key: CoordinatorKey, broker: BrokerId) {
        if let Some(known) = self.brokers.get_mut(&key) {
            *known = broker;
            return;
        }
        if !Self::takes(&key) {
            return;
        }
        let name_bytes = self.name_bytes.saturating_add(key.name.len());
        if self.brokers.len() >= self.limits.keys || name_bytes > self.limits.name_bytes {
            self.brokers.clear();
            self.name_bytes = 0;
        }
        self.name_bytes += key.name.len();
        self.brokers.insert(key, broker);
    }

    /// Whether there was one.
    pub(crate) fn remove(&mut self, key: &CoordinatorKey) -> bool {
        let was_there = self.brokers.remove(key).is_some();
        if was_there {
            self.name_bytes = self.name_bytes.saturating_sub(key.name.len());
        }
        was_there
    }
}

/// Those of all clients, in parts: each answer that tells of a new one makes a copy of the view, of which only one part is
/// not shared.
#[derive(Clone, Debug)]
pub(super) struct AllCoordinators {
    parts: Arc<[Arc<Coordinators>]>,
    hasher: RandomState,
}

/// Into how many parts they are divided.
const PARTS: usize = 128;

/// Groups and transactions whose coordinator is remembered in one part, 102,400 in all, with 16 MiB of names. One more, and
/// all of that part are asked for again.
const MAX_OF_PART: CoordinatorLimits = CoordinatorLimits {
    keys: 800,
    name_bytes: 16 * 1024 * 1024 / PARTS,
};

impl Default for AllCoordinators {
    fn default() -> Self {
        let part = Arc::new(Coordinators::within(MAX_OF_PART));
        Self {
            parts: std::iter::repeat_n(part, PARTS).collect(),
            hasher: RandomState::new(),
        }
    }
}

impl AllCoordinators {
    pub(super) fn get(&self, key: &CoordinatorKey) -> Option<BrokerId> {
        self.parts.get(self.part_of(key))?.get(key)
    }

    pub(super) fn insert(&mut self, key: CoordinatorKey, broker: BrokerId) {
        let part = self.part_of(&key);
        if let Some(part) = Arc::make_mut(&mut self.parts).get_mut(part) {
            Arc::make_mut(part).insert(key, broker);
        }
    }

    /// Whether there was one.
    pub(super) fn remove(&mut self, key: &CoordinatorKey) -> bool {
        let part = self.part_of(key);
        let part = Arc::make_mut(&mut self.parts).get_mut(part);
        part.is_some_and(|part| Arc::make_mut(part).remove(key))
    }

    /// Clients choose the names, but not which part they are in.
    fn part_of(&self, key: &CoordinatorKey) -> usize {
        let hash = self.hasher.hash_one(key);
        usize::try_from(hash).unwrap_or_default() % PARTS
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::view::CoordinatorKind;

    fn key(first: char, length: usize) -> CoordinatorKey {
        let name = std::iter::once(first).chain(std::iter::repeat('-'));
        CoordinatorKey {
            kind: CoordinatorKind::Group,
            name: name.take(length).collect::<String>().into(),
        }
    }

    #[test]
    fn neither_names_nor_their_bytes_are_remembered_without_end() {
        let mut coordinators = Coordinators::within(CoordinatorLimits {
            keys: 3,
            name_bytes: 40_000,
        });
        // What is put, or removed, of this many bytes; and what is known then.
        for (puts, name, length, known) in [
            (true, 'a', 1, "a"),
            (true, 'b', 39_998, "a"),
            (true, 'b', LONGEST_NAME + 1, "a"),
            (true, 'b', LONGEST_NAME, "ab"),
            (true, 'b', LONGEST_NAME, "ab"),
            (true, 'c', 40_000 - 1 - LONGEST_NAME, "abc"),
            // The same again is not one more.
            (true, 'c', 40_000 - 1 - LONGEST_NAME, "abc"),
            (true, 'd', 1, "d"),
            (true, 'a', 39_999 - LONGEST_NAME, "ad"),
            (true, 'b', LONGEST_NAME, "abd"),
            (false, 'a', 39_999 - LONGEST_NAME, "bd"),
            (false, 'a', 39_999 - LONGEST_NAME, "bd"),
            (true, 'a', 40_000 - LONGEST_NAME, "a"),
        ] {
            match puts {
                true => coordinators.insert(key(name, length), BrokerId(1)),
                false => {
                    coordinators.remove(&key(name, length));
                }
            }
            let mut names: Vec<char> = coordinators.brokers.keys().map(first).collect();
            names.sort_unstable();
            let names: String = names.into_iter().collect();
            assert_eq!(names, known, "after {name} of {length}");
            let bytes: usize = coordinators.brokers.keys().map(|key| key.name.len()).sum();
            assert_eq!(coordinators.name_bytes, bytes);
        }
    }

    fn first(key: &CoordinatorKey) -> char {
        char::from(key.name[0])
    }

    #[test]
    fn of_all_a_new_one_copies_a_part() {
        let mut all = AllCoordinators::default();
        let name = |number: i32| CoordinatorKey {
            kind: CoordinatorKind::Group,
            name: number.to_string().into(),
        };
        for number in 0..1_000 {
            all.insert(name(number), BrokerId(number));
        }
        let before = all.clone();
        all.insert(name(1_000), BrokerId(1_000));
        let shared = before.parts.iter().zip(&*all.parts);
        let shared = shared.filter(|(before, now)| Arc::ptr_eq(before, now));
        assert_eq!(shared.count(), PARTS - 1);
        assert_eq!(before.get(&name(1_000)), None);
        for number in 0..=1_000 {
            assert_eq!(all.get(&name(number)), Some(BrokerId(number)));
        }
        assert!(all.remove(&name(7)) && !all.remove(&name(7)));
        assert_eq!(all.get(&name(7)), None);
        assert_eq!(before.get(&name(7)), Some(BrokerId(7)));
    }
}
