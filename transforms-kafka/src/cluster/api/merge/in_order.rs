//! In which order do the answers to the parts of a request stand in the answer to all of it?

use std::collections::HashMap;
use std::hash::Hash;

/// What was answered, each key once: first what was asked for, in that order, then what nobody asked for. `combine` adds
/// a second answer about the same to the first.
pub(super) fn in_order<K: Hash + Eq, V>(
    asked: impl IntoIterator<Item = K>,
    answered: impl IntoIterator<Item = (K, V)>,
    combine: impl Fn(&mut V, V),
) -> Vec<V> {
    let mut places = HashMap::new();
    for key in asked {
        let next = places.len();
        places.entry(key).or_insert(next);
    }
    let mut found: Vec<Option<V>> = Vec::new();
    found.resize_with(places.len(), || None);
    for (key, value) in answered {
        let next = places.len();
        let place = *places.entry(key).or_insert(next);
        if place >= found.len() {
            found.push(Some(value));
            continue;
        }
        match found.get_mut(place) {
            Some(Some(known)) => combine(known, value),
            Some(empty @ None) => *empty = Some(value),
            None => {}
        }
    }
    found.into_iter().flatten().collect()
}
