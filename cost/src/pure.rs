//! What does it cost to look into a frame?

use super::cases::Case;
use super::frames::{self, FETCH, METADATA, PRODUCE, TOPIC};
use super::measured::repeat;
use anyhow::{Context as _, Result, ensure};
use bytes::{Bytes, BytesMut};
use kafka_protocol::messages::fetch_response::{FetchableTopicResponse, PartitionData};
use kafka_protocol::messages::metadata_response::{
    MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
};
use kafka_protocol::messages::{BrokerId, FetchResponse, MetadataResponse, TopicName};
use kafka_protocol::protocol::{Encodable, StrBytes};
use shotover::codec::{FrameReader, RequestDecoder};
use shotover::message::Messages;
use shotover::wire::addresses::{Address, NewAddress, rewrite};
use shotover::wire::{ApiKey, RequestHeader, fetch_response, produce};
use std::hint::black_box;
use std::task::{Context, Poll, Waker};
use tokio::io::{join, sink};
use tokio::runtime::Builder;

/// Requests that a client sends without waiting.
const DEEP: usize = 50;

/// The length in front of a frame.
const LENGTH: usize = 4;

pub(crate) fn cases() -> Vec<Case> {
    vec![
        Case::new("wire/peek-header", peek),
        Case::new("wire/decode-produce-1k", decode_pipelined),
        Case::new("wire/walk-produce-1", || walk_produce(1)),
        Case::new("wire/walk-produce-6", || walk_produce(6)),
        Case::new("wire/walk-fetch-50", walk_fetch),
        Case::new("wire/validate-produce-6", validate_produce),
        Case::new("wire/rewrite-metadata-10000", rewrite_metadata),
    ]
}

fn peek() -> Result<u64> {
    let frame = frames::produce(1024, 0..1)?;
    let payload = frame.get(LENGTH..).context("a short frame")?;
    RequestHeader::peek(payload)?;
    Ok(repeat(1_000, || {
        black_box(RequestHeader::peek(black_box(payload)).is_ok());
    }))
}

/// Cuts and reads 50 requests that have arrived together.
fn decode_pipelined() -> Result<u64> {
    let _runtime = Builder::new_current_thread().enable_all().build()?;
    let _guard = _runtime.enter();
    let arrived = frames::produce(1024, 0..1)?.repeat(DEEP);
    let (mut reader, mut decoder) = (FrameReader::new(), RequestDecoder::default());
    let mut requests = Messages::new();
    let mut cx = Context::from_waker(Waker::noop());
    let mut decoded = 0;
    let rounds = repeat(20, || {
        let mut stream = join(&*arrived, sink());
        while !stream.reader().is_empty() {
            if matches!(
                reader.poll_read(&mut stream, &mut cx),
                Poll::Pending | Poll::Ready(Err(_))
            ) {
                break;
            }
            while let Ok(Some(_)) = decoder.next_request(&mut reader, &mut requests) {
                decoded += 1;
            }
            black_box(&mut requests).clear();
        }
    });
    let each_round = u64::try_from(DEEP)?;
    ensure!(decoded >= rounds * each_round, "{decoded} were decoded");
    Ok(rounds * each_round)
}

fn produce_body(partitions: i32) -> Result<Bytes> {
    let mut body = BytesMut::new();
    frames::produce_body(16 * 1024, 0..partitions).encode(&mut body, PRODUCE)?;
    Ok(body.freeze())
}

fn walk_produce(partitions: i32) -> Result<u64> {
    let body = produce_body(partitions)?;
    let walk = |body: &[u8]| -> Result<usize> {
        produce::Partitions::new(PRODUCE, body)?
            .map(|partition| Ok(partition?.element.len()))
            .sum()
    };
    walk(&body)?;
    Ok(repeat(1_000, || {
        black_box(walk(black_box(&body)).is_ok());
    }))
}

fn walk_fetch() -> Result<u64> {
    let partitions = (0..50).map(|index| {
        PartitionData::default()
            .with_partition_index(index)
            .with_records(Some(Bytes::from_static(&[7; 1024])))
    });
    let topic = FetchableTopicResponse::default()
        .with_topic(TopicName(StrBytes::from_static_str(TOPIC)))
        .with_partitions(partitions.collect());
    let mut body = BytesMut::new();
    FetchResponse::default()
        .with_responses(vec![topic])
        .encode(&mut body, FETCH)?;
    let walk = |body: &[u8]| -> Result<usize> {
        fetch_response::Partitions::new(FETCH, body)?
            .map(|partition| Ok(partition?.element.len()))
            .sum()
    };
    walk(&body)?;
    Ok(repeat(200, || {
        black_box(walk(black_box(&body)).is_ok());
    }))
}

fn validate_produce() -> Result<u64> {
    let body = produce_body(6)?;
    let schema = ApiKey::Produce.request_schema();
    schema.validate(PRODUCE, &body)?;
    Ok(repeat(1_000, || {
        black_box(schema.validate(PRODUCE, black_box(&body)).is_ok());
    }))
}

/// Three brokers, 100 topics of 100 partitions with three replicas each.
pub(crate) fn wide_metadata() -> MetadataResponse {
    let brokers = (0..3).map(|id| {
        MetadataResponseBroker::default()
            .with_node_id(BrokerId(id))
            .with_host(StrBytes::from_string(format!("broker-{id}.internal")))
            .with_port(9092)
    });
    let replicas: Vec<BrokerId> = (0..3).map(BrokerId).collect();
    let partitions = (0..100).map(|index| {
        MetadataResponsePartition::default()
            .with_partition_index(index)
            .with_leader_id(BrokerId(index % 3))
            .with_replica_nodes(replicas.clone())
            .with_isr_nodes(replicas.clone())
    });
    let partitions: Vec<_> = partitions.collect();
    let topics = (0..100).map(|number| {
        let name = StrBytes::from_string(format!("topic-{number:04}"));
        MetadataResponseTopic::default()
            .with_name(Some(TopicName(name)))
            .with_partitions(partitions.clone())
    });
    MetadataResponse::default()
        .with_brokers(brokers.collect())
        .with_topics(topics.collect())
}

fn rewrite_metadata() -> Result<u64> {
    let mut body = BytesMut::new();
    wide_metadata().encode(&mut body, METADATA)?;
    let body = body.freeze();
    let host = Bytes::from_static(b"proxy.example.com");
    let mut advertise = |_: Address<'_>| NewAddress {
        host: host.clone(),
        port: 9192,
    };
    rewrite(ApiKey::Metadata, METADATA, &body, &mut advertise)?;
    Ok(repeat(20, || {
        black_box(rewrite(ApiKey::Metadata, METADATA, black_box(&body), &mut advertise).is_ok());
    }))
}
