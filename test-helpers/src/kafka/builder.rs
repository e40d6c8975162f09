//! How is a cluster described and started?

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};

use super::broker::Broker;
use super::cluster::Cluster;
#[cfg(feature = "containers")]
use super::container::ContainerHost;
use super::environment::Place;
use super::host::Host;
use super::listener::Listener;
use super::node::{Definition, Node};
use super::process::ProcessHost;
use crate::certs::Authority;

/// Any 16 bytes in base64 name a cluster; nothing outlives a test that could mix two up.
const CLUSTER_ID: &str = "c2hvdG92ZXItdGVzdC0xMg";

/// A cluster to be; see [`Cluster::builder`].
#[derive(Debug)]
#[must_use]
pub struct ClusterBuilder {
    brokers: u16,
    listeners: Vec<Listener>,
    properties: BTreeMap<String, String>,
}

impl ClusterBuilder {
    pub(crate) fn new() -> Self {
        Self {
            brokers: 1,
            listeners: vec![Listener::Plaintext],
            properties: BTreeMap::new(),
        }
    }

    /// The number of brokers, 1 unless said otherwise. Their ids start at 1, their racks are `rack0`, `rack1`, ...
    pub fn brokers(mut self, brokers: u16) -> Self {
        self.brokers = brokers;
        self
    }

    /// A listener beside [`Listener::Plaintext`], on every broker.
    pub fn listener(mut self, listener: Listener) -> Self {
        if !self.listeners.contains(&listener) {
            self.listeners.push(listener);
        }
        self
    }

    /// A property of every broker; it replaces the one this crate would set.
    pub fn property(mut self, name: &str, value: &str) -> Self {
        self.properties.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Starts it, where the environment says, and waits until every broker knows of all others.
    ///
    /// # Errors
    /// When the environment is not prepared or a broker does not come up; its log is attached.
    pub fn start(self) -> Result<Cluster> {
        ensure!(self.brokers > 0, "a cluster has a broker at least");
        let place = Place::from_environment()?;
        let authority = Authority::new("Test cluster")?;
        let server = authority.server()?;
        let mut nodes = Vec::new();
        for index in 0..self.brokers {
            nodes.push(Node::new(
                index + 1,
                format!("rack{index}"),
                &self.listeners,
            )?);
        }
        let definition = Definition {
            cluster_id: CLUSTER_ID.to_owned(),
            nodes,
            authority,
            server,
            properties: self.properties,
        };
        let mut brokers = Vec::new();
        for node in &definition.nodes {
            brokers.push(Broker::new(node.clone(), host(&definition, node, &place)?));
        }
        for broker in &mut brokers {
            broker
                .spawn()
                .with_context(|| format!("starting broker {}", broker.id()))?;
        }
        for broker in &mut brokers {
            broker.wait_until_up(usize::from(self.brokers))?;
        }
        Ok(Cluster::new(brokers, definition.authority))
    }
}

fn host(definition: &Definition, node: &Node, place: &Place) -> Result<Box<dyn Host>> {
    Ok(match place {
        Place::Process { libs } => Box::new(ProcessHost::new(definition, node, libs)?),
        #[cfg(feature = "containers")]
        Place::Container { image, tag } => {
            Box::new(ContainerHost::new(definition, node, image, tag)?)
        }
        #[cfg(not(feature = "containers"))]
        Place::Container { .. } => {
            anyhow::bail!("test-helpers was built without its feature `containers`")
        }
    })
}
