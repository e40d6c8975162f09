//! What does a message say, field by field? For messages that are rare enough to be decoded.
//!
//! Unlike the types of `kafka-protocol` this tree holds any message of any version, and whatever was read by its
//! table can be written by it.

mod decode;
mod encode;
mod tree;

pub use encode::{EncodeError, put_uvarint};
pub use tree::{Structure, Value};
