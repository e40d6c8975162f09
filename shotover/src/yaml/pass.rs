//! What was found while the tree was read once?

use super::error::Error;
use super::node::Position;
use super::path::{self, Path, Step};
use super::reader::Reader;
use super::wording;
use std::cell::RefCell;
use std::collections::BTreeSet;

/// The findings of one reading of the tree. They are collected here rather than returned, since
/// errors lose their type on the way through `typetag`.
#[derive(Debug, Default)]
pub(super) struct Pass {
    found: RefCell<Found>,
}

/// What a pass leaves behind.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Problems that reading got past.
    pub(super) findings: Vec<Finding>,
    /// The problem that reading ended at, unless it came to the end.
    pub(super) failure: Option<Failure>,
    /// Lists from which items were left out.
    pub(super) shifted: BTreeSet<String>,
    /// Fields that an unknown one was probably meant to be; not worth reporting as missing too.
    guessed: BTreeSet<Vec<Step>>,
    /// The last value of which a stand-in was read as text.
    text: Option<Vec<Step>>,
}

/// A problem and where it is.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) position: Position,
    pub(super) path: String,
    pub(super) message: String,
}

/// A problem that ended the pass.
#[derive(Debug)]
pub(super) struct Failure {
    /// The value to repair.
    pub(super) path: Vec<Step>,
    /// Whether it was read as text.
    pub(super) is_text: bool,
    /// None when the value was a stand-in: the reason for it has been reported.
    pub(super) finding: Option<Finding>,
}

impl Found {
    /// Whether the value at `path` or a part of it is a stand-in, which it may be refused for.
    fn has_inside(&self, path: &str) -> bool {
        self.findings.iter().any(|finding| {
            finding.path.strip_prefix(path).is_some_and(|rest| {
                rest.is_empty() || rest.starts_with(['.', '[']) || path.is_empty()
            })
        })
    }
}

impl Pass {
    pub(super) fn finish(self) -> Found {
        self.found.into_inner()
    }

    pub(super) fn find(&self, finding: Finding) {
        self.found.borrow_mut().findings.push(finding);
    }

    pub(super) fn shifted(&self, list: String) {
        self.found.borrow_mut().shifted.insert(list);
    }

    pub(super) fn asks_for_text(&self, path: &Path<'_>) {
        self.found.borrow_mut().text = Some(path.steps());
    }

    pub(super) fn guess(&self, path: Vec<Step>) {
        self.found.borrow_mut().guessed.insert(path);
    }

    /// Records that `reader`'s value was refused. `name` is set when a name in it was the reason.
    pub(super) fn fail(
        &self,
        reader: &Reader<'_, '_>,
        name: Option<(&str, Position)>,
        error: Error,
    ) -> Error {
        let mut repaired = reader.path().steps();
        let missing = match &error {
            Error::Recorded => return error,
            Error::MissingField(field) => Some(*field),
            Error::Custom(_)
            | Error::Mismatch { .. }
            | Error::Length { .. }
            | Error::UnknownVariant { .. }
            | Error::UnknownField { .. }
            | Error::DuplicateField(_) => None,
        };
        repaired.extend(missing.map(|field| Step::Name(field.to_owned())));
        let mut shown = repaired.clone();
        let mut position = reader.position();
        if let Some((name, at)) = name {
            shown.push(Step::Name(name.to_owned()));
            position = at;
        }
        let mut found = self.found.borrow_mut();
        let silent = reader.is_stand_in()
            || found.guessed.contains(&repaired)
            || match missing {
                Some(field) => reader.repair_of_name(field).is_some(),
                None => reader.has_repairs() || found.has_inside(&path::show(&repaired)),
            };
        found.failure = Some(Failure {
            is_text: found.text.as_ref() == Some(&repaired),
            path: repaired,
            finding: (!silent).then(|| Finding {
                position,
                path: path::show(&shown),
                message: wording::explain(&error),
            }),
        });
        Error::Recorded
    }
}
