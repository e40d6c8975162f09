//! What does a client send, and what is it answered?

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, and this is for tests"
)]

use crate::message::{Message, MessageId};
use kafka_protocol::protocol::Request;

/// The request that a client sends after `sequence` others on its connection, as it comes off the socket.
///
/// One that cannot be read is made of it by giving it [another body](Message::with_body).
///
/// # Panics
/// When `body` says what this version of its API cannot, or there is no such version.
#[track_caller]
pub fn request<R: Request>(sequence: u64, version: i16, body: &R) -> Message {
    let made = Message::new_request(version, "tester", body).unwrap();
    let frame = made.into_frame().unwrap().contiguous();
    Message::from_request_frame(MessageId::from_client(sequence), frame).unwrap()
}

/// Which requests of the client these are, or are the answers to, in the order in which they come.
///
/// # Panics
/// When one of them belongs to a request that a transform made up.
#[track_caller]
pub fn sequences(messages: &[Message]) -> Vec<u64> {
    let ids = messages.iter().map(Message::id);
    let sequences = ids.map(|id| match id.client_sequence() {
        Some(sequence) => sequence,
        None => panic!("{id} is none of the client"),
    });
    sequences.collect()
}
