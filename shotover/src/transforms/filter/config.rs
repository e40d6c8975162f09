//! What can be set on a `Filter`?

use super::transform::FilterBuilder;
use crate::topology::{BuildContext, BuildError, Check, Unchecked};
use crate::transforms::api_set::{self, ApiSet};
use crate::transforms::{TransformBuilder, TransformConfig};
use crate::wire::ApiKey;
use async_trait::async_trait;
use serde::Deserialize;

/// What a client cannot do without: it could not even be told what is refused.
const ALWAYS: &[ApiKey] = &[
    ApiKey::ApiVersions,
    ApiKey::SaslHandshake,
    ApiKey::SaslAuthenticate,
];

/// A `Filter` as it stands in a topology.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FilterConfig {
    name: Option<String>,
    allow: Option<Vec<String>>,
    deny: Option<Vec<String>>,
}

#[typetag::deserialize(name = "Filter")]
#[async_trait]
impl TransformConfig for FilterConfig {
    fn kind(&self) -> &'static str {
        "Filter"
    }

    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn check(&self, check: &mut Check) {
        self.refused(check);
    }

    async fn build(&self, _: &BuildContext) -> Result<Box<dyn TransformBuilder>, BuildError> {
        let refused = self.refused(&mut Check::new()).ok_or(Unchecked)?;
        Ok(Box::new(FilterBuilder { refused }))
    }
}

impl FilterConfig {
    /// The APIs that are refused; reports what is wrong with the lists.
    fn refused(&self, check: &mut Check) -> Option<ApiSet> {
        match (&self.allow, &self.deny) {
            (Some(allow), None) => Some(all_but(check, allow)),
            (None, Some(deny)) => Some(denied(check, deny)),
            (None, None) => {
                check.problem("", "expected one of allow and deny, found neither");
                None
            }
            (Some(_), Some(_)) => {
                check.problem("", "expected one of allow and deny, found both");
                None
            }
        }
    }
}

fn all_but(check: &mut Check, allow: &[String]) -> ApiSet {
    let allowed = api_set::named(check, "allow", allow);
    let is_refused = |key: &&ApiKey| {
        !ALWAYS.contains(key) && !allowed.iter().any(|(_, allowed)| allowed == *key)
    };
    ApiKey::ALL.iter().filter(is_refused).copied().collect()
}

fn denied(check: &mut Check, deny: &[String]) -> ApiSet {
    let denied = api_set::named(check, "deny", deny);
    for (place, key) in &denied {
        if ALWAYS.contains(key) {
            check.problem(
                place,
                format!("{key} cannot be refused: no client can begin without it"),
            );
        }
    }
    denied.into_iter().map(|(_, key)| key).collect()
}
