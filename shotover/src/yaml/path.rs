//! Where in the tree is the reader?

use std::fmt;

/// Characters of a name that a path shows.
const NAME_SHOWN: usize = 60;

/// The way from the root, as a list that lives on the stack: it costs nothing until it is shown.
#[derive(Debug, Clone, Copy)]
pub(super) enum Path<'p> {
    Root,
    Name(&'p Self, &'p str),
    Index(&'p Self, usize),
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Name(String),
    Index(usize),
}

impl Path<'_> {
    /// The steps from the root.
    pub(super) fn steps(&self) -> Vec<Step> {
        match self {
            Self::Root => Vec::new(),
            Self::Name(parent, name) => {
                let mut steps = parent.steps();
                steps.push(Step::Name((*name).to_owned()));
                steps
            }
            Self::Index(parent, index) => {
                let mut steps = parent.steps();
                steps.push(Step::Index(*index));
                steps
            }
        }
    }
}

/// `sources[0].Kafka.chain`
pub(super) fn show(steps: &[Step]) -> String {
    let mut text = String::new();
    for step in steps {
        match step {
            Step::Name(name) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(&shorten(name, NAME_SHOWN));
            }
            Step::Index(index) => {
                text.push_str(&format!("[{index}]"));
            }
        }
    }
    text
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&show(&self.steps()))
    }
}

/// `text` without what would spoil a line of output: its tail and its control characters.
pub(super) fn shorten(text: &str, limit: usize) -> String {
    let mut short: String = text
        .chars()
        .take(limit)
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect();
    if text.chars().nth(limit).is_some() {
        short.push('…');
    }
    short
}
