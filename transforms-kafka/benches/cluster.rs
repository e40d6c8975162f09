//! What does it cost to decide where a request goes, to take it apart, to make the answers one, and to hide brokers?

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "a benchmark fails by panicking, also outside of test functions"
)]

use std::hint::black_box;
use std::time::Duration;

use bytes::Bytes;
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use kafka_protocol::messages::fetch_request::{FetchPartition, FetchTopic};
use kafka_protocol::messages::fetch_response::{FetchableTopicResponse, PartitionData};
use kafka_protocol::messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use kafka_protocol::messages::list_offsets_response::{
    ListOffsetsPartitionResponse, ListOffsetsTopicResponse,
};
use kafka_protocol::messages::metadata_response::{
    MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
};
use kafka_protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};
use kafka_protocol::messages::produce_response::{PartitionProduceResponse, TopicProduceResponse};
use kafka_protocol::messages::{
    BrokerId, FetchRequest, FetchResponse, ListOffsetsRequest, ListOffsetsResponse,
    MetadataRequest, MetadataResponse, ProduceRequest, ProduceResponse, RequestKind, ResponseKind,
    TopicName,
};
use kafka_protocol::protocol::{Request, StrBytes};
use shotover::message::Message;
use transforms_kafka::cluster::benching::{Seen, Sink, merge};

const SEEN: [Seen; 2] = [Seen::Brokers, Seen::Proxies];
/// Partitions that a request names: of each of three topics so many, which three brokers lead in turn.
const PARTITIONS: i32 = 10;
/// Bytes of records in a partition.
const RECORDS: usize = 1024;

fn topic(number: usize) -> TopicName {
    TopicName(StrBytes::from_string(format!("topic-{number:04}")))
}

/// A request as it comes from a client.
fn request<R: Request>(version: i16, body: &R) -> Message {
    let made = Message::new_request(version, "bench", body).unwrap();
    let (id, frame) = (made.id(), made.into_frame().unwrap());
    Message::from_request_frame(id, frame.contiguous()).unwrap()
}

/// An answer as it comes from a broker.
fn answer(request: &Message, body: &ResponseKind) -> Message {
    let frame = request.respond(body).unwrap().into_frame().unwrap();
    Message::from_response_frame(request.request_ref(), frame.contiguous()).unwrap()
}

/// 100 topics of 100 partitions with three replicas each, as three brokers tell of them.
fn metadata() -> (Message, Message) {
    let brokers = (0..3).map(|id| {
        MetadataResponseBroker::default()
            .with_node_id(BrokerId(id))
            .with_host(StrBytes::from_string(format!("broker-{id}.internal")))
            .with_port(9092)
            .with_rack(Some(StrBytes::from_string(format!("rack{id}"))))
    });
    let replicas: Vec<BrokerId> = (0..3).map(BrokerId).collect();
    let partitions = (0..100).map(|index| {
        MetadataResponsePartition::default()
            .with_partition_index(index)
            .with_leader_id(BrokerId(index % 3))
            .with_leader_epoch(1)
            .with_replica_nodes(replicas.clone())
            .with_isr_nodes(replicas.clone())
    });
    let partitions: Vec<_> = partitions.collect();
    let topics = (0..100).map(|number| {
        MetadataResponseTopic::default()
            .with_name(Some(topic(number)))
            .with_partitions(partitions.clone())
    });
    let body = MetadataResponse::default()
        .with_brokers(brokers.collect())
        .with_topics(topics.collect());
    let request = request(12, &MetadataRequest::default());
    let answer = answer(&request, &ResponseKind::Metadata(body));
    (request, answer)
}

fn sink(seen: Seen) -> Sink {
    let (request, answer) = metadata();
    Sink::new(seen, &request, &answer)
}

fn produce(topics: usize, partitions: i32) -> Message {
    let records = Bytes::from(vec![0; RECORDS]);
    let partitions = (0..partitions).map(|index| {
        PartitionProduceData::default()
            .with_index(index)
            .with_records(Some(records.clone()))
    });
    let partitions: Vec<_> = partitions.collect();
    let topics = (0..topics).map(|number| {
        TopicProduceData::default()
            .with_name(topic(number))
            .with_partition_data(partitions.clone())
    });
    let body = ProduceRequest::default()
        .with_acks(-1)
        .with_topic_data(topics.collect());
    request(9, &body)
}

fn fetch() -> Message {
    let partitions = (0..PARTITIONS).map(|index| {
        FetchPartition::default()
            .with_partition(index)
            .with_current_leader_epoch(1)
            .with_partition_max_bytes(1 << 20)
    });
    let partitions: Vec<_> = partitions.collect();
    let topics = (0..3).map(|number| {
        FetchTopic::default()
            .with_topic(topic(number))
            .with_partitions(partitions.clone())
    });
    let body = FetchRequest::default()
        .with_max_wait_ms(500)
        .with_min_bytes(1)
        .with_max_bytes(50 << 20)
        .with_session_epoch(-1)
        .with_topics(topics.collect());
    request(12, &body)
}

