//! What can be offered to clients, whichever broker will get their requests?

use super::features::Features;
use super::offered::{Offered, Versions};
use crate::cluster::advertise::Presentation;
use crate::cluster::api::table::is_offered;
use shotover::wire::ApiKey;

/// What comes with an API: without that version of the first, there are no versions of the second after this one.
struct Needs {
    needed: (ApiKey, i16),
    by: ApiKey,
    otherwise_until: i16,
}

/// Clients take the ids of topics from Metadata.
const TOPIC_IDS: &[Needs] = &[
    Needs::topic_ids(ApiKey::Produce, 12),
    Needs::topic_ids(ApiKey::Fetch, 12),
    Needs::topic_ids(ApiKey::OffsetCommit, 9),
    Needs::topic_ids(ApiKey::OffsetFetch, 9),
];

impl Needs {
    const fn topic_ids(by: ApiKey, otherwise_until: i16) -> Self {
        Self {
            needed: (ApiKey::Metadata, 10),
            by,
            otherwise_until,
        }
    }
}

impl Offered {
    /// What all of these brokers and this proxy can do. `None` without brokers: nothing is known then.
    pub(crate) fn common<'a>(
        brokers: impl Iterator<Item = &'a Self> + Clone,
        presentation: Presentation,
    ) -> Option<Self> {
        brokers.clone().next()?;
        let mut offered = Self {
            features: Features::common(brokers.clone().map(|broker| &broker.features)),
            zk_migration_ready: brokers.clone().all(|broker| broker.zk_migration_ready),
            ..Self::default()
        };
        let offers = |key: &&ApiKey| is_offered(**key, presentation);
        for key in ApiKey::ALL.iter().filter(offers) {
            let versions = brokers.clone().map(|broker| broker.versions.get(key));
            if let Some(versions) = common(*key, versions) {
                offered.versions.insert(*key, versions);
            }
        }
        limit_versions(&mut offered);
        offered.limit_features();
        Some(offered)
    }
}

/// The versions of an API that all brokers have, and this proxy.
fn common<'a>(
    key: ApiKey,
    brokers: impl Iterator<Item = Option<&'a Versions>>,
) -> Option<Versions> {
    let known = key.versions();
    let mut common = Versions {
        min: i16::MIN,
        max: *known.end(),
    };
    for versions in brokers {
        let versions = versions?;
        common.min = common.min.max(versions.min);
        common.max = common.max.min(versions.max);
    }
    common.min = common.min.max(*key.offered_versions().start());
    (common.min.max(*known.start()) <= common.max).then_some(common)
}

fn limit_versions(offered: &mut Offered) {
    for Needs {
        needed: (needed, version),
        by,
        otherwise_until,
    } in TOPIC_IDS
    {
        if offered.latest(*needed).is_none_or(|max| max < *version)
            && let Some(versions) = offered.versions.get_mut(by)
        {
            versions.max = versions.max.min(*otherwise_until);
            if versions.min > versions.max {
                offered.versions.remove(by);
            }
        }
    }
}
