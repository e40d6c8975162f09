//! What is an embedded cluster: real protocol, real sockets, no process of its own?

use std::fmt;

use anyhow::{Context, Result};
use rdkafka::mocking::MockCluster as Native;
use rdkafka::producer::DefaultProducerContext;

/// librdkafka's mock cluster: brokers 1 to N on ports of the loopback interface, in this process.
///
/// It has groups and transactions, but no admin APIs (create topics here), no TLS and no SASL.
pub struct MockCluster {
    native: Native<'static, DefaultProducerContext>,
    brokers: i32,
}

impl MockCluster {
    /// Starts `brokers` brokers.
    ///
    /// # Errors
    /// When librdkafka cannot start them.
    pub fn start(brokers: i32) -> Result<Self> {
        let native = Native::new(brokers).context("starting an embedded cluster")?;
        Ok(Self { native, brokers })
    }

    /// The addresses of all brokers, separated by commas.
    #[must_use]
    pub fn bootstrap(&self) -> String {
        self.native.bootstrap_servers()
    }

    /// The ports of all brokers.
    ///
    /// # Errors
    /// When librdkafka names an address without a port.
    pub fn ports(&self) -> Result<Vec<u16>> {
        let bootstrap = self.bootstrap();
        let port = |address: &str| address.rsplit_once(':')?.1.parse().ok();
        bootstrap
            .split(',')
            .map(|address| port(address).with_context(|| format!("{address:?} has no port")))
            .collect()
    }

    /// Creates a topic with as many replicas as there are brokers.
    ///
    /// # Errors
    /// When librdkafka refuses it.
    pub fn create_topic(&self, topic: &str, partitions: i32) -> Result<()> {
        self.native
            .create_topic(topic, partitions, self.brokers)
            .with_context(|| format!("creating topic {topic:?}"))
    }

    /// librdkafka's own interface: scripted errors, leaders, round-trip times, brokers up and down.
    #[must_use]
    pub fn native(&self) -> &Native<'static, DefaultProducerContext> {
        &self.native
    }
}

impl fmt::Debug for MockCluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MockCluster")
            .field("bootstrap", &self.bootstrap())
            .finish_non_exhaustive()
    }
}
