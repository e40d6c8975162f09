//! What does it cost to look into a frame, compared with decoding it and with copying its bytes?

#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

use std::hint::black_box;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use criterion::{
    BenchmarkGroup, Criterion, criterion_group, criterion_main, measurement::WallTime,
};
use kafka_protocol::messages::{
    ApiKey as TheirKey, BrokerId, FetchResponse, MetadataResponse, ProduceRequest, RequestKind,
    ResponseKind, TopicName, fetch_response as fetched, metadata_response as metadata,
    produce_request as produced,
};
use kafka_protocol::protocol::{Decodable, Encodable, StrBytes};
use shotover::wire::addresses::{Address, NewAddress, rewrite};
use shotover::wire::{ApiKey, RequestHeader, encode_request_header, fetch_response, produce};

const PRODUCE: i16 = 9;
const FETCH: i16 = 12;
const METADATA: i16 = 12;

fn topic_name(number: usize) -> TopicName {
    TopicName(StrBytes::from_string(format!("topic-{number:04}")))
}

fn encoded(message: &impl Encodable, version: i16) -> Bytes {
    let mut out = BytesMut::new();
    message.encode(&mut out, version).unwrap();
    out.freeze()
}

/// A request for this number of partitions of one topic, with 16 KiB of records each.
fn produce_request(partitions: i32) -> Bytes {
    let records = Bytes::from(vec![0; 16 * 1024]);
    let partitions = (0..partitions).map(|index| {
        produced::PartitionProduceData::default()
            .with_index(index)
            .with_records(Some(records.clone()))
    });
    let topic = produced::TopicProduceData::default()
        .with_name(topic_name(1))
        .with_partition_data(partitions.collect());
    let request = ProduceRequest::default()
        .with_acks(-1)
        .with_topic_data(vec![topic]);
    encoded(&request, PRODUCE)
}

/// A response with 50 partitions of one topic, with 16 KiB of records each.
fn fetch_of_50_partitions() -> Bytes {
    let records = Bytes::from(vec![0; 16 * 1024]);
    let partitions = (0..50).map(|index| {
        fetched::PartitionData::default()
            .with_partition_index(index)
            .with_records(Some(records.clone()))
    });
    let topic = fetched::FetchableTopicResponse::default()
        .with_topic(topic_name(1))
        .with_partitions(partitions.collect());
    encoded(&FetchResponse::default().with_responses(vec![topic]), FETCH)
}

/// Three brokers, 100 topics of 100 partitions with three replicas each.
fn metadata_of_10_000_partitions() -> Bytes {
    let brokers = (0..3).map(|id| {
        metadata::MetadataResponseBroker::default()
            .with_node_id(BrokerId(id))
            .with_host(StrBytes::from_string(format!("broker-{id}.internal")))
            .with_port(9092)
    });
    let replicas: Vec<BrokerId> = (0..3).map(BrokerId).collect();
    let partitions = (0..100).map(|index| {
        metadata::MetadataResponsePartition::default()
            .with_partition_index(index)
            .with_leader_id(BrokerId(index % 3))
            .with_replica_nodes(replicas.clone())
            .with_isr_nodes(replicas.clone())
    });
    let partitions: Vec<_> = partitions.collect();
    let topics = (0..100).map(|number| {
        metadata::MetadataResponseTopic::default()
            .with_name(Some(topic_name(number)))
            .with_partitions(partitions.clone())
    });
    let response = MetadataResponse::default()
        .with_brokers(brokers.collect())
        .with_topics(topics.collect());
    encoded(&response, METADATA)
}

/// The least that a proxy costs which copies what it passes on.
fn copied(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, body: &Bytes) {
    let mut out = vec![0; body.len()];
    group.bench_function(name, |bencher| {
        bencher.iter(|| {
            out.copy_from_slice(black_box(body));
            black_box(out.last().copied())
        });
    });
}

