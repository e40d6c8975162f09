//! How does a test get a broker with a proxy in front of it?

use std::time::Duration;

use anyhow::{Context, Result};
use test_helpers::clients::{Client, Java, Librdkafka, Python, Security};
use test_helpers::kafka::{Cluster, Listener};
use test_helpers::ports::free_port;
use test_helpers::proxy::ProxyProcess;

/// Longest time for anything a test waits for.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// A broker, and the proxy in front of it.
#[derive(Debug)]
pub(crate) struct Fixture {
    pub(crate) proxy: ProxyProcess,
    pub(crate) cluster: Cluster,
    /// Where clients of the proxy connect.
    pub(crate) address: String,
}

/// A broker without TLS and SASL, and a proxy that is configured as little as possible.
pub(crate) fn fixture() -> Result<Fixture> {
    let cluster = Cluster::builder().start()?;
    let broker = cluster.brokers().first().context("no broker")?;
    let sink = format!("destination_port: {}", broker.port(Listener::Plaintext)?);
    let (proxy, address) = proxy("", &sink)?;
    Ok(Fixture {
        proxy,
        cluster,
        address,
    })
}

/// A proxy whose source and sink have these fields, in YAML between braces, and its address.
pub(crate) fn proxy(source: &str, sink: &str) -> Result<(ProxyProcess, String)> {
    let address = format!("127.0.0.1:{}", free_port()?);
    Ok((proxy_at(&address, source, sink)?, address))
}

/// The same at a given address.
pub(crate) fn proxy_at(address: &str, source: &str, sink: &str) -> Result<ProxyProcess> {
    let topology = format!(
        r#"
sources:
  - Kafka:
      name: "kafka"
      listen_addr: "{address}"
      {source}
      chain:
        - KafkaSinkSingle: {{ name: "sink", connect_timeout_ms: 3000, {sink} }}
"#
    );
    ProxyProcess::builder(env!("CARGO_BIN_EXE_shotover-proxy"))
        .topology(&topology)
        .start()
}

/// The clients that can do everything.
pub(crate) fn clients(address: &str, security: &Security) -> Result<Vec<Box<dyn Client>>> {
    Ok(vec![
        Box::new(Librdkafka::new(address).security(security)),
        Box::new(Java::new(address)?.security(security)?),
        Box::new(Python::new(address).security(security)),
    ])
}
