//! How does text become a tree?
//!
//! The parser's events are put together here rather than by its own loader, which stops at the
//! first duplicate key, expands aliases by copying their bytes and nests without a limit.

use super::content::{Content, Rejected};
use super::limits::{MAX_DEPTH, MAX_NODES};
use super::node::{Node, Position, Value};
use super::path::{self, Step};
use super::scalar;
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Tag};
use std::borrow::Cow;
use std::collections::HashMap;

/// A problem with the text itself.
#[derive(Debug)]
pub(super) struct Flaw {
    pub(super) position: Position,
    pub(super) path: String,
    pub(super) message: String,
}

/// What became of the text: the tree unless the text is no YAML, and the flaws that were found.
#[derive(Debug)]
pub(super) struct Parsed {
    pub(super) root: Option<Node>,
    pub(super) flaws: Vec<Flaw>,
}

/// Reads `text`, whose length is limited by the caller.
pub(super) fn parse(text: &str) -> Parsed {
    let mut tree = Tree::default();
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let outcome = match event {
            Ok((event, span)) => tree.take(event, place(&span.start)),
            Err(error) => Err(Flaw {
                position: place(error.marker()),
                path: String::new(),
                message: format!("not valid YAML: {}", path::shorten(error.info(), 200)),
            }),
        };
        match outcome {
            Ok(Next::More) => {}
            Ok(Next::Done) => break,
            Err(flaw) => {
                tree.flaws.push(flaw);
                tree.root = None;
                break;
            }
        }
    }
    Parsed {
        root: tree.root,
        flaws: tree.flaws,
    }
}

/// Whether the events that follow matter.
#[derive(Debug)]
enum Next {
    More,
    Done,
}

#[derive(Debug, Default)]
struct Tree {
    /// Lists and mappings that are not complete yet, outermost first.
    open: Vec<Open>,
    /// Complete nodes by the number of their anchor.
    anchors: HashMap<usize, Node>,
    nodes: usize,
    root: Option<Node>,
    flaws: Vec<Flaw>,
}

#[derive(Debug)]
struct Open {
    position: Position,
    anchor: usize,
    content: Content,
}

/// A node that is complete, and the word it was written as if it is one.
struct Complete<'a> {
    node: Node,
    word: Option<Cow<'a, str>>,
    anchor: usize,
}

