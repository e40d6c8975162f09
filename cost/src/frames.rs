//! Which bytes do clients send?

use anyhow::Result;
use bytes::{BufMut, Bytes, BytesMut};
use kafka_protocol::messages::fetch_request::{FetchPartition, FetchTopic};
use kafka_protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};
use kafka_protocol::messages::{
    ApiKey, BrokerId, FetchRequest, HeartbeatRequest, MetadataRequest, ProduceRequest,
    RequestHeader, RequestKind, TopicName,
};
use kafka_protocol::protocol::{Encodable, StrBytes};
use std::ops::Range;
use uuid::Uuid;

/// The last versions with topic names.
pub(crate) const PRODUCE: i16 = 12;
pub(crate) const FETCH: i16 = 12;

/// The versions with topic ids that clients of Kafka 4.3 send.
const PRODUCE_BY_ID: i16 = 13;
const FETCH_BY_ID: i16 = 18;

/// The version that they send.
pub(crate) const METADATA: i16 = 13;

/// The topic that is written and read.
pub(crate) const TOPIC: &str = "orders";
pub(crate) const TOPIC_ID: Uuid = Uuid::from_u128(0x4711);

/// Records for each of these partitions of [`TOPIC`].
pub(crate) fn produce(record_bytes: usize, partitions: Range<i32>) -> Result<Bytes> {
    request(
        ApiKey::Produce,
        PRODUCE,
        &RequestKind::Produce(produce_body(record_bytes, partitions)),
    )
}

/// The same, where the topic has an id.
pub(crate) fn produce_by_id(record_bytes: usize, partitions: Range<i32>) -> Result<Bytes> {
    let mut body = produce_body(record_bytes, partitions);
    for topic in &mut body.topic_data {
        topic.name = TopicName::default();
        topic.topic_id = TOPIC_ID;
    }
    request(ApiKey::Produce, PRODUCE_BY_ID, &RequestKind::Produce(body))
}

pub(crate) fn produce_body(record_bytes: usize, partitions: Range<i32>) -> ProduceRequest {
    let records = Bytes::from(vec![b'v'; record_bytes]);
    let partitions = partitions.map(|index| {
        PartitionProduceData::default()
            .with_index(index)
            .with_records(Some(records.clone()))
    });
    let topic = TopicProduceData::default()
        .with_name(TopicName(StrBytes::from_static_str(TOPIC)))
        .with_partition_data(partitions.collect());
    ProduceRequest::default()
        .with_acks(-1)
        .with_timeout_ms(30_000)
        .with_topic_data(vec![topic])
}

/// So many bytes of each of these partitions of [`TOPIC`], all of them in one answer.
pub(crate) fn fetch(bytes: i32, partitions: Range<i32>) -> Result<Bytes> {
    let body = fetch_body(bytes, partitions);
    request(ApiKey::Fetch, FETCH, &RequestKind::Fetch(body))
}

/// The same, where the topic has an id.
pub(crate) fn fetch_by_id(bytes: i32, partitions: Range<i32>) -> Result<Bytes> {
    let mut body = fetch_body(bytes, partitions);
    for topic in &mut body.topics {
        topic.topic = TopicName::default();
        topic.topic_id = TOPIC_ID;
    }
    request(ApiKey::Fetch, FETCH_BY_ID, &RequestKind::Fetch(body))
}

fn fetch_body(bytes: i32, partitions: Range<i32>) -> FetchRequest {
    let least = bytes.saturating_mul(partitions.end - partitions.start);
    let partitions = partitions.map(|index| {
        FetchPartition::default()
            .with_partition(index)
            .with_fetch_offset(4_711)
            .with_partition_max_bytes(bytes)
    });
    let topic = FetchTopic::default()
        .with_topic(TopicName(StrBytes::from_static_str(TOPIC)))
        .with_partitions(partitions.collect());
    FetchRequest::default()
        .with_replica_id(BrokerId(-1))
        .with_max_wait_ms(60_000)
        .with_min_bytes(least)
        .with_max_bytes(50 << 20)
        .with_session_epoch(-1)
        .with_topics(vec![topic])
}

/// All topics, in a version of the API, and what the client may do with them if that is asked for.
pub(crate) fn metadata(version: i16, with_operations: bool) -> Result<Bytes> {
    let body = MetadataRequest::default()
        .with_topics(None)
        .with_include_topic_authorized_operations(with_operations);
    request(ApiKey::Metadata, version, &RequestKind::Metadata(body))
}

/// Something that belongs to a group.
pub(crate) fn heartbeat() -> Result<Bytes> {
    let body = HeartbeatRequest::default().with_group_id(StrBytes::from_static_str("group").into());
    request(ApiKey::Heartbeat, 4, &RequestKind::Heartbeat(body))
}

fn request(key: ApiKey, version: i16, body: &RequestKind) -> Result<Bytes> {
    let mut payload = BytesMut::new();
    RequestHeader::default()
        .with_request_api_key(key as i16)
        .with_request_api_version(version)
        .with_client_id(Some(StrBytes::from_static_str("producer-1")))
        .encode(&mut payload, key.request_header_version(version))?;
    body.encode(&mut payload, version)?;
    framed(&payload)
}

/// A payload behind its length.
pub(crate) fn framed(payload: &[u8]) -> Result<Bytes> {
    let mut frame = BytesMut::with_capacity(4 + payload.len());
    frame.put_u32(u32::try_from(payload.len())?);
    frame.put_slice(payload);
    Ok(frame.freeze())
}
