//! How does a list or a mapping grow, node by node?

use super::node::{Entry, Node, Position, Value};
use super::path::Step;
use std::collections::HashMap;
use std::sync::Arc;

/// What a list or mapping holds so far.
#[derive(Debug)]
pub(super) enum Content {
    Sequence(Vec<Node>),
    Mapping {
        entries: Vec<Entry>,
        /// The line each name was seen on.
        seen: HashMap<Arc<str>, usize>,
        key: Option<Key>,
    },
}

/// The first half of an entry; no name when it is a list or a mapping.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) name: Option<Arc<str>>,
    pub(super) position: Position,
}

/// A half of an entry that found no place.
#[derive(Debug)]
pub(super) struct Rejected {
    pub(super) name: Option<Arc<str>>,
    pub(super) position: Position,
    pub(super) message: String,
}

impl Content {
    pub(super) fn mapping() -> Self {
        Self::Mapping {
            entries: Vec::new(),
            seen: HashMap::new(),
            key: None,
        }
    }

    /// The step to the node that comes next.
    pub(super) fn next_step(&self) -> Option<Step> {
        match self {
            Self::Sequence(items) => Some(Step::Index(items.len())),
            Self::Mapping { key, .. } => {
                let name = key.as_ref()?.name.as_deref()?;
                Some(Step::Name(name.to_owned()))
            }
        }
    }

    pub(super) fn complete(self) -> Value {
        match self {
            Self::Sequence(items) => Value::Sequence(items),
            Self::Mapping { entries, .. } => Value::Mapping(entries),
        }
    }

    /// Adds a node; in a mapping the first is a name, the second its value, and so on.
    pub(super) fn add(&mut self, node: Node, word: Option<&str>) -> Option<Rejected> {
        let (entries, seen, key) = match self {
            Self::Sequence(items) => {
                items.push(node);
                return None;
            }
            Self::Mapping { entries, seen, key } => (entries, seen, key),
        };
        let Some(Key { name, position }) = key.take() else {
            let position = node.position;
            let name = word.map(Arc::from);
            let rejected = name.is_none().then(|| Rejected {
                name: None,
                position,
                message: "a name must be a word here".to_owned(),
            });
            *key = Some(Key { name, position });
            return rejected;
        };
        let name = name?;
        if let Some(line) = seen.get(&name) {
            return Some(Rejected {
                message: format!("given twice, first on line {line}"),
                name: Some(name),
                position,
            });
        }
        seen.insert(Arc::clone(&name), position.line);
        entries.push(Entry {
            name,
            position,
            node,
        });
        None
    }
}