impl Tree {
    fn take(&mut self, event: Event<'_>, position: Position) -> Result<Next, Flaw> {
        match event {
            Event::Nothing | Event::StreamStart => {}
            Event::DocumentEnd | Event::StreamEnd => {}
            Event::DocumentStart(_) => {
                if self.root.is_some() {
                    let message = "a second YAML document starts here: a file holds one";
                    self.flaw(position, message);
                    return Ok(Next::Done);
                }
            }
            Event::Alias(anchor) => self.alias(anchor, position)?,
            Event::Scalar(word, style, anchor, tag) => {
                let value = self.scalar(&word, style, tag.as_deref(), position);
                self.insert(Complete {
                    node: Node { position, value },
                    word: Some(word),
                    anchor,
                })?;
            }
            Event::SequenceStart(anchor, tag) => {
                self.check_tag(tag.as_deref(), position);
                self.open(Content::Sequence(Vec::new()), anchor, position)?;
            }
            Event::MappingStart(anchor, tag) => {
                self.check_tag(tag.as_deref(), position);
                self.open(Content::mapping(), anchor, position)?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.close()?,
        }
        Ok(Next::More)
    }

    fn open(&mut self, content: Content, anchor: usize, position: Position) -> Result<(), Flaw> {
        self.open.push(Open {
            position,
            anchor,
            content,
        });
        self.check_depth(0, position)
    }

    fn close(&mut self) -> Result<(), Flaw> {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        self.insert(Complete {
            node: Node {
                position: open.position,
                value: open.content.complete(),
            },
            word: None,
            anchor: open.anchor,
        })
    }

    /// Puts a copy of an anchored node where its alias stands.
    fn alias(&mut self, anchor: usize, position: Position) -> Result<(), Flaw> {
        let Some(node) = self.anchors.get(&anchor).cloned() else {
            self.flaw(position, "an alias cannot stand inside what it stands for");
            return self.insert(Complete {
                node: Node {
                    position,
                    value: Value::Null,
                },
                word: None,
                anchor: 0,
            });
        };
        self.check_depth(node.height(), position)?;
        // `insert` counts the node itself.
        self.count(node.size() - 1, position)?;
        let word = match &node.value {
            Value::Text(text) => Some(Cow::Owned(text.to_string())),
            Value::Null
            | Value::Bool(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::Sequence(_)
            | Value::Mapping(_) => None,
        };
        self.insert(Complete {
            node,
            word,
            anchor: 0,
        })
    }

    fn scalar(
        &mut self,
        word: &str,
        style: ScalarStyle,
        tag: Option<&Tag>,
        position: Position,
    ) -> Value {
        self.check_tag(tag, position);
        let text = tag.is_some_and(|tag| {
            (tag.is_yaml_core_schema() && tag.suffix == "str") || is_non_specific(tag)
        });
        if text || style != ScalarStyle::Plain {
            Value::Text(word.into())
        } else {
            scalar::resolve(word)
        }
    }

    /// Adds a complete node to the list or mapping it belongs to.
    fn insert(&mut self, complete: Complete<'_>) -> Result<(), Flaw> {
        let Complete { node, word, anchor } = complete;
        self.count(1, node.position)?;
        if anchor != 0 {
            self.count(node.size(), node.position)?;
            self.anchors.insert(anchor, node.clone());
        }
        let rejected = match self.open.last_mut() {
            None => {
                self.root = Some(node);
                None
            }
            Some(open) => open.content.add(node, word.as_deref()),
        };
        if let Some(Rejected {
            name,
            position,
            message,
        }) = rejected
        {
            let mut steps = self.steps();
            steps.extend(name.map(|name| Step::Name(name.to_string())));
            self.flaws.push(Flaw {
                position,
                path: path::show(&steps),
                message,
            });
        }
        Ok(())
    }

    fn check_tag(&mut self, tag: Option<&Tag>, position: Position) {
        if let Some(tag) = tag
            && !tag.is_yaml_core_schema()
            && !is_non_specific(tag)
        {
            let tag = path::shorten(&tag.to_string(), 60);
            self.flaw(
                position,
                format!("tags such as `{tag}` have no meaning here"),
            );
        }
    }

    fn check_depth(&self, inside: usize, position: Position) -> Result<(), Flaw> {
        if self.open.len() + inside > MAX_DEPTH {
            return Err(Flaw {
                position,
                path: String::new(),
                message: format!("nested too deeply: {MAX_DEPTH} levels are the limit"),
            });
        }
        Ok(())
    }

    fn count(&mut self, more: usize, position: Position) -> Result<(), Flaw> {
        self.nodes += more;
        if self.nodes > MAX_NODES {
            return Err(Flaw {
                position,
                path: String::new(),
                message: format!(
                    "too many values: {MAX_NODES} are the limit, aliases counted in full"
                ),
            });
        }
        Ok(())
    }

    fn flaw(&mut self, position: Position, message: impl Into<String>) {
        let flaw = Flaw {
            position,
            path: path::show(&self.steps()),
            message: message.into(),
        };
        self.flaws.push(flaw);
    }

    /// The path of the node that comes next.
    fn steps(&self) -> Vec<Step> {
        self.open
            .iter()
            .filter_map(|open| open.content.next_step())
            .collect()
    }
}

/// `!`, which says that a word is text.
fn is_non_specific(tag: &Tag) -> bool {
    tag.handle.is_empty() && tag.suffix == "!" || tag.handle == "!" && tag.suffix.is_empty()
}

fn place(marker: &Marker) -> Position {
    Position {
        line: marker.line().max(1),
        column: marker.col() + 1,
    }
}
