//! How many of the records does each broker have?

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use anyhow::{Context, Result};
use test_helpers::clients::Librdkafka;
use test_helpers::rdkafka::consumer::{BaseConsumer, Consumer};

/// Longest time for one answer of the cluster.
const LIMIT: Duration = Duration::from_secs(10);

/// What one broker has, of the partitions that it leads.
#[derive(Default)]
struct Share {
    partitions: Vec<i32>,
    records: i64,
}

/// What each broker has, by its id.
pub(crate) struct Shares(BTreeMap<i32, Share>);

impl Shares {
    /// Asks the cluster at `bootstrap` itself: what the proxy says would prove nothing.
    pub(crate) fn of(bootstrap: &str, topic: &str) -> Result<Self> {
        let client: BaseConsumer = Librdkafka::new(bootstrap).create()?;
        let metadata = client
            .fetch_metadata(Some(topic), LIMIT)
            .context("asking the cluster who leads what")?;
        let mut shares: BTreeMap<_, _> = metadata
            .brokers()
            .iter()
            .map(|broker| (broker.id(), Share::default()))
            .collect();
        for partition in metadata
            .topics()
            .iter()
            .flat_map(|topic| topic.partitions())
        {
            let (first, end) = client
                .fetch_watermarks(topic, partition.id(), LIMIT)
                .with_context(|| format!("asking how long partition {} is", partition.id()))?;
            let share = shares.entry(partition.leader()).or_default();
            share.partitions.push(partition.id());
            share.records += end - first;
        }
        Ok(Self(shares))
    }
}

impl fmt::Display for Shares {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (broker, share) in &self.0 {
            let Share {
                partitions,
                records,
            } = share;
            let partitions: Vec<_> = partitions.iter().map(ToString::to_string).collect();
            writeln!(
                f,
                "     broker {broker:<6} {records:>9} in partitions {}",
                partitions.join(", ")
            )?;
        }
        Ok(())
    }
}
