//! What does a transform cost that lets everything pass?

use super::cases::Case;
use super::frames;
use super::measured::repeat;
use anyhow::{Result, ensure};
use async_trait::async_trait;
use serde::Deserialize;
use shotover::message::{Message, Messages};
use shotover::observability::Metrics;
use shotover::topology::{BuildContext, BuildError};
use shotover::transforms::{
    ChainState, ClientDetails, Transform, TransformBuilder, TransformChain, TransformChainConfig,
    TransformConfig, TransformError,
};
use std::cell::Cell;
use std::hint::black_box;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use tokio::runtime::Builder;

/// Requests that go down together.
const BATCH: usize = 50;

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

pub(crate) fn cases() -> Vec<Case> {
    let pass = |count| "- PassThrough: {}\n".repeat(count);
    vec![
        Case::new("chain/0", move || batches(&pass(0))),
        Case::new("chain/1", move || batches(&pass(1))),
        Case::new("chain/5", move || batches(&pass(5))),
        Case::new("chain/query-counter", || batches("- QueryCounter: {}\n")),
        Case::new("chain/filter", || {
            batches("- Filter: { deny: [DeleteTopics] }\n")
        }),
    ]
}

/// The chain of one client, as it stands in a topology.
pub(crate) async fn build(yaml: &str, client: SocketAddr) -> Result<TransformChain> {
    let config: TransformChainConfig =
        shotover::yaml::from_str("cost.yaml", yaml).map_err(|error| anyhow::anyhow!("{error}"))?;
    let source: Arc<str> = Arc::from("cost");
    let context = BuildContext::new(Metrics::new(), Arc::clone(&source), String::new());
    let builder = config
        .build(&context)
        .await
        .map_err(|error| anyhow::anyhow!("{error}"))?;
    Ok(builder.build(&ClientDetails {
        connection_id: 1,
        peer: client,
        local: client,
        server_name: None,
        source,
    }))
}

/// A batch through these transforms, to a sink that answers at once; the cost of the sink alone is `chain/0`.
fn batches(transforms: &str) -> Result<u64> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let _guard = runtime.enter();
    let address = SocketAddr::from(([127, 0, 0, 1], 9192));
    let yaml = format!("{transforms}- Loopback: {{}}\n");
    let mut chain = runtime.block_on(build(&yaml, address))?;
    let message = Message::new_request(12, "producer-1", &frames::produce_body(1024, 0..1))?;
    let answered = Cell::new(0);
    let batch = || (0..BATCH).map(|_| message.duplicate_request()).collect();
    let mut cx = Context::from_waker(Waker::noop());
    let rounds = repeat(20, || {
        if let Poll::Ready(Ok(answers)) = pin!(chain.process(batch())).poll(&mut cx) {
            answered.set(answered.get() + answers.len());
            black_box(answers);
        }
    });
    let operations = rounds * u64::try_from(BATCH)?;
    ensure!(
        u64::try_from(answered.get())? >= operations,
        "{} were answered",
        answered.get()
    );
    Ok(operations)
}
