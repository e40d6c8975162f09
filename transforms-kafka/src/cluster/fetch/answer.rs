//! What did a broker have for each partition, and how do the answers of several become one?

use super::part::by_topic;
use super::wanted::PartitionKey;
use crate::cluster::api::write::{put_count, put_no_tags, put_topic};
use crate::cluster::view::TopicKey;
use bytes::{BufMut, Bytes, BytesMut};
use kafka_protocol::messages::BrokerId;
use shotover::message::{EncodeError, Message};
use shotover::wire::fetch_response::Partitions;
use shotover::wire::{ApiKey, Encoding, ErrorCode, Malformed};

/// Bytes of an element that says nothing but errors and status, at most.
const ELEMENT_ALONE: usize = 48;

/// Bytes of what is before elements, usually: space that is reserved.
const MOST_BUT_ELEMENTS: usize = 32;

/// In place of a replica to read from, if none is named.
const NOBODY: BrokerId = BrokerId(-1);

/// The part of an answer that is about one partition.
#[derive(Clone, Debug)]
pub(super) struct Element {
    pub(super) partition: PartitionKey,
    pub(super) error: ErrorCode,
    /// Whether no broker said it.
    pub(super) is_made_up: bool,
    /// Bytes of records in it.
    pub(super) records: usize,
    pub(super) status: Status,
    /// Whether it says something besides, for instance that logs diverge.
    pub(super) has_tags: bool,
    /// Whether it names another proxy to read from.
    pub(super) names_proxy: bool,
    /// All of it, as it stands in the answer.
    pub(super) bytes: Bytes,
    /// What is to come behind these bytes. None of an element of which nothing is missing.
    pub(super) rest: Option<Rest>,
}

/// The end of an element that is open: the rest of its records, and from version 12 on the three empty lists of tags that
/// end the partition, the topic and the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rest {
    /// Who is in the middle of it.
    pub(super) broker: BrokerId,
    pub(super) missing: usize,
}

impl Element {
    /// Whether a broker says it at once, without records.
    pub(super) fn is_exception(&self) -> bool {
        self.error.is_error() || self.has_tags || self.names_proxy
    }
}

/// How far a partition goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Status {
    high_watermark: i64,
    last_stable_offset: i64,
    log_start_offset: i64,
}

impl Status {
    /// No broker said.
    pub(super) const UNKNOWN: Self = Self {
        high_watermark: -1,
        last_stable_offset: -1,
        log_start_offset: -1,
    };

    /// Whether a client that knows the one need not be told the other, as brokers see it.
    pub(super) fn is_like(self, other: Self) -> bool {
        self.high_watermark == other.high_watermark
            && self.log_start_offset == other.log_start_offset
    }
}

/// What a broker answered.
#[derive(Debug)]
pub(super) struct Fetched {
    pub(super) throttle_time_ms: i32,
    /// An error of the whole.
    pub(super) error: ErrorCode,
    pub(super) session_id: i32,
    pub(super) elements: Vec<Element>,
}

impl Fetched {
    /// Reads what this broker answered, of which the last element may be open.
    pub(super) fn read(answer: &Message, broker: BrokerId) -> Result<Self, Malformed> {
        let body = answer.body_bytes().unwrap_or_default();
        let missing = answer.missing();
        let mut partitions = match missing {
            0 => Partitions::new(answer.api_version(), &body)?,
            1.. => Partitions::of_open(answer.api_version(), &body)?,
        };
        let (throttle_time_ms, error) = (partitions.throttle_time_ms, partitions.error);
        let session_id = partitions.session_id;
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
                status: Status {
                    high_watermark: partition.high_watermark,
                    last_stable_offset: partition.last_stable_offset,
                    log_start_offset: partition.log_start_offset,
                },
                has_tags: partition.tags.len() > 1,
                names_proxy: false,
                bytes: body.slice(partition.element),
                rest: None,
            });
        }
        if let (1.., Some(last)) = (missing, elements.last_mut()) {
            last.rest = Some(Rest { broker, missing });
        }
        Ok(Self {
            throttle_time_ms,
            error,
            session_id,
            elements,
        })
    }
}

