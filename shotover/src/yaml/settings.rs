//! How does serde go through a mapping?

use super::error::Error;
use super::name::Name;
use super::node::{Entry, NOTHING, Node, Position};
use super::path::Step;
use super::reader::Reader;
use super::repair::Repair;
use super::wording;
use serde::de::{DeserializeSeed, Error as _, MapAccess};

/// A name and its value; a stand-in is read when there is none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting<'de> {
    pub(super) name: &'de str,
    pub(super) position: Position,
    pub(super) node: Option<&'de Node>,
}

impl<'de> Setting<'de> {
    pub(super) fn stand_in(name: &'de str, position: Position) -> Self {
        Self {
            name,
            position,
            node: None,
        }
    }

    /// The name and its place, unless it stands alone: then the path of where it stands says all.
    pub(super) fn shown(&self) -> Option<(&'de str, Position)> {
        let alone = self.node.is_some_and(|node| std::ptr::eq(node, &NOTHING));
        (!alone).then_some((self.name, self.position))
    }
}

impl<'de> From<&'de Entry> for Setting<'de> {
    fn from(entry: &'de Entry) -> Self {
        Self {
            name: &entry.name,
            position: entry.position,
            node: Some(&entry.node),
        }
    }
}

/// The settings of a mapping but for those to leave out.
#[derive(Debug)]
pub(super) struct Settings<'de, 'r> {
    reader: &'r Reader<'de, 'r>,
    settings: std::vec::IntoIter<Setting<'de>>,
    current: Option<Setting<'de>>,
}

impl<'de, 'r> Settings<'de, 'r> {
    /// Every entry.
    pub(super) fn of_entries(reader: &'r Reader<'de, 'r>, entries: &'de [Entry]) -> Self {
        Self::new(reader, entries.iter().map(Setting::from).collect())
    }

    /// The one name and value of a tagged object.
    pub(super) fn of_sole(reader: &'r Reader<'de, 'r>, setting: Option<Setting<'de>>) -> Self {
        Self::new(reader, setting.into_iter().collect())
    }

    /// The entries that are fields; the others are reported. Of fields that are known to be
    /// required and missing, stand-ins.
    pub(super) fn of_fields(
        reader: &'r Reader<'de, 'r>,
        entries: &'de [Entry],
        fields: &'static [&'static str],
    ) -> Self {
        let (known, unknown): (Vec<_>, Vec<_>) = entries
            .iter()
            .partition(|entry| fields.contains(&&*entry.name));
        let absent: Vec<&'static str> = fields
            .iter()
            .copied()
            .filter(|field| known.iter().all(|entry| &*entry.name != *field))
            .collect();
        for entry in unknown {
            report_unknown(reader, entry, fields, &absent);
        }
        let stand_ins = absent
            .iter()
            .filter(|field| matches!(reader.repair_of_name(field), Some(Repair::StandIn(_))))
            .map(|field| Setting::stand_in(field, reader.position()));
        let known = known.into_iter().map(Setting::from);
        Self::new(reader, known.chain(stand_ins).collect())
    }

    fn new(reader: &'r Reader<'de, 'r>, mut settings: Vec<Setting<'de>>) -> Self {
        settings.retain(|setting| reader.repair_of_name(setting.name) != Some(Repair::LeaveOut));
        Self {
            reader,
            settings: settings.into_iter(),
            current: None,
        }
    }
}

impl<'de> MapAccess<'de> for Settings<'de, '_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        self.current = self.settings.next();
        let Some(setting) = self.current else {
            return Ok(None);
        };
        seed.deserialize(Name(setting.name))
            .map(Some)
            .map_err(|error| self.reader.pass().fail(self.reader, setting.shown(), error))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let Some(setting) = self.current.take() else {
            return Err(Error::custom("a value was read before its name"));
        };
        let reader = self
            .reader
            .named(setting.name, setting.position, setting.node);
        reader.settle(seed.deserialize(reader))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.settings.len())
    }
}

fn report_unknown(
    reader: &Reader<'_, '_>,
    entry: &Entry,
    fields: &'static [&'static str],
    absent: &[&'static str],
) {
    let meant = wording::closest(&entry.name, absent.iter().copied());
    if let Some(meant) = meant {
        let mut path = reader.path().steps();
        path.push(Step::Name(meant.to_owned()));
        reader.pass().guess(path);
    }
    let message = wording::unknown("field", &entry.name, fields, meant);
    reader.find(entry.position, Some(&entry.name), message);
}
