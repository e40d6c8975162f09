//! Which counters belong to an API key, without a map look-up per request?

use crate::wire::ApiKey;
use std::sync::OnceLock;

/// Places in a table: one for each key code, of which Kafka 4.3 has up to 92, and the last for what is not a key, so that
/// the series stay bounded whatever a peer sends.
const SLOTS: usize = 128;
const UNKNOWN: ApiSlot = ApiSlot(SLOTS - 1);

/// The value of the label `api` for a key that Kafka does not have.
pub(crate) const UNKNOWN_NAME: &str = "unknown";

/// The place of an API key in every [`ApiTable`], always below [`SLOTS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ApiSlot(usize);

impl ApiSlot {
    /// The place of this code, which need not be one of Kafka's.
    pub(crate) fn of(code: i16) -> Self {
        ApiKey::from_code(code).map_or(UNKNOWN, Self::from)
    }

    /// Every slot with its name, by rising key code, the unknown ones last.
    pub(crate) fn all() -> impl Iterator<Item = (Self, &'static str)> {
        let known = ApiKey::ALL.iter().map(|key| (Self::from(*key), key.name()));
        known.chain([(UNKNOWN, UNKNOWN_NAME)])
    }
}

impl From<ApiKey> for ApiSlot {
    #[inline]
    fn from(key: ApiKey) -> Self {
        let code = usize::try_from(key.code()).ok();
        code.filter(|code| *code < UNKNOWN.0).map_or(UNKNOWN, Self)
    }
}

/// One `T` per API key, made when the key is first seen.
#[derive(Debug)]
pub(crate) struct ApiTable<T> {
    cells: [OnceLock<Box<T>>; SLOTS],
}

impl<T: Default> ApiTable<T> {
    pub(crate) fn cell(&self, ApiSlot(slot): ApiSlot) -> &T {
        #[expect(clippy::indexing_slicing, reason = "an ApiSlot is below SLOTS")]
        let cell = &self.cells[slot];
        cell.get_or_init(Box::default)
    }

    /// The cell of a key that was seen.
    pub(crate) fn seen(&self, ApiSlot(slot): ApiSlot) -> Option<&T> {
        self.cells.get(slot)?.get().map(|cell| &**cell)
    }
}

impl<T> Default for ApiTable<T> {
    fn default() -> Self {
        Self {
            cells: [const { OnceLock::new() }; SLOTS],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[track_caller]
    fn check(code: i16, expected: &str) {
        let slot = ApiSlot::of(code);
        let found: Vec<&str> = ApiSlot::all()
            .filter(|(other, _)| *other == slot)
            .map(|(_, name)| name)
            .collect();
        assert_eq!(found, [expected]);
    }

    #[test]
    fn every_key_has_a_slot_of_its_own() {
        for key in ApiKey::ALL {
            check(key.code(), key.name());
        }
    }

    #[test]
    fn every_other_key_is_unknown() {
        for code in [-1, i16::MIN, 4, 93, 126, 127, 128, i16::MAX] {
            check(code, UNKNOWN_NAME);
        }
    }

    #[test]
    fn a_cell_is_made_when_its_key_is_seen() {
        let table = ApiTable::<AtomicU64>::default();
        assert!(table.seen(ApiSlot::of(3)).is_none());
        table.cell(ApiSlot::of(3)).fetch_add(2, Ordering::Relaxed);
        assert_eq!(
            table
                .seen(ApiSlot::of(3))
                .map(|cell| cell.load(Ordering::Relaxed)),
            Some(2)
        );
        assert!(table.seen(ApiSlot::of(0)).is_none());
    }
}
