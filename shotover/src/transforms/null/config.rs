//! What can be set on a `NullSink`?

use super::sink::NullSinkBuilder;
use crate::topology::{BuildContext, BuildError, Check};
use crate::transforms::{DownChain, TransformBuilder, TransformConfig};
use crate::wire::ErrorCode;
use crate::yaml;
use async_trait::async_trait;
use serde::Deserialize;

/// A `NullSink` as it stands in a topology.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NullSinkConfig {
    name: Option<String>,
    error: Option<String>,
}

#[typetag::deserialize(name = "NullSink")]
#[async_trait]
impl TransformConfig for NullSinkConfig {
    fn kind(&self) -> &'static str {
        "NullSink"
    }

    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn check(&self, check: &mut Check) {
        self.error(check);
    }

    fn down_chain(&self) -> DownChain {
        DownChain::Terminates
    }

    async fn build(&self, _: &BuildContext) -> Result<Box<dyn TransformBuilder>, BuildError> {
        let error = self.error(&mut Check::new());
        Ok(Box::new(NullSinkBuilder { error }))
    }
}

impl NullSinkConfig {
    /// The error to answer with, if one is named; reports a name that stands for none.
    fn error(&self, check: &mut Check) -> Option<ErrorCode> {
        let name = self.error.as_deref()?;
        let mut errors = ErrorCode::ALL.iter().filter(|code| code.is_error());
        let found = errors.clone().find(|code| code.name() == Some(name));
        if found.is_none() {
            let names: Vec<_> = errors.by_ref().filter_map(|code| code.name()).collect();
            check.problem("error", yaml::unknown_name("error", name, &names));
        }
        found.copied()
    }
}
