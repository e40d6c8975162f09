//! What is in a YAML file, and where?

use std::fmt;
use std::sync::Arc;

/// A place in a file; both numbers start at 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl Position {
    pub(super) const START: Self = Self { line: 1, column: 1 };
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// A value and its place.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) position: Position,
    pub(super) value: Value,
}

/// A value. Text is shared, so that an alias costs nodes but no bytes.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Integer(i128),
    Float(f64),
    Text(Arc<str>),
    Sequence(Vec<Node>),
    Mapping(Vec<Entry>),
}

/// One line of a mapping; its name is unique there.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) name: Arc<str>,
    pub(super) position: Position,
    pub(super) node: Node,
}

/// The value of a name that stands alone, as in `- NullSink`.
pub(super) static NOTHING: Node = Node {
    position: Position::START,
    value: Value::Null,
};

impl Node {
    /// Nodes in this tree, itself included.
    pub(super) fn size(&self) -> usize {
        1 + self.children().map(Self::size).sum::<usize>()
    }

    /// Levels of lists and mappings in this tree, itself included.
    pub(super) fn height(&self) -> usize {
        match &self.value {
            Value::Sequence(_) | Value::Mapping(_) => {
                1 + self.children().map(Self::height).max().unwrap_or(0)
            }
            Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Text(_) => {
                0
            }
        }
    }

    /// The place of this value, whose name is at `name`: a value that is not there has none.
    pub(super) fn position_after(&self, name: Position) -> Position {
        match &self.value {
            Value::Null => name,
            Value::Bool(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::Text(_)
            | Value::Sequence(_)
            | Value::Mapping(_) => self.position,
        }
    }

    /// The place of what `path` names, or of the innermost part of it that exists.
    pub(super) fn find(&self, path: &str) -> Position {
        let mut node = self;
        let mut position = self.position;
        let mut rest = path;
        while let Some((next, at, remaining)) = node.step(rest) {
            (node, position, rest) = (next, at, remaining);
        }
        position
    }

    fn children(&self) -> Box<dyn Iterator<Item = &Self> + '_> {
        match &self.value {
            Value::Sequence(items) => Box::new(items.iter()),
            Value::Mapping(entries) => Box::new(entries.iter().map(|entry| &entry.node)),
            Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Text(_) => {
                Box::new(std::iter::empty())
            }
        }
    }

    /// The child that `path` starts with, its place, and the rest of `path`.
    fn step<'a>(&self, path: &'a str) -> Option<(&Self, Position, &'a str)> {
        if let Value::Sequence(items) = &self.value {
            let (index, rest) = path.strip_prefix('[')?.split_once(']')?;
            let item = items.get(index.parse::<usize>().ok()?)?;
            return Some((item, item.position, rest));
        }
        let Value::Mapping(entries) = &self.value else {
            return None;
        };
        let path = path.strip_prefix('.').unwrap_or(path);
        // A name may contain dots: the longest that fits is meant.
        entries
            .iter()
            .filter_map(|entry| {
                let rest = path.strip_prefix(&*entry.name)?;
                let ends = rest.is_empty() || rest.starts_with(['.', '[']);
                ends.then_some((&entry.node, entry.node.position_after(entry.position), rest))
            })
            .min_by_key(|(_, _, rest)| rest.len())
    }
}