fn header(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("header");
    let mut frame = BytesMut::new();
    encode_request_header(&mut frame, ApiKey::Produce, PRODUCE, 7, Some(b"producer-1"));
    let frame = frame.freeze();
    group.bench_function("peek", |bencher| {
        bencher.iter(|| RequestHeader::peek(black_box(&frame)).unwrap().body_offset);
    });
    group.bench_function("kafka-protocol decode", |bencher| {
        bencher.iter(|| {
            let mut frame = black_box(&frame).clone();
            kafka_protocol::messages::RequestHeader::decode(&mut frame, 2).unwrap()
        });
    });
}

fn produce_requests(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("produce request");
    for partitions in [1, 6] {
        let body = produce_request(partitions);
        copied(&mut group, &format!("memcpy/{partitions}"), &body);
        group.bench_function(format!("walk/{partitions}"), |bencher| {
            bencher.iter(|| {
                let walk = produce::Partitions::new(PRODUCE, black_box(&body)).unwrap();
                walk.map(|partition| partition.unwrap().element.len())
                    .sum::<usize>()
            });
        });
        group.bench_function(format!("validate/{partitions}"), |bencher| {
            let schema = ApiKey::Produce.request_schema();
            bencher.iter(|| schema.validate(PRODUCE, black_box(&body)).unwrap());
        });
        let decode = || {
            let mut body = black_box(&body).clone();
            RequestKind::decode(TheirKey::Produce, &mut body, PRODUCE).unwrap()
        };
        group.bench_function(format!("kafka-protocol decode/{partitions}"), |bencher| {
            bencher.iter(decode);
        });
        group.bench_function(
            format!("kafka-protocol decode and encode/{partitions}"),
            |bencher| {
                bencher.iter(|| {
                    let mut out = BytesMut::new();
                    decode().encode(&mut out, PRODUCE).unwrap();
                    out
                });
            },
        );
    }
}

/// Validating, and decoding and encoding by the crate, of one response.
fn checked_and_decoded(
    group: &mut BenchmarkGroup<'_, WallTime>,
    (key, version): (ApiKey, i16),
    body: &Bytes,
) {
    group.bench_function("validate", |bencher| {
        let schema = key.response_schema();
        bencher.iter(|| schema.validate(version, black_box(body)).unwrap());
    });
    let theirs = TheirKey::try_from(key.code()).unwrap();
    let decode = || {
        let mut body = black_box(body).clone();
        ResponseKind::decode(theirs, &mut body, version).unwrap()
    };
    group.bench_function("kafka-protocol decode", |bencher| bencher.iter(decode));
    group.bench_function("kafka-protocol decode and encode", |bencher| {
        bencher.iter(|| {
            let mut out = BytesMut::new();
            decode().encode(&mut out, version).unwrap();
            out
        });
    });
}

fn fetch_responses(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("fetch response");
    let body = fetch_of_50_partitions();
    copied(&mut group, "memcpy", &body);
    group.bench_function("walk", |bencher| {
        bencher.iter(|| {
            let walk = fetch_response::Partitions::new(FETCH, black_box(&body)).unwrap();
            walk.map(|partition| partition.unwrap().element.len())
                .sum::<usize>()
        });
    });
    checked_and_decoded(&mut group, (ApiKey::Fetch, FETCH), &body);
}

fn metadata_responses(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("metadata response");
    let body = metadata_of_10_000_partitions();
    copied(&mut group, "memcpy", &body);
    let host = Bytes::from_static(b"proxy.example.com");
    group.bench_function("rewrite addresses", |bencher| {
        let mut advertise = |_: Address<'_>| NewAddress {
            host: host.clone(),
            port: 9192,
        };
        bencher.iter(|| rewrite(ApiKey::Metadata, METADATA, black_box(&body), &mut advertise));
    });
    checked_and_decoded(&mut group, (ApiKey::Metadata, METADATA), &body);
}

criterion_group!(
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .sample_size(30);
    targets = header, produce_requests, fetch_responses, metadata_responses
);
criterion_main!(benches);
