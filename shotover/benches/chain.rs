//! What does a chain add to a request, and a connection to its bytes?

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark fails by panicking, also outside of test functions"
)]

use std::hint::black_box;
use std::iter::repeat_n;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use kafka_protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};
use kafka_protocol::messages::{ProduceRequest, TopicName};
use kafka_protocol::protocol::StrBytes;
use serde::Deserialize;
use shotover::connection::serve;
use shotover::message::{Message, Messages};
use shotover::observability::Metrics;
use shotover::topology::{BuildContext, BuildError};
use shotover::transforms::{
    ChainState, ClientDetails, Transform, TransformBuilder, TransformChain, TransformChainConfig,
    TransformConfig, TransformError,
};
use shotover::yaml;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, duplex};
use tokio::runtime::{Builder, Runtime};
use tokio::time::Instant;

/// The least that a transform can do.
#[derive(Clone, Debug)]
struct PassThrough;

#[async_trait]
impl Transform for PassThrough {
    async fn transform(&mut self, chain: &mut ChainState<'_>) -> Result<Messages, TransformError> {
        chain.call_next_transform().await
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PassThroughConfig {}

#[typetag::deserialize(name = "PassThrough")]
#[async_trait]
impl TransformConfig for PassThroughConfig {
    fn kind(&self) -> &'static str {
        "PassThrough"
    }

    async fn build(&self, _: &BuildContext) -> Result<Box<dyn TransformBuilder>, BuildError> {
        Ok(Box::new(PassThrough))
    }
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// The chain of one client: so many transforms that do nothing, and a sink that answers at once.
fn chain(runtime: &Runtime, pass_through: usize) -> TransformChain {
    let places = "- PassThrough: {}\n".repeat(pass_through) + "- Loopback: {}\n";
    let config: TransformChainConfig = yaml::from_str("bench.yaml", &places).unwrap();
    let source: Arc<str> = Arc::from("bench");
    let context = BuildContext::new(Metrics::new(), Arc::clone(&source), String::new());
    let address = "127.0.0.1:9192".parse().unwrap();
    let client = ClientDetails {
        connection_id: 1,
        peer: address,
        local: address,
        server_name: None,
        source,
    };
    let builder = runtime.block_on(config.build(&context)).unwrap();
    builder.build(&client)
}

/// A write to one partition.
fn produce(record_bytes: usize) -> Message {
    let partition = PartitionProduceData::default()
        .with_index(3)
        .with_records(Some(Bytes::from(vec![0; record_bytes])));
    let topic = TopicProduceData::default()
        .with_name(TopicName(StrBytes::from_static_str("topic-0001")))
        .with_partition_data(vec![partition]);
    let body = ProduceRequest::default()
        .with_acks(-1)
        .with_topic_data(vec![topic]);
    Message::new_request(9, "producer-1", &body).unwrap()
}

fn wire(message: Message) -> Bytes {
    message.into_frame().unwrap().contiguous()
}

/// A batch of 64 requests through chains of several lengths.
fn batches(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("chain of a batch of 64");
    let runtime = runtime();
    let batch: Messages = repeat_n(produce(1024), 64).collect();
    group.throughput(Throughput::Elements(64));
    for pass_through in [0, 1, 5] {
        let mut chain = chain(&runtime, pass_through);
        group.bench_function(format!("pass-through/{pass_through}"), |bencher| {
            bencher.iter_batched(
                || batch.iter().map(Message::duplicate_request).collect(),
                |batch| runtime.block_on(chain.process(batch)).unwrap(),
                BatchSize::SmallInput,
            );
        });
    }
}

/// What passes between a client and its peer in one round: the requests of a client that does not wait in between,
/// and the answers to them.
#[derive(Clone)]
struct Round {
    requests: Bytes,
    answer_bytes: usize,
}

impl Round {
    fn of(runtime: &Runtime, pipelined: usize, record_bytes: usize) -> Self {
        let request = produce(record_bytes);
        let answers = runtime.block_on(chain(runtime, 0).process(vec![request.clone()]));
        let answer = answers.unwrap().pop().unwrap();
        Self {
            requests: wire(request).repeat(pipelined).into(),
            answer_bytes: wire(answer).len() * pipelined,
        }
    }

    /// The client: so many rounds, one after the other.
    async fn ask(self, mut stream: DuplexStream, rounds: u64) -> Duration {
        let (mut read, mut write) = tokio::io::split(&mut stream);
        let mut answers = vec![0; self.answer_bytes];
        let start = Instant::now();
        for _ in 0..rounds {
            let (sent, received) = tokio::join!(
                write.write_all(&self.requests),
                read.read_exact(&mut answers)
            );
            sent.unwrap();
            received.unwrap();
        }
        black_box(&answers);
        start.elapsed()
    }

    /// A peer that reads all requests of a round, looks at none, and sends as many bytes as there are in the answers.
    async fn relay(self, mut stream: impl AsyncRead + AsyncWrite + Unpin) {
        let mut requests = vec![0; self.requests.len()];
        let answers = vec![0; self.answer_bytes];
        while stream.read_exact(&mut requests).await.is_ok() {
            stream.write_all(black_box(&answers)).await.unwrap();
        }
    }
}

/// The side of the pipe that answers.
type Peer<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// How long so many rounds take with a new peer, from the first byte to the last.
fn timed<'a>(
    (runtime, round, rounds): (&Runtime, &Round, u64),
    peer: impl FnOnce(DuplexStream) -> Peer<'a>,
) -> Duration {
    let (near, far) = duplex(256 * 1024);
    let asking = round.clone().ask(near, rounds);
    let (elapsed, ()) = runtime.block_on(async { tokio::join!(asking, peer(far)) });
    elapsed
}

/// A client and the connection that serves it, over a pipe in memory.
fn connections(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("connection");
    let (runtime, metrics) = (runtime(), Metrics::new());
    for (pipelined, record_bytes) in [(1, 100), (64, 1024), (16, 16 * 1024)] {
        let round = Round::of(&runtime, pipelined, record_bytes);
        let name = format!("{pipelined} x {record_bytes} B");
        group.throughput(Throughput::Elements(pipelined.try_into().unwrap()));
        group.bench_function(format!("{name}, bytes alone"), |bencher| {
            bencher.iter_custom(|rounds| {
                timed((&runtime, &round, rounds), |far| {
                    Box::pin(round.clone().relay(far))
                })
            });
        });
        let served = |pass_through, rounds| {
            let chain = chain(&runtime, pass_through);
            let peer = |far| -> Peer<'_> { Box::pin(serve(far, chain, &metrics)) };
            timed((&runtime, &round, rounds), peer)
        };
        for pass_through in [0, 5] {
            group.bench_function(format!("{name}, pass-through/{pass_through}"), |bencher| {
                bencher.iter_custom(|rounds| served(pass_through, rounds));
            });
        }
    }
}

criterion_group!(
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .sample_size(30);
    targets = batches, connections
);
criterion_main!(benches);
