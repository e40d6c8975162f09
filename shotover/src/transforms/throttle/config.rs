//! What can be set on a `RequestThrottling`?

use super::rate::Rate;
use super::transform::RequestThrottlingBuilder;
use crate::topology::{BuildContext, BuildError, Check};
use crate::transforms::{TransformBuilder, TransformConfig};
use async_trait::async_trait;
use serde::Deserialize;
use std::num::NonZeroU32;

/// The most requests per second that can be set: beyond that the turns are too short to be counted in nanoseconds.
const MOST: u32 = 1_000_000;

/// A `RequestThrottling` as it stands in a topology.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestThrottlingConfig {
    name: Option<String>,
    max_requests_per_second: NonZeroU32,
}

#[typetag::deserialize(name = "RequestThrottling")]
#[async_trait]
impl TransformConfig for RequestThrottlingConfig {
    fn kind(&self) -> &'static str {
        "RequestThrottling"
    }

    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn check(&self, check: &mut Check) {
        let rate = self.max_requests_per_second;
        if rate.get() > MOST {
            check.problem(
                "max_requests_per_second",
                format!("expected 1 to {MOST} requests per second, found {rate}"),
            );
        }
    }

    async fn build(&self, _: &BuildContext) -> Result<Box<dyn TransformBuilder>, BuildError> {
        let rate = Rate::per_second(self.max_requests_per_second);
        Ok(Box::new(RequestThrottlingBuilder::new(rate)))
    }
}