/// What is said about a partition of which nothing is known but this error and this status, or of which nothing new has
/// come.
pub(super) fn nothing(
    version: i16,
    partition: &PartitionKey,
    (error, status): (ErrorCode, Status),
) -> Element {
    without_records(version, partition, (error, status, NOBODY))
}

/// What is said about a partition of which a replica behind another proxy is to be read, from version 11 on (KIP-392).
pub(super) fn elsewhere(
    version: i16,
    partition: &PartitionKey,
    (status, proxy): (Status, BrokerId),
) -> Element {
    Element {
        is_made_up: false,
        names_proxy: true,
        ..without_records(version, partition, (ErrorCode::NONE, status, proxy))
    }
}

fn without_records(
    version: i16,
    partition: &PartitionKey,
    (error, status, preferred): (ErrorCode, Status, BrokerId),
) -> Element {
    let mut out = BytesMut::with_capacity(ELEMENT_ALONE);
    out.put_i32(partition.index);
    out.put_i16(error.0);
    out.put_i64(status.high_watermark);
    out.put_i64(status.last_stable_offset);
    if version >= 5 {
        out.put_i64(status.log_start_offset);
    }
    let encoding = ApiKey::Fetch.encoding(version);
    // No aborted transactions, the preferred replica, empty records, no tagged fields.
    match encoding {
        Encoding::Fixed => out.put_i32(-1),
        Encoding::Compact => out.put_u8(0),
    }
    if version >= 11 {
        out.put_i32(preferred.0);
    }
    match encoding {
        Encoding::Fixed => out.put_i32(0),
        Encoding::Compact => out.put_slice(&[1, 0]),
    }
    Element {
        partition: partition.clone(),
        error,
        is_made_up: true,
        records: 0,
        status,
        has_tags: false,
        names_proxy: false,
        bytes: out.freeze(),
        rest: None,
    }
}

/// What an answer says about the whole.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub(super) throttle_time_ms: i32,
    pub(super) error: ErrorCode,
    /// 0 for none.
    pub(super) session_id: i32,
}

/// The answer to `request` with these elements, of which one may be open. Then it is the last one, whatever the order, and
/// the answer is open.
pub(super) fn assemble(
    request: &Message,
    head: Head,
    elements: &[Element],
) -> Result<Message, EncodeError> {
    let version = request.api_version();
    let encoding = ApiKey::Fetch.encoding(version);
    let mut topics = by_topic(elements, |element| &element.partition);
    let rest = elements.iter().find_map(|element| element.rest);
    if rest.is_some() {
        put_open_last(&mut topics);
    }
    let mut pieces = Vec::with_capacity(2 * elements.len() + 2);
    let mut front = BytesMut::with_capacity(MOST_BUT_ELEMENTS * (topics.len() + 1));
    front.put_i32(head.throttle_time_ms);
    if version >= 7 {
        front.put_i16(head.error.0);
        front.put_i32(head.session_id);
    }
    put_count(&mut front, encoding, topics.len());
    for (topic, elements) in topics {
        put_topic(&mut front, encoding, topic.as_topic());
        put_count(&mut front, encoding, elements.len());
        for element in elements {
            pieces.push(front.split().freeze());
            pieces.push(element.bytes.clone());
        }
        put_no_tags(&mut front, encoding);
    }
    let request = request.request_ref();
    if let Some(Rest { missing, .. }) = rest {
        // The tags of the last topic come with the rest, like those of the answer.
        return Message::open_response_of_pieces(request, pieces, missing);
    }
    put_no_tags(&mut front, encoding);
    pieces.push(front.freeze());
    Message::response_of_pieces(request, pieces)
}

/// Puts the element that is open behind all others, and so its topic. The others stay in their order.
fn put_open_last(topics: &mut [(&TopicKey, Vec<&Element>)]) {
    for (_, elements) in topics.iter_mut() {
        elements.sort_by_key(|element| element.rest.is_some());
    }
    topics.sort_by_key(|(_, elements)| elements.iter().any(|element| element.rest.is_some()));
}
