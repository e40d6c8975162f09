//! Which features of the cluster do clients count on? (KIP-584)

use super::offered::{Offered, Versions, short};
use shotover::wire::ApiKey;
use shotover::wire::value::{Structure, Value};
use std::collections::BTreeMap;

/// Features of one kind that a broker may tell of. Kafka 4.3 has six; what else one tells is kept of none.
const MAX_FEATURES: usize = 100;

/// Bytes of the name of a feature. One with a longer name is none.
const LONGEST_NAME: usize = 100;

/// The features that are supported, and the levels that are in use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Features {
    pub(super) supported: BTreeMap<Vec<u8>, Versions>,
    pub(super) finalized: BTreeMap<Vec<u8>, Versions>,
    /// Which state of the cluster `finalized` is of; -1 if that is not known.
    pub(super) epoch: i64,
}

/// A level of a feature that clients use by sending certain versions of requests.
struct Level {
    feature: &'static [u8],
    level: i16,
    needs: &'static [(ApiKey, i16)],
}

/// A client that believes in such a level, but finds an older version offered, sends something that means another thing:
/// with transactions of version 2, Produce adds the partition to the transaction, but only from version 12 on.
const LEVELS: &[Level] = &[
    Level {
        feature: b"transaction.version",
        level: 2,
        needs: &[
            (ApiKey::Produce, 12),
            (ApiKey::TxnOffsetCommit, 5),
            (ApiKey::EndTxn, 5),
        ],
    },
    Level {
        feature: b"group.version",
        level: 1,
        needs: &[
            (ApiKey::ConsumerGroupHeartbeat, 0),
            (ApiKey::OffsetCommit, 9),
            (ApiKey::OffsetFetch, 9),
        ],
    },
    Level {
        feature: b"share.version",
        level: 1,
        needs: &[
            (ApiKey::ShareGroupHeartbeat, 1),
            (ApiKey::ShareFetch, 1),
            (ApiKey::ShareAcknowledge, 1),
        ],
    },
    Level {
        feature: b"streams.version",
        level: 1,
        needs: &[(ApiKey::StreamsGroupHeartbeat, 0)],
    },
];

impl Features {
    pub(super) fn read(answer: &Structure) -> Self {
        let epoch = answer.get("FinalizedFeaturesEpoch").and_then(Value::as_int);
        Self {
            supported: levels(answer, "SupportedFeatures", ("MinVersion", "MaxVersion")),
            finalized: levels(
                answer,
                "FinalizedFeatures",
                ("MinVersionLevel", "MaxVersionLevel"),
            ),
            epoch: epoch.unwrap_or(-1),
        }
    }

    /// What all brokers support, and what is in use according to the one that knows the latest state.
    pub(super) fn common<'a>(brokers: impl Iterator<Item = &'a Self> + Clone) -> Self {
        let Some(latest) = brokers.clone().max_by_key(|features| features.epoch) else {
            return Self::default();
        };
        let mut common = latest.clone();
        for features in brokers {
            common.supported.retain(|name, versions| {
                features.supported.get(name).is_some_and(|other| {
                    versions.min = versions.min.max(other.min);
                    versions.max = versions.max.min(other.max);
                    versions.min <= versions.max
                })
            });
        }
        common
    }
}

impl Offered {
    /// Takes back the levels of features whose requests are not offered.
    pub(super) fn limit_features(&mut self) {
        for Level {
            feature,
            level,
            needs,
        } in LEVELS
        {
            let is_offered = |(key, version): &(ApiKey, i16)| {
                self.latest(*key).is_some_and(|max| max >= *version)
            };
            if !needs.iter().all(is_offered) {
                self.features.limit(feature, level - 1);
            }
        }
    }
}

impl Features {
    /// Takes back the levels of a feature after this one.
    fn limit(&mut self, feature: &[u8], level: i16) {
        if let Some(versions) = self.supported.get_mut(feature) {
            versions.max = versions.max.min(level);
        }
        self.supported
            .retain(|_, versions| versions.min <= versions.max);
        // Brokers write the one level that is in use as both the first and the last.
        if let Some(versions) = self.finalized.get_mut(feature) {
            versions.min = versions.min.min(level);
            versions.max = versions.max.min(level);
        }
        // Level 0 is that of a feature that is not in use.
        self.finalized.retain(|_, versions| versions.max > 0);
    }
}

fn levels(
    answer: &Structure,
    array: &str,
    (min, max): (&str, &str),
) -> BTreeMap<Vec<u8>, Versions> {
    let features = answer
        .elements(array)
        .iter()
        .filter_map(Value::as_structure);
    let levels = features.filter_map(|feature| {
        let name = feature.get("Name").and_then(Value::as_bytes);
        let name = name.filter(|name| name.len() <= LONGEST_NAME)?;
        let versions = Versions {
            min: short(feature, min)?,
            max: short(feature, max)?,
        };
        Some((name.to_vec(), versions))
    });
    levels.take(MAX_FEATURES).collect()
}
