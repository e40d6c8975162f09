//! What is the label of a topic?

use crate::wire::Topic;
use std::borrow::Cow;

/// Bytes that the name of a topic has at most.
const LONGEST_TOPIC: usize = 249;

/// What is said of a topic whose name no topic can have: what a client makes up does not become a label.
const INVALID: &str = "invalid";

/// The name of a topic, or its id where the request has no name.
pub(super) fn label(topic: Topic<'_>) -> Cow<'_, str> {
    match topic {
        Topic::Name(name) => valid(name).unwrap_or(INVALID).into(),
        Topic::Id(_) => topic.to_string().into(),
    }
}

fn valid(name: &[u8]) -> Option<&str> {
    let allowed = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-".contains(byte);
    let is_valid = (1..=LONGEST_TOPIC).contains(&name.len()) && name.iter().all(allowed);
    is_valid.then(|| std::str::from_utf8(name).ok()).flatten()
}
