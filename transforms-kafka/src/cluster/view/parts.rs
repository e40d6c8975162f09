//! How is a map of many entries changed without copying all of them?
//!
//! Each change of the view makes a copy of it. The copy shares all parts but the one that the change is in.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

/// Into how many parts a map is divided.
pub(super) const PARTS: usize = 128;

/// A map whose copies share what did not change.
#[derive(Clone, Debug)]
pub(super) struct Parts<K, V> {
    parts: Arc<[Arc<HashMap<K, V>>]>,
    length: usize,
}

impl<K, V> Default for Parts<K, V> {
    fn default() -> Self {
        Self {
            parts: std::iter::repeat_n(Arc::default(), PARTS).collect(),
            length: 0,
        }
    }
}

impl<K: Clone + Eq + Hash + AsRef<[u8]>, V: Clone> Parts<K, V> {
    pub(super) fn len(&self) -> usize {
        self.length
    }

    #[inline]
    pub(super) fn get<Q>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + AsRef<[u8]> + ?Sized,
    {
        self.parts.get(part_of(key.as_ref()))?.get(key)
    }

    pub(super) fn insert(&mut self, key: K, value: V) {
        let part = part_of(key.as_ref());
        if let Some(part) = Arc::make_mut(&mut self.parts).get_mut(part) {
            let is_new = Arc::make_mut(part).insert(key, value).is_none();
            self.length += usize::from(is_new);
        }
    }

    /// What there was.
    pub(super) fn remove<Q>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + AsRef<[u8]> + ?Sized,
    {
        let part = part_of(key.as_ref());
        let part = Arc::make_mut(&mut self.parts).get_mut(part)?;
        // Nothing is copied for what is not there.
        if !part.contains_key(key) {
            return None;
        }
        self.length -= 1;
        Arc::make_mut(part).remove(key)
    }
}

/// In which part something is. Names that are in the same one, because they begin and end alike, cost as much as if there were
/// no parts.
#[inline]
fn part_of(name: &[u8]) -> usize {
    let (first, last) = match (name.first_chunk(), name.last_chunk()) {
        (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
        _ => (
            name.iter()
                .fold(0, |sum: u64, byte| (sum << 8) | u64::from(*byte)),
            0,
        ),
    };
    let mixed = (first ^ last.rotate_left(29)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    usize::try_from(mixed >> 57).unwrap_or_default() % PARTS
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn name(number: usize) -> Bytes {
        format!("orders.{number}.v1").into()
    }

    #[test]
    fn of_all_a_change_copies_a_part() {
        let mut all = Parts::default();
        for number in 0..1_000 {
            all.insert(name(number), number);
        }
        let before = all.clone();
        all.insert(name(7), 8);
        let shared = before.parts.iter().zip(&*all.parts);
        let shared = shared.filter(|(before, now)| Arc::ptr_eq(before, now));
        assert_eq!(shared.count(), PARTS - 1);
        assert_eq!(
            (before.get(&name(7)), all.get(&name(7))),
            (Some(&7), Some(&8))
        );
        assert_eq!((before.len(), all.len()), (1_000, 1_000));
        assert_eq!(all.remove(&name(7)), Some(8));
        assert_eq!(all.remove(&name(7)), None);
        assert_eq!((all.get(&name(7)), all.len()), (None, 999));
    }

    #[test]
    fn names_of_topics_and_ids_are_in_many_parts() {
        let parts = |names: &mut dyn Iterator<Item = Bytes>| {
            let mut parts: Vec<usize> = names.map(|name| part_of(&name)).collect();
            parts.sort_unstable();
            parts.dedup();
            parts.len()
        };
        assert!(parts(&mut (0..1_000).map(name)) > PARTS / 2);
        let short = |number: u32| Bytes::from(format!("t{number}"));
        assert!(parts(&mut (0..1_000).map(short)) > PARTS / 2);
        // As Kafka makes them, at random.
        let id = |number: u128| {
            Bytes::copy_from_slice(&(number * 0x1234_5678_9abc_def1_2345).to_be_bytes())
        };
        assert!(parts(&mut (0..1_000).map(id)) > PARTS / 2);
    }
}
