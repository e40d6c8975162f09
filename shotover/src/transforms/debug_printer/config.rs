//! What can be set on a `DebugPrinter`?

use super::transform::{DebugPrinterBuilder, Level};
use crate::topology::{BuildContext, BuildError, Check};
use crate::transforms::{TransformBuilder, TransformConfig};
use async_trait::async_trait;
use serde::Deserialize;
use std::sync::Arc;

/// Bytes of a body's text that are logged, unless the topology says otherwise.
const DEFAULT_BODY_LIMIT: usize = 1_000;

/// The most that can be set: what reads logs often cuts or drops longer lines.
const LARGEST_BODY_LIMIT: usize = 100_000;

/// A `DebugPrinter` as it stands in a topology.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DebugPrinterConfig {
    name: Option<String>,
    level: Option<Level>,
    body: Option<bool>,
    body_limit: Option<usize>,
}

#[typetag::deserialize(name = "DebugPrinter")]
#[async_trait]
impl TransformConfig for DebugPrinterConfig {
    fn kind(&self) -> &'static str {
        "DebugPrinter"
    }

    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn check(&self, check: &mut Check) {
        let Some(limit) = self.body_limit else {
            return;
        };
        if self.body != Some(true) {
            check.problem("body_limit", "has no effect without `body: true`");
        }
        if !(1..=LARGEST_BODY_LIMIT).contains(&limit) {
            check.problem(
                "body_limit",
                format!("expected 1 to {LARGEST_BODY_LIMIT} bytes, found {limit}"),
            );
        }
    }

    async fn build(&self, context: &BuildContext) -> Result<Box<dyn TransformBuilder>, BuildError> {
        Ok(Box::new(DebugPrinterBuilder {
            name: Arc::clone(context.name()),
            level: self.level.unwrap_or(Level::Info),
            body_limit: (self.body == Some(true))
                .then(|| self.body_limit.unwrap_or(DEFAULT_BODY_LIMIT)),
        }))
    }
}
