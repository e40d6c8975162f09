//! What does a transform cost a write of 1 KiB?
//!
//! `cargo bench -p shotover --bench transforms`. The figures in `docs/src/transforms` are differences to `none`.
#![expect(clippy::unwrap_used, reason = "a bench ends at what goes wrong")]

use bytes::{Bytes, BytesMut};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use kafka_protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};
use kafka_protocol::messages::{ProduceRequest, TopicName};
use kafka_protocol::protocol::StrBytes;
use kafka_protocol::records::{
    Compression, Record, RecordBatchEncoder, RecordEncodeOptions, TimestampType,
};
use shotover::message::Message;
use shotover::observability::Metrics;
use shotover::topology::BuildContext;
use shotover::transforms::{ClientDetails, TransformChain, TransformChainConfig};
use std::future::Future;
use std::hint::black_box;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use tokio::runtime::{Builder, Runtime};
use tracing::Level;

/// The end of each chain; it costs next to nothing.
const SINK: &str = "- Loopback: { name: sink }";

/// A write as Java's producer sends it: idempotent, one batch.
fn write() -> Message {
    let record = Record {
        transactional: false,
        control: false,
        delete_horizon: false,
        partition_leader_epoch: -1,
        producer_id: 4_711,
        producer_epoch: 0,
        timestamp_type: TimestampType::Creation,
        offset: 0,
        sequence: 0,
        timestamp: 1_700_000_000_000,
        key: None,
        value: Some(Bytes::from(vec![7; 1024])),
        headers: Default::default(),
    };
    let options = RecordEncodeOptions {
        version: 2,
        compression: Compression::None,
    };
    let mut records = BytesMut::new();
    RecordBatchEncoder::encode(&mut records, [&record], &options).unwrap();
    let partition = PartitionProduceData::default().with_records(Some(records.freeze()));
    let topic = TopicProduceData::default()
        .with_name(TopicName(StrBytes::from_static_str("orders")))
        .with_partition_data(vec![partition]);
    let body = ProduceRequest::default()
        .with_acks(-1)
        .with_topic_data(vec![topic]);
    let made = Message::new_request(12, "bench", &body).unwrap();
    let id = made.id();
    // In one piece, as it comes off a socket.
    let frame = made.into_frame().unwrap().contiguous();
    Message::from_request_frame(id, frame).unwrap()
}

fn chain(runtime: &Runtime, transforms: &str) -> TransformChain {
    let yaml = format!("{transforms}\n{SINK}");
    let config: TransformChainConfig = shotover::yaml::from_str("bench", &yaml).unwrap();
    let context = BuildContext::new(Metrics::new(), Arc::from("bench"), String::new());
    let builder = runtime.block_on(config.build(&context)).unwrap();
    let address = "127.0.0.1:9192".parse().unwrap();
    builder.build(&ClientDetails {
        connection_id: 1,
        peer: address,
        local: address,
        server_name: None,
        source: Arc::from("bench"),
    })
}

/// Sends one request through, as the task of a connection does. Nothing in these chains waits. Not inlined, so that
/// callgrind can tell it from the rest.
#[inline(never)]
fn pass(chain: &mut TransformChain, request: Message) {
    let mut cx = Context::from_waker(Waker::noop());
    if chain.poll_progress(&mut cx).is_ready() {
        black_box(pin!(chain.process(Vec::new())).poll(&mut cx).is_ready());
    }
    let answered = pin!(chain.process(vec![request])).poll(&mut cx);
    assert!(matches!(answered, Poll::Ready(Ok(answers)) if answers.len() == 1));
}

fn transforms(criterion: &mut Criterion) {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let _guard = runtime.enter();
    let log = tracing_subscriber::fmt()
        .with_max_level(Level::INFO)
        .with_writer(io::sink)
        .finish();
    let _log = tracing::subscriber::set_default(log);
    for (name, transforms) in [
        ("none", ""),
        ("Filter", "- Filter: { deny: [DeleteTopics] }"),
        ("QueryCounter", "- QueryCounter: {}"),
        (
            "QueryCounter with topics",
            "- QueryCounter: { topics: true }",
        ),
        (
            "DebugPrinter below the filter",
            "- DebugPrinter: { level: debug }",
        ),
        ("DebugPrinter", "- DebugPrinter: {}"),
        ("DebugPrinter with bodies", "- DebugPrinter: { body: true }"),
        ("Tee", "- Tee: { chain: [Loopback: {}] }"),
    ] {
        let mut chain = chain(&runtime, transforms);
        let write = write();
        criterion.bench_function(name, |bench| {
            bench.iter_batched(
                || write.duplicate_request(),
                |request| pass(&mut chain, request),
                BatchSize::SmallInput,
            );
        });
    }
}

criterion_group!(benches, transforms);
criterion_main!(benches);
