//! How does a transform get into a chain whose other end the test holds?

#![expect(
    clippy::panic,
    reason = "a test fails by panicking, and this is for tests"
)]

use super::Broker;
use crate::message::Messages;
use crate::observability::Metrics;
use crate::topology::{BuildContext, Check, Finding};
use crate::transforms::{
    ClientDetails, TransformBuilder, TransformChain, TransformChainBuilder, TransformConfig,
};
use std::future::poll_fn;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

/// The chain of one client: a transform, given as it stands in a topology, in front of a broker.
///
/// ```text
/// ReadOnlyTopic: { topic: prices }
/// ```
///
/// What the transform counts is in `metrics`. [`TransformChain::process`] is called as the source does it. In debug
/// builds, as tests are, it fails when the transform breaks one of the first five rules of its
/// [contract](crate::transforms::Transform#contract).
///
/// # Panics
/// When the YAML names no transform that is linked, when [`TransformConfig::check`] finds something wrong with it, and
/// when it cannot be built.
pub async fn in_front_of(broker: &Broker, yaml: &str, metrics: &Metrics) -> TransformChain {
    let builder = built(yaml, metrics).await;
    chain_of(vec![
        ("Tested", builder),
        ("Broker", Box::new(broker.clone())),
    ])
}

/// Waits until a transform of the chain has something to say, and lets it say it, as the source does it.
///
/// # Panics
/// When the connection ends instead, which a test that expects it learns of [`TransformChain::process`].
pub async fn next(chain: &mut TransformChain) -> Messages {
    poll_fn(|cx| chain.poll_progress(cx)).await;
    let said = chain.process(Messages::new()).await;
    said.unwrap_or_else(|error| panic!("{error}"))
}

pub(crate) fn client() -> ClientDetails {
    ClientDetails {
        connection_id: 1,
        peer: SocketAddr::from(([10, 0, 0, 1], 50_000)),
        local: SocketAddr::from((Ipv4Addr::LOCALHOST.to_ipv6_mapped(), 9192)),
        server_name: None,
        source: Arc::from("test"),
    }
}

/// The chain of one client, with the contract checked.
pub(crate) fn chain_of(places: Vec<(&'static str, Box<dyn TransformBuilder>)>) -> TransformChain {
    TransformChainBuilder::new(places).build(&client())
}

/// The place in a chain that this YAML stands for, which is right.
pub(crate) async fn built(yaml: &str, metrics: &Metrics) -> Box<dyn TransformBuilder> {
    assert_eq!(problems(yaml), [""; 0]);
    let config = config(yaml);
    let context = BuildContext::new(metrics.clone(), Arc::from("test"), String::new());
    let built = config.build(&context.at(0, config.as_ref())).await;
    built.unwrap_or_else(|error| panic!("{error}"))
}

/// What is wrong with the values of a transform, each as `path: message`.
pub(crate) fn problems(yaml: &str) -> Vec<String> {
    let mut check = Check::new();
    config(yaml).check(&mut check);
    let line = |Finding { path, message }| format!("{path}: {message}");
    check.into_findings().into_iter().map(line).collect()
}

fn config(yaml: &str) -> Box<dyn TransformConfig> {
    crate::yaml::from_str("test.yaml", yaml).unwrap_or_else(|problems| panic!("{problems}"))
}