fn list_offsets() -> Message {
    let partitions = (0..PARTITIONS).map(|index| {
        ListOffsetsPartition::default()
            .with_partition_index(index)
            .with_timestamp(-1)
    });
    let partitions: Vec<_> = partitions.collect();
    let topics = (0..3).map(|number| {
        ListOffsetsTopic::default()
            .with_name(topic(number))
            .with_partitions(partitions.clone())
    });
    let body = ListOffsetsRequest::default().with_topics(topics.collect());
    request(7, &body)
}

/// What the broker that was sent this part answers.
fn served(part: &Message) -> Message {
    let body = match part.clone().request().unwrap() {
        RequestKind::Produce(asked) => ResponseKind::Produce(produced(asked)),
        RequestKind::Fetch(asked) => ResponseKind::Fetch(fetched(asked)),
        RequestKind::ListOffsets(asked) => ResponseKind::ListOffsets(listed(asked)),
        other => panic!("{other:?}"),
    };
    answer(part, &body)
}

fn produced(asked: &ProduceRequest) -> ProduceResponse {
    let topics = asked.topic_data.iter().map(|topic| {
        let partitions = topic.partition_data.iter().map(|partition| {
            PartitionProduceResponse::default()
                .with_index(partition.index)
                .with_base_offset(1_000)
        });
        TopicProduceResponse::default()
            .with_name(topic.name.clone())
            .with_partition_responses(partitions.collect())
    });
    ProduceResponse::default().with_responses(topics.collect())
}

fn fetched(asked: &FetchRequest) -> FetchResponse {
    let records = Bytes::from(vec![0; RECORDS]);
    let topics = asked.topics.iter().map(|topic| {
        let partitions = topic.partitions.iter().map(|partition| {
            PartitionData::default()
                .with_partition_index(partition.partition)
                .with_high_watermark(1_000)
                .with_preferred_read_replica(BrokerId(-1))
                .with_records(Some(records.clone()))
        });
        FetchableTopicResponse::default()
            .with_topic(topic.topic.clone())
            .with_partitions(partitions.collect())
    });
    FetchResponse::default().with_responses(topics.collect())
}

fn listed(asked: &ListOffsetsRequest) -> ListOffsetsResponse {
    let topics = asked.topics.iter().map(|topic| {
        let partitions = topic.partitions.iter().map(|partition| {
            ListOffsetsPartitionResponse::default()
                .with_partition_index(partition.partition_index)
                .with_offset(1_000)
        });
        ListOffsetsTopicResponse::default()
            .with_name(topic.name.clone())
            .with_partitions(partitions.collect())
    });
    ListOffsetsResponse::default().with_topics(topics.collect())
}

fn route(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("route of a Produce request");
    for seen in SEEN {
        let sink = sink(seen);
        for (topics, partitions) in [(1, 1), (3, PARTITIONS)] {
            let request = produce(topics, partitions);
            let count = topics * usize::try_from(partitions).unwrap();
            group.bench_function(format!("{seen:?}, {count} partitions"), |bencher| {
                bencher.iter(|| sink.route(black_box(&request)));
            });
        }
    }
}

fn apart(criterion: &mut Criterion) {
    let sink = sink(Seen::Proxies);
    for (name, request) in [
        ("Produce of 30 partitions", produce(3, PARTITIONS)),
        ("ListOffsets of 30 partitions", list_offsets()),
    ] {
        let mut group = criterion.benchmark_group(name);
        group.bench_function("split over three brokers", |bencher| {
            bencher.iter(|| sink.split(black_box(&request)));
        });
        let answers: Vec<Message> = sink.split(&request).iter().map(served).collect();
        assert_eq!(answers.len(), 3);
        group.bench_function("merge of three answers", |bencher| {
            bencher.iter_batched(
                || answers.clone(),
                |answers| merge(&request, answers),
                BatchSize::SmallInput,
            );
        });
    }
}

fn fetches(criterion: &mut Criterion) {
    let sink = sink(Seen::Proxies);
    let request = fetch();
    let mut group = criterion.benchmark_group("Fetch of 30 partitions");
    group.bench_function("split over three brokers", |bencher| {
        bencher.iter_batched(
            || request.clone(),
            |request| sink.split_fetch(request),
            BatchSize::SmallInput,
        );
    });
    let parts = sink.split_fetch(request.clone());
    let answers: Vec<Message> = parts.parts().map(served).collect();
    assert_eq!(answers.len(), 3);
    group.bench_function("merge of three answers", |bencher| {
        bencher.iter_batched(
            || sink.split_fetch(request.clone()),
            |fetch| fetch.merge(&answers),
            BatchSize::SmallInput,
        );
    });
}

fn rewrite(criterion: &mut Criterion) {
    let (_, answer) = metadata();
    let mut group = criterion.benchmark_group("Metadata of 10,000 partitions");
    for seen in SEEN {
        let sink = sink(seen);
        group.bench_function(format!("rewrite, {seen:?}"), |bencher| {
            bencher.iter_batched(
                || answer.clone(),
                |answer| sink.rewrite(answer),
                BatchSize::SmallInput,
            );
        });
    }
}

criterion_group!(
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .sample_size(30);
    targets = route, apart, fetches, rewrite
);
criterion_main!(benches);
