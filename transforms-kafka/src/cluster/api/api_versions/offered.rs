//! What does a broker say it can do?

use super::features::Features;
use shotover::message::Message;
use shotover::wire::value::{Structure, Value};
use shotover::wire::{ApiKey, Encoding, ErrorCode, Malformed, Reader};
use std::collections::BTreeMap;
use thiserror::Error;

/// The APIs, versions and features that a broker, or this proxy, offers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Offered {
    pub(super) versions: BTreeMap<ApiKey, Versions>,
    pub(super) features: Features,
    /// Whether a broker in ZooKeeper mode is ready to be migrated.
    pub(super) zk_migration_ready: bool,
}

/// The versions of an API, from the first to the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Versions {
    pub(super) min: i16,
    pub(super) max: i16,
}

/// A broker has not said what it can do.
#[derive(Debug, Error)]
pub(crate) enum OfferError {
    /// The answer is not what the schema says.
    #[error("the broker sent a malformed ApiVersions response")]
    Malformed(#[from] Malformed),
    /// The answer is an error. With `UNSUPPORTED_VERSION` it is written in version 0, and an older version has to be
    /// asked for (KIP-511).
    #[error("the broker answered ApiVersions with {0}")]
    Refused(ErrorCode),
}

impl Offered {
    /// What a broker's answer to ApiVersions offers. APIs that this proxy does not know are not in it.
    pub(crate) fn read(answer: &Message) -> Result<Self, OfferError> {
        let body = answer.body_bytes().unwrap_or_default();
        let error = ErrorCode(Reader::new(&body, Encoding::Fixed).i16("ErrorCode")?);
        if error.is_error() {
            return Err(OfferError::Refused(error));
        }
        let schema = ApiKey::ApiVersions.response_schema();
        let contents = schema.decode(answer.api_version(), &body)?;
        let apis = contents
            .elements("ApiKeys")
            .iter()
            .filter_map(Value::as_structure);
        Ok(Self {
            versions: apis.filter_map(versions).collect(),
            features: Features::read(&contents),
            zk_migration_ready: contents.get("ZkMigrationReady") == Some(&Value::Bool(true)),
        })
    }

    /// Whether it has every version that `told` has.
    pub(crate) fn covers(&self, told: &Self) -> bool {
        told.versions.iter().all(|(key, told)| {
            let versions = self.versions.get(key);
            versions.is_some_and(|it| it.min <= told.min && told.max <= it.max)
        })
    }

    /// Whether the broker is one of those that have no ZooKeeper (KRaft). They alone can describe their quorum, and pass on
    /// what is for the controller.
    pub(crate) fn has_quorum(&self) -> bool {
        self.versions.contains_key(&ApiKey::DescribeQuorum)
    }

    /// The last version of the API, if it is offered at all.
    pub(crate) fn latest(&self, key: ApiKey) -> Option<i16> {
        self.versions.get(&key).map(|versions| versions.max)
    }
}

fn versions(api: &Structure) -> Option<(ApiKey, Versions)> {
    let key = ApiKey::from_code(short(api, "ApiKey")?)?;
    let min = short(api, "MinVersion")?;
    let max = short(api, "MaxVersion")?;
    Some((key, Versions { min, max }))
}

pub(super) fn short(structure: &Structure, field: &str) -> Option<i16> {
    let number = structure.get(field).and_then(Value::as_int)?;
    i16::try_from(number).ok()
}
