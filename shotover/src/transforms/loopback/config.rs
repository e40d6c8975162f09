//! What can be set on a `Loopback`?

use super::sink::LoopbackBuilder;
use crate::topology::{BuildContext, BuildError};
use crate::transforms::{DownChain, TransformBuilder, TransformConfig};
use async_trait::async_trait;
use serde::Deserialize;

/// A `Loopback` as it stands in a topology.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoopbackConfig {
    name: Option<String>,
}

#[typetag::deserialize(name = "Loopback")]
#[async_trait]
impl TransformConfig for LoopbackConfig {
    fn kind(&self) -> &'static str {
        "Loopback"
    }

    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn down_chain(&self) -> DownChain {
        DownChain::Terminates
    }

    async fn build(&self, _: &BuildContext) -> Result<Box<dyn TransformBuilder>, BuildError> {
        Ok(Box::new(LoopbackBuilder))
    }
}
