//! What did a broker have for each partition, and how do the answers of several become one?

use super::super::api::write::{put_count, put_no_tags, put_string};
use super::super::view::TopicKey;
use super::wanted::{PartitionKey, Position};
use bytes::{BufMut, Bytes, BytesMut};
use shotover::message::{EncodeError, Message};
use shotover::wire::fetch_response::Partitions;
use shotover::wire::{ApiKey, Encoding, ErrorCode, Malformed};

/// The part of an answer that is about one partition.
#[derive(Clone, Debug)]
pub(super) struct Element {
    pub(super) partition: PartitionKey,
    pub(super) error: ErrorCode,
    /// Whether no broker said it.
    pub(super) is_made_up: bool,
    /// Bytes of records in it.
    pub(super) records: usize,
    /// All of it, as it stands in the answer.
    pub(super) bytes: Bytes,
}

/// What a broker answered.
#[derive(Debug)]
pub(super) struct Fetched {
    pub(super) throttle_time_ms: i32,
    /// An error of the whole.
    pub(super) error: ErrorCode,
    pub(super) elements: Vec<Element>,
}

impl Fetched {
    pub(super) fn read(answer: &Message) -> Result<Self, Malformed> {
        let body = answer.body_bytes().unwrap_or_default();
        let mut partitions = Partitions::new(answer.api_version(), &body)?;
        let (throttle_time_ms, error) = (partitions.throttle_time_ms, partitions.error);
        let mut elements = Vec::new();
        for partition in partitions.by_ref() {
            let partition = partition?;
            elements.push(Element {
                partition: PartitionKey {
                    topic: partition.topic.into(),
                    index: partition.index,
                },
                error: partition.error,
                is_made_up: false,
                records: partition.records.map_or(0, |records| records.len()),
                bytes: body.slice(partition.element),
            });
        }
        Ok(Self {
            throttle_time_ms,
            error,
            elements,
        })
    }
}

/// What is said about a partition of which nothing is known but this error, or of which nothing has come yet.
pub(super) fn nothing(version: i16, position: &Position, error: ErrorCode) -> Element {
    let mut out = BytesMut::new();
    out.put_i32(position.partition.index);
    out.put_i16(error.0);
    // High watermark and last stable offset, and from version 5 on where the log starts: not known.
    out.put_i64(-1);
    out.put_i64(-1);
    if version >= 5 {
        out.put_i64(-1);
    }
    let encoding = ApiKey::Fetch.encoding(version);
    // No aborted transactions, no preferred replica, empty records, no tagged fields.
    match encoding {
        Encoding::Fixed => out.put_i32(-1),
        Encoding::Compact => out.put_u8(0),
    }
    if version >= 11 {
        out.put_i32(-1);
    }
    match encoding {
        Encoding::Fixed => out.put_i32(0),
        Encoding::Compact => out.put_slice(&[1, 0]),
    }
    Element {
        partition: position.partition.clone(),
        error,
        is_made_up: true,
        records: 0,
        bytes: out.freeze(),
    }
}

/// The answer to `request` with these elements, which are in the order of the request. There is no session.
pub(super) fn assemble(
    request: &Message,
    throttle_time_ms: i32,
    elements: &[Element],
) -> Result<Message, EncodeError> {
    let version = request.api_version();
    let encoding = ApiKey::Fetch.encoding(version);
    let topics: Vec<&[Element]> = elements
        .chunk_by(|one, other| one.partition.topic == other.partition.topic)
        .collect();
    let mut pieces = Vec::with_capacity(2 * elements.len() + 2);
    let mut front = BytesMut::new();
    front.put_i32(throttle_time_ms);
    if version >= 7 {
        front.put_i16(0);
        front.put_i32(0);
    }
    put_count(&mut front, encoding, topics.len());
    for topic in topics {
        put_topic(&mut front, encoding, topic);
        for element in topic {
            pieces.push(front.split().freeze());
            pieces.push(element.bytes.clone());
        }
        put_no_tags(&mut front, encoding);
    }
    put_no_tags(&mut front, encoding);
    pieces.push(front.freeze());
    Message::response_of_pieces(request.request_ref(), pieces)
}

fn put_topic(out: &mut BytesMut, encoding: Encoding, elements: &[Element]) {
    match elements.first().map(|element| &element.partition.topic) {
        Some(TopicKey::Id(id)) => out.put_slice(id),
        Some(TopicKey::Name(name)) => put_string(out, encoding, Some(name)),
        None => {}
    }
    put_count(out, encoding, elements.len());
}
