//! Which APIs does a field of the configuration name?

use crate::topology::Check;
use crate::wire::ApiKey;
use crate::yaml;

/// Some of Kafka's APIs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ApiSet(u128);

impl ApiSet {
    pub(super) fn contains(self, key: ApiKey) -> bool {
        self.0 & bit(key) != 0
    }
}

impl FromIterator<ApiKey> for ApiSet {
    fn from_iter<I: IntoIterator<Item = ApiKey>>(keys: I) -> Self {
        Self(keys.into_iter().fold(0, |bits, key| bits | bit(key)))
    }
}

fn bit(key: ApiKey) -> u128 {
    let position = u32::from(key.code().unsigned_abs());
    1_u128.checked_shl(position).unwrap_or(0)
}

/// The APIs that stand in `field`, each with its place; reports a name that is no API, and a list without names.
pub(super) fn named(check: &mut Check, field: &str, names: &[String]) -> Vec<(String, ApiKey)> {
    if names.is_empty() {
        check.problem(field, "expected at least one API, found none");
    }
    let mut keys = Vec::with_capacity(names.len());
    for (index, name) in names.iter().enumerate() {
        let place = format!("{field}[{index}]");
        match name.parse() {
            Ok(key) => keys.push((place, key)),
            Err(_) => check.problem(&place, yaml::unknown_name("API", name, &all_names())),
        }
    }
    keys
}

fn all_names() -> Vec<&'static str> {
    ApiKey::ALL.iter().map(|key| key.name()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_what_was_put_into_it_and_nothing_else() {
        for key in ApiKey::ALL {
            let set = ApiSet::from_iter([*key]);
            let others = ApiKey::ALL.iter().filter(|other| set.contains(**other));
            assert_eq!(others.collect::<Vec<_>>(), [key]);
        }
    }
}
