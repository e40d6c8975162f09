//! What can be set on a `Tee`?

use super::counted::Counted;
use super::selection::{Selection, forbidden};
use super::transform::{Place, TeeBuilder};
use crate::topology::{BuildContext, BuildError, Check};
use crate::transforms::api_set;
use crate::transforms::{Protocol, TransformBuilder, TransformChainConfig, TransformConfig};
use async_trait::async_trait;
use serde::Deserialize;
use std::sync::Arc;

/// A `Tee` as it stands in a topology.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TeeConfig {
    name: Option<String>,
    apis: Option<Vec<String>>,
    sasl: Option<bool>,
    chain: TransformChainConfig,
}

#[typetag::deserialize(name = "Tee")]
#[async_trait]
impl TransformConfig for TeeConfig {
    fn kind(&self) -> &'static str {
        "Tee"
    }

    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn check(&self, check: &mut Check) {
        self.selection(check);
        check.inside("chain", |check| self.chain.check(Protocol::Kafka, check));
    }

    async fn build(&self, context: &BuildContext) -> Result<Box<dyn TransformBuilder>, BuildError> {
        let place = Place {
            name: Arc::clone(context.name()),
            chain: self.chain.build(&context.sub_chain("chain")).await?,
            selection: self.selection(&mut Check::new()),
            counted: Counted::new(context.metrics(), context.name())?,
            complaints: Default::default(),
            anonymous: Default::default(),
        };
        Ok(Box::new(TeeBuilder(Arc::new(place))))
    }
}

impl TeeConfig {
    /// What is copied; reports names that are no APIs, and APIs that cannot be named.
    fn selection(&self, check: &mut Check) -> Selection {
        let selection = match &self.apis {
            None => Selection::default(),
            Some(names) => {
                let named = api_set::named(check, "apis", names);
                for (place, key) in &named {
                    if let Some(reason) = forbidden(*key) {
                        check.problem(place, reason);
                    }
                }
                named.into_iter().map(|(_, key)| key).collect()
            }
        };
        Selection {
            sasl: self.sasl == Some(true),
            ..selection
        }
    }
}
