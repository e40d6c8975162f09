//! What is wrong with a file, and how is it shown?

use super::document::Document;
use super::limits::MAX_PROBLEMS;
use super::node::Position;
use std::fmt;

/// One thing that is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file as its user named it.
    pub file: String,
    /// The place in the file; none when the file could not be read at all.
    pub position: Option<Position>,
    /// The path in the file, as in `sources[0].Kafka.listen_addr`; empty for the file as a whole.
    pub path: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.file)?;
        if let Some(position) = self.position {
            write!(f, "{position}:")?;
        }
        if !self.path.is_empty() {
            write!(f, " {}:", self.path)?;
        }
        write!(f, " {}", self.message)
    }
}

/// All that is wrong with a file, in the order of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems {
    list: Vec<Problem>,
    omitted: usize,
    /// Where the value that was read is a stand-in.
    stand_ins: Vec<String>,
    /// Lists from which items were left out: paths into them name the wrong item.
    shifted: Vec<String>,
}

impl Problems {
    /// No problem yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a problem, unless it is there already. Beyond [`MAX_PROBLEMS`] only their number grows.
    pub fn push(&mut self, problem: Problem) {
        if self.list.contains(&problem) {
            return;
        }
        if self.list.len() >= MAX_PROBLEMS {
            self.omitted += 1;
            return;
        }
        let after = self
            .list
            .partition_point(|other| other.position <= problem.position);
        self.list.insert(after, problem);
    }

    /// Adds what was found wrong with the value read at `path` of `document`.
    ///
    /// Where the file itself has a problem at, around or inside `path`, the value is partly a
    /// stand-in; what is found wrong with it then is not worth reporting.
    pub fn report(&mut self, document: &Document, path: &str, message: impl Into<String>) {
        if !self.doubt(path) {
            self.push(document.problem(path, message));
        }
    }

    /// Whether the value that was read at `path` is, is part of, or has in it a stand-in.
    pub fn doubt(&self, path: &str) -> bool {
        let within = |inner: &str, outer: &str| {
            inner.strip_prefix(outer).is_some_and(|rest| {
                outer.is_empty() || rest.is_empty() || rest.starts_with(['.', '['])
            })
        };
        self.omitted > 0
            || self.shifted.iter().any(|list| within(path, list))
            || self
                .stand_ins
                .iter()
                .any(|stand_in| within(stand_in, path) || within(path, stand_in))
    }

    /// Adds all problems of `other`.
    pub fn extend(&mut self, other: Self) {
        for problem in other.list {
            self.push(problem);
        }
        self.omitted += other.omitted;
        self.stand_ins.extend(other.stand_ins);
        self.shifted.extend(other.shifted);
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The problems, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.list.iter()
    }

    pub(super) fn is_full(&self) -> bool {
        self.list.len() >= MAX_PROBLEMS
    }

    /// Adds a problem that a stand-in was put in place for.
    pub(super) fn push_read(&mut self, problem: Problem) {
        // Beyond that everything is in doubt.
        if !self.is_full() {
            self.stands_in(problem.path.clone());
        }
        self.push(problem);
    }

    pub(super) fn stands_in(&mut self, path: String) {
        if !self.stand_ins.contains(&path) {
            self.stand_ins.push(path);
        }
    }

    pub(super) fn shifts(&mut self, list: String) {
        if !self.shifted.contains(&list) {
            self.shifted.push(list);
        }
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        let mut problems = Self::new();
        problems.push(problem);
        problems
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.list.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{problem}")?;
        }
        if self.omitted > 0 {
            write!(f, "\n... and {} more", self.omitted)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
