//! How does serde go through a list?

use super::error::Error;
use super::node::Node;
use super::reader::Reader;
use super::repair::Repair;
use serde::de::{DeserializeSeed, SeqAccess};
use std::iter::Enumerate;
use std::slice::Iter;

/// The items of a list but for those to leave out, or stand-ins.
#[derive(Debug)]
pub(super) struct Items<'de, 'r> {
    reader: &'r Reader<'de, 'r>,
    items: Enumerate<Iter<'de, Node>>,
    stand_ins: usize,
}

impl<'de, 'r> Items<'de, 'r> {
    pub(super) fn new(reader: &'r Reader<'de, 'r>, items: &'de [Node]) -> Self {
        Self {
            reader,
            items: items.iter().enumerate(),
            stand_ins: 0,
        }
    }

    pub(super) fn stand_ins(reader: &'r Reader<'de, 'r>, count: usize) -> Self {
        Self {
            reader,
            items: [].iter().enumerate(),
            stand_ins: count,
        }
    }

    fn next_reader(&mut self) -> Option<Reader<'de, 'r>> {
        for (index, node) in self.items.by_ref() {
            if self.reader.repair_of_index(index) != Some(Repair::LeaveOut) {
                return Some(self.reader.item(index, Some(node)));
            }
            let list = self.reader.path().to_string();
            self.reader.pass().shifted(list);
        }
        self.stand_ins = self.stand_ins.checked_sub(1)?;
        Some(self.reader.item(self.stand_ins, None))
    }
}

impl<'de> SeqAccess<'de> for Items<'de, '_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        let Some(reader) = self.next_reader() else {
            return Ok(None);
        };
        reader.settle(seed.deserialize(reader)).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len() + self.stand_ins)
    }
}
