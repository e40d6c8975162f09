//! Configuration files: text in, a typed value or *every* problem out.
//!
//! A reader that stops at the first mistake makes its user restart the program once per mistake.
//! This one reports them together, each with its path in the file, its line and column, and what
//! would be right:
//!
//! ```text
//! topology.yaml:3:7: sources[0].Kafka.listn_addr: unknown field, did you mean `listen_addr`? ...
//! topology.yaml:9:35: sources[0].Kafka.chain[1].KafkaSinkSingle.destination_port: expected ...
//! ```
//!
//! It works with any `serde::Deserialize` type, derived or not, including `typetag` objects:
//!
//! 1. `parse` turns the text into a tree of nodes that know their place, within `limits`.
//! 2. `deserializer` is a serde `Deserializer` for that tree. Where a value has the wrong type it
//!    records the problem and hands out a stand-in, so that serde goes on.
//! 3. Serde itself stops at some problems (a missing field, a value a custom type refuses). Then
//!    `repair` notes what to stand in for or to leave out at that path, and the whole tree is read
//!    again: every pass gets past one more such problem.
//! 4. What the types cannot express is checked by their owner on the value that was read, and
//!    reported through [`Problems::report`].
//!
//! `sequence.rs`, `settings.rs` and `variant.rs` are serde's access traits for the three kinds of
//! nodes that hold others.

mod content;
mod deserializer;
mod document;
mod error;
mod expect;
mod limits;
mod name;
mod node;
mod parse;
mod pass;
mod path;
mod problem;
mod reader;
mod repair;
mod scalar;
mod sequence;
mod settings;
#[cfg(test)]
mod tests;
mod variant;
mod wording;

pub use document::{Document, Reading, from_str};
pub use limits::{MAX_DEPTH, MAX_NODES, MAX_PASSES, MAX_PROBLEMS, MAX_TEXT};
pub use node::Position;
pub use problem::{Problem, Problems};
pub(crate) use wording::unknown_name;
