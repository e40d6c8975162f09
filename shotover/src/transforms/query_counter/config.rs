//! What can be set on a `QueryCounter`?

use super::counted::Counted;
use super::transform::QueryCounterBuilder;
use crate::topology::{BuildContext, BuildError};
use crate::transforms::{TransformBuilder, TransformConfig};
use async_trait::async_trait;
use serde::Deserialize;
use std::sync::Arc;

/// A `QueryCounter` as it stands in a topology.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueryCounterConfig {
    name: Option<String>,
    topics: Option<bool>,
}

#[typetag::deserialize(name = "QueryCounter")]
#[async_trait]
impl TransformConfig for QueryCounterConfig {
    fn kind(&self) -> &'static str {
        "QueryCounter"
    }

    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    async fn build(&self, context: &BuildContext) -> Result<Box<dyn TransformBuilder>, BuildError> {
        let mut counted = Counted::new(context.metrics(), Arc::clone(context.name()))?;
        if self.topics == Some(true) {
            counted = counted.by_topic(context.metrics())?;
        }
        Ok(Box::new(QueryCounterBuilder::new(counted)))
    }
}
