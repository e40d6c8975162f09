//! What can a test do to one broker of a cluster?

use std::time::Duration;

use anyhow::{Context, Result};
use rdkafka::config::ClientConfig;
use rdkafka::producer::{BaseProducer, Producer};
use rustix::process::Signal;

use super::host::Host;
use super::listener::Listener;
use super::node::Node;
use crate::wait::wait_until;

/// Longest time from the start of a broker until it is part of the cluster.
const UP: Duration = Duration::from_secs(120);
/// Longest time a broker may take to hand over its partitions and end.
const DOWN: Duration = Duration::from_secs(60);
/// How long one look at a broker may take.
const LOOK: Duration = Duration::from_secs(2);

/// One broker.
#[derive(Debug)]
pub struct Broker {
    node: Node,
    host: Box<dyn Host>,
}

impl Broker {
    pub(crate) fn new(node: Node, host: Box<dyn Host>) -> Self {
        Self { node, host }
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> i32 {
        i32::from(self.node.id)
    }

    /// Its rack.
    #[must_use]
    pub fn rack(&self) -> &str {
        &self.node.rack
    }

    /// The address of one of its listeners.
    ///
    /// # Errors
    /// When the cluster was built without that listener.
    pub fn address(&self, listener: Listener) -> Result<String> {
        self.node.address(listener)
    }

    /// The port of one of its listeners.
    ///
    /// # Errors
    /// When the cluster was built without that listener.
    pub fn port(&self, listener: Listener) -> Result<u16> {
        let port = self.node.ports.get(&listener).copied();
        port.with_context(|| format!("the cluster has no listener {listener:?}"))
    }

    /// The port at which clients of [`Listener::Relayed`] look for it, and at which nobody listens yet.
    #[must_use]
    pub fn relayed_port(&self) -> u16 {
        self.node.relayed_port
    }

    /// Ends it at once, as `kill -9` does.
    ///
    /// # Errors
    /// When it does not run.
    pub fn kill(&mut self) -> Result<()> {
        self.host.signal(Signal::KILL)?;
        self.host.wait(DOWN)
    }

    /// Stops it as an operator does: it hands over what it leads, then ends.
    ///
    /// # Errors
    /// When it does not run or takes too long.
    pub fn stop(&mut self) -> Result<()> {
        self.host.signal(Signal::TERM)?;
        self.host.wait(DOWN)
    }

    /// Lets it hang: its connections stay open and nobody answers.
    ///
    /// # Errors
    /// When it does not run.
    pub fn pause(&mut self) -> Result<()> {
        self.host.signal(Signal::STOP)
    }

    /// Lets it go on after [`Broker::pause`].
    ///
    /// # Errors
    /// When it does not run.
    pub fn resume(&mut self) -> Result<()> {
        self.host.signal(Signal::CONT)
    }

    /// Starts it again with the ports and the data it had, and waits until it is part of the cluster.
    ///
    /// # Errors
    /// When it runs already or does not come up; the log is attached.
    pub fn start(&mut self) -> Result<()> {
        self.host.start()?;
        self.wait_until_up(1)
    }

    pub(crate) fn spawn(&mut self) -> Result<()> {
        self.host.start()
    }

    /// Waits until it says that it is one of at least `brokers` brokers.
    pub(crate) fn wait_until_up(&mut self, brokers: usize) -> Result<()> {
        let address = self.address(Listener::Plaintext)?;
        let id = self.id();
        let what = format!("broker {id} at {address} knows of {brokers} brokers and of itself");
        let host = &mut self.host;
        let result = wait_until(&what, UP, || {
            anyhow::ensure!(host.is_running()?, "broker {id} has ended");
            let known = known_brokers(&address);
            Ok((known.len() >= brokers && known.contains(&id)).then_some(()))
        });
        result.with_context(|| self.host.log_tail())
    }

    pub(crate) fn log_tail(&self) -> String {
        self.host.log_tail()
    }
}

/// The brokers the one at `address` knows of; none while it does not answer.
fn known_brokers(address: &str) -> Vec<i32> {
    // A new client each time: one that has met the other brokers would ask any of them.
    let client: Result<BaseProducer, _> = ClientConfig::new()
        .set("bootstrap.servers", address)
        .create();
    let metadata = client.and_then(|client| client.client().fetch_metadata(None, LOOK));
    metadata
        .map(|metadata| {
            metadata
                .brokers()
                .iter()
                .map(|broker| broker.id())
                .collect()
        })
        .unwrap_or_default()
}
