//! Where is the reader in the tree, and what does it read there?

use super::error::Error;
use super::node::{Node, Position, Value};
use super::pass::{Finding, Pass};
use super::path::{self, Path, Step};
use super::repair::{Repair, Repairs, TEXTS};
use super::wording;

/// Reads one node. Without one it hands out stand-ins, about which nothing is reported.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'de, 'p> {
    node: Option<&'de Node>,
    position: Position,
    repairs: Option<&'p Repairs>,
    path: Path<'p>,
    pass: &'p Pass,
}

impl<'de, 'p> Reader<'de, 'p> {
    pub(super) fn new(root: &'de Node, repairs: &'p Repairs, pass: &'p Pass) -> Self {
        Self {
            node: Some(root),
            position: root.position,
            repairs: Some(repairs),
            path: Path::Root,
            pass,
        }
        .repaired()
    }

    /// The reader of the part that `name`, which is at `position`, names.
    pub(super) fn named<'r>(
        &'r self,
        name: &'r str,
        position: Position,
        node: Option<&'de Node>,
    ) -> Reader<'de, 'r> {
        let part = Reader {
            node: self.node.and(node),
            position: node.map_or(position, |node| node.position_after(position)),
            repairs: self.repairs_of_name(name),
            path: Path::Name(&self.path, name),
            pass: self.pass,
        };
        part.repaired()
    }

    /// The reader of an item of a list.
    pub(super) fn item(&self, index: usize, node: Option<&'de Node>) -> Reader<'de, '_> {
        let item = Reader {
            node: self.node.and(node),
            position: node.map_or(self.position, |node| node.position),
            repairs: self.repairs_of_index(index),
            path: Path::Index(&self.path, index),
            pass: self.pass,
        };
        item.repaired()
    }

    /// The same place with a stand-in for the value.
    pub(super) fn stand_in(self) -> Self {
        Self { node: None, ..self }
    }

    pub(super) fn is_stand_in(&self) -> bool {
        self.node.is_none()
    }

    pub(super) fn position(&self) -> Position {
        self.position
    }

    pub(super) fn path(&self) -> &Path<'p> {
        &self.path
    }

    pub(super) fn pass(&self) -> &'p Pass {
        self.pass
    }

    pub(super) fn repair_of_name(&self, name: &str) -> Option<Repair> {
        self.repairs_of_name(name).and_then(Repairs::here)
    }

    /// Whether the value or a part of it was repaired.
    pub(super) fn has_repairs(&self) -> bool {
        self.repairs.is_some_and(|repairs| !repairs.is_empty())
    }

    pub(super) fn repair_of_index(&self, index: usize) -> Option<Repair> {
        self.repairs_of_index(index).and_then(Repairs::here)
    }

    /// The stand-in for text.
    pub(super) fn stand_in_text(&self) -> &'static str {
        self.pass.asks_for_text(&self.path);
        let index = match self.repairs.and_then(Repairs::here) {
            Some(Repair::StandIn(index)) => index,
            Some(Repair::LeaveOut) | None => 0,
        };
        TEXTS.get(index).copied().unwrap_or_default()
    }

    /// Reports what is wrong with the value, unless it is a stand-in.
    pub(super) fn find(&self, position: Position, name: Option<&str>, message: String) {
        if self.is_stand_in() {
            return;
        }
        let mut steps = self.path.steps();
        steps.extend(name.map(|name| Step::Name(name.to_owned())));
        self.pass.find(Finding {
            position,
            path: path::show(&steps),
            message,
        });
    }

    /// Reports that the value is not what was expected.
    pub(super) fn mismatch(&self, expected: &str) {
        if let Some(node) = self.node {
            self.find(
                self.position,
                None,
                wording::mismatch(expected, &node.value),
            );
        }
    }

    /// Records the error of a visitor at this place, unless that happened further in.
    pub(super) fn settle<T>(&self, result: Result<T, Error>) -> Result<T, Error> {
        result.map_err(|error| self.pass.fail(self, None, error))
    }

    fn repaired(self) -> Self {
        match self.repairs.and_then(Repairs::here) {
            Some(Repair::StandIn(_) | Repair::LeaveOut) => self.stand_in(),
            None => self,
        }
    }

    fn repairs_of_name(&self, name: &str) -> Option<&'p Repairs> {
        self.repairs?.inside(&Step::Name(name.to_owned()))
    }

    fn repairs_of_index(&self, index: usize) -> Option<&'p Repairs> {
        self.repairs?.inside(&Step::Index(index))
    }

    pub(super) fn value(&self) -> Option<&'de Value> {
        self.node.map(|node| &node.value)
    }
}
