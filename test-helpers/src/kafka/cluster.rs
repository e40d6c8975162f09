//! What does a test need of a running cluster?

use std::time::Duration;

use anyhow::{Context, Result};
use rdkafka::producer::{BaseProducer, Producer};

use super::broker::Broker;
use super::builder::ClusterBuilder;
use super::listener::{Listener, USERS};
use crate::certs::Authority;
use crate::clients::{Librdkafka, Mechanism, Security};
use crate::wait::wait_until;

/// Longest time for replicas to catch up.
const CATCH_UP: Duration = Duration::from_secs(60);

/// Running brokers, which end with it.
#[derive(Debug)]
pub struct Cluster {
    brokers: Vec<Broker>,
    authority: Authority,
}

impl Cluster {
    /// Describes a cluster; the default is one broker with a [`Listener::Plaintext`].
    pub fn builder() -> ClusterBuilder {
        ClusterBuilder::new()
    }

    pub(crate) fn new(brokers: Vec<Broker>, authority: Authority) -> Self {
        Self { brokers, authority }
    }

    /// The addresses of a listener on all brokers, separated by commas.
    ///
    /// # Errors
    /// When the cluster was built without that listener.
    pub fn bootstrap(&self, listener: Listener) -> Result<String> {
        let addresses: Result<Vec<String>> = self
            .brokers
            .iter()
            .map(|broker| broker.address(listener))
            .collect();
        Ok(addresses?.join(","))
    }

    /// All brokers, in the order of their ids.
    #[must_use]
    pub fn brokers(&self) -> &[Broker] {
        &self.brokers
    }

    /// The broker at `index`, counted from 0: the one in rack `rack<index>`.
    ///
    /// # Errors
    /// When there are fewer.
    pub fn broker(&mut self, index: usize) -> Result<&mut Broker> {
        self.brokers
            .get_mut(index)
            .with_context(|| format!("there is no broker {index}"))
    }

    /// The authority that signed the brokers' certificates, and that they trust.
    #[must_use]
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// What a client of `listener` needs: the authority, a certificate of its own, the first user's password with PLAIN.
    /// For SCRAM say so with [`Security::sasl`] on top.
    ///
    /// # Errors
    /// When a certificate cannot be written.
    pub fn security(&self, listener: Listener) -> Result<Security> {
        let mut security = Security::default();
        if listener == Listener::MutualTls {
            security = security.mutual_tls(&self.authority, &self.authority.client("client")?);
        } else if listener.has_tls() {
            security = security.tls(&self.authority);
        }
        if listener.has_sasl() {
            let [(user, password), _] = USERS;
            security = security.sasl(Mechanism::Plain, user, password);
        }
        Ok(security)
    }

    /// Waits until every partition has all its replicas in sync, those of Kafka's own topics as well.
    ///
    /// # Errors
    /// When that takes too long.
    pub fn wait_until_in_sync(&self) -> Result<()> {
        let client: BaseProducer =
            Librdkafka::new(&self.bootstrap(Listener::Plaintext)?).create()?;
        wait_until("all replicas are in sync", CATCH_UP, || {
            let metadata = client.client().fetch_metadata(None, CATCH_UP)?;
            let partitions: Vec<_> = metadata
                .topics()
                .iter()
                .flat_map(|topic| topic.partitions())
                .collect();
            let in_sync = partitions
                .iter()
                .all(|partition| partition.isr().len() == partition.replicas().len());
            Ok((in_sync && !partitions.is_empty()).then_some(()))
        })
    }
}

impl Drop for Cluster {
    #[expect(
        clippy::print_stderr,
        reason = "the test harness captures it and shows it with the failure"
    )]
    fn drop(&mut self) {
        if std::thread::panicking() {
            for broker in &self.brokers {
                eprint!("{}", broker.log_tail());
            }
        }
    }
}
