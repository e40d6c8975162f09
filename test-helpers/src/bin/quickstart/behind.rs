//! Which cluster stands behind the proxy?

use anyhow::Result;
use test_helpers::clients::Librdkafka;
use test_helpers::kafka::{Cluster, Listener};
use test_helpers::mock::MockCluster;

/// A cluster of three brokers, which ends with it.
pub(crate) enum Behind {
    /// In this process.
    Embedded(MockCluster),
    /// Kafka itself.
    Real(Box<Cluster>),
}

impl Behind {
    pub(crate) fn embedded() -> Result<Self> {
        Ok(Self::Embedded(MockCluster::start(3)?))
    }

    pub(crate) fn real() -> Result<Self> {
        Ok(Self::Real(Box::new(Cluster::builder().brokers(3).start()?)))
    }

    /// The addresses of all brokers, separated by commas.
    pub(crate) fn bootstrap(&self) -> Result<String> {
        match self {
            Self::Embedded(cluster) => Ok(cluster.bootstrap()),
            Self::Real(cluster) => cluster.bootstrap(Listener::Plaintext),
        }
    }

    /// Creates a topic with every partition on all three brokers, which lead equally many of them.
    pub(crate) fn create_topic(&self, topic: &str, partitions: i32) -> Result<()> {
        match self {
            Self::Embedded(cluster) => {
                cluster.create_topic(topic, partitions)?;
                // It chooses leaders at random; Kafka deals them out.
                for (partition, broker) in (0..partitions).zip((1..=3).cycle()) {
                    let native = cluster.native();
                    native.partition_leader(topic, partition, Some(broker))?;
                }
                Ok(())
            }
            Self::Real(_) => Librdkafka::new(&self.bootstrap()?).create_topic(topic, partitions, 3),
        }
    }
}
