//! Which part of which answer tells of brokers?

use super::proxies::Proxies;
use super::{cluster, metadata, records, topic_partitions};
use crate::answers::AnswerError;
use crate::settings::{self, Secrets};
use bytes::Bytes;
use shotover::message::Message;
use shotover::wire::{ApiKey, Malformed, value};

/// The answer without any broker: a proxy stands where one was named.
///
/// That leaves the list of new addresses out of Produce and Fetch answers, and a partition's new leader (KIP-951): clients
/// ask for Metadata instead. It says nothing of a replica to fetch from (KIP-392), which is behind a proxy like the leader.
/// DescribeConfigs keeps the names that it has: those of brokers are put right where the parts are merged.
///
/// # Errors
/// When the answer is malformed: what it gives away is not known.
pub(crate) fn present(answer: Message, proxies: &dyn Proxies) -> Result<Message, AnswerError> {
    let (key, version) = (answer.api_key(), answer.api_version());
    if key == ApiKey::DescribeConfigs {
        return settings::conceal(answer, Secrets::Identity);
    }
    let Some((_, rewrite)) = REWRITES.iter().find(|(named, _)| *named == key) else {
        return Ok(answer);
    };
    let body = answer.body_bytes()?;
    let rewritten = rewrite(version, &body, proxies).map_err(|failed| match failed {
        Failed::Malformed(source) => AnswerError::Malformed {
            api: key,
            version,
            source,
        },
        Failed::Contents(source) => AnswerError::Contents(source),
    })?;
    match rewritten {
        Some(pieces) => Ok(answer.with_body(pieces)?),
        None => Ok(answer),
    }
}

/// Why a body cannot be rewritten.
#[derive(Debug)]
pub(super) enum Failed {
    Malformed(Malformed),
    Contents(value::EncodeError),
}

impl From<Malformed> for Failed {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed(malformed)
    }
}

impl From<value::EncodeError> for Failed {
    fn from(error: value::EncodeError) -> Self {
        Self::Contents(error)
    }
}

/// The new body in pieces; none if nothing of it changes.
pub(super) type Rewritten = Result<Option<Vec<Bytes>>, Failed>;

type Rewrite = fn(i16, &Bytes, &dyn Proxies) -> Rewritten;

/// The answers that name brokers, among those of the APIs that are offered.
const REWRITES: [(ApiKey, Rewrite); 7] = [
    (ApiKey::Produce, records::produced),
    (ApiKey::Fetch, records::fetched),
    (ApiKey::Metadata, metadata::rewrite),
    (ApiKey::FindCoordinator, cluster::coordinators),
    (ApiKey::DescribeCluster, cluster::described),
    (ApiKey::DescribeTopicPartitions, topic_partitions::rewrite),
    (ApiKey::ListConfigResources, cluster::config_resources),
];
