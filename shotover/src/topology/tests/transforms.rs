//! Transforms that are only ever checked.

use crate::topology::{BuildContext, BuildError, Check};
use crate::transforms::{
    DownChain, Protocol, TransformBuilder, TransformChainConfig, TransformConfig,
};
use async_trait::async_trait;
use serde::Deserialize;
use std::time::Duration;

/// The end of a chain.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CheckedSink {
    name: Option<String>,
    destination_port: u16,
    connect_timeout_ms: u64,
    contact_point: Option<String>,
}

#[typetag::deserialize(name = "CheckedSink")]
#[async_trait]
impl TransformConfig for CheckedSink {
    fn kind(&self) -> &'static str {
        "CheckedSink"
    }

    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn check(&self, check: &mut Check) {
        if self.destination_port == 0 {
            check.problem(
                "destination_port",
                "expected a port from 1 to 65535, found 0",
            );
        }
        let millisecond = Duration::from_millis(1);
        let timeout = self.connect_timeout_ms;
        check.duration("connect_timeout_ms", timeout, millisecond, 1..=600_000);
        if let Some(contact_point) = &self.contact_point {
            check.broker("contact_point", contact_point);
        }
    }

    fn down_chain(&self) -> DownChain {
        DownChain::Terminates
    }

    async fn build(&self, _: &BuildContext) -> Result<Box<dyn TransformBuilder>, BuildError> {
        Err(BuildError::new("only checked"))
    }
}

/// Anywhere but the end of a chain, and with a chain of its own.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CheckedTee {
    name: Option<String>,
    chain: TransformChainConfig,
}

#[typetag::deserialize(name = "CheckedTee")]
#[async_trait]
impl TransformConfig for CheckedTee {
    fn kind(&self) -> &'static str {
        "CheckedTee"
    }

    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn check(&self, check: &mut Check) {
        check.inside("chain", |check| self.chain.check(Protocol::Kafka, check));
    }

    async fn build(&self, _: &BuildContext) -> Result<Box<dyn TransformBuilder>, BuildError> {
        Err(BuildError::new("only checked"))
    }
}

/// Sends on what no transform takes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CheckedTranslator {}

#[typetag::deserialize(name = "CheckedTranslator")]
#[async_trait]
impl TransformConfig for CheckedTranslator {
    fn kind(&self) -> &'static str {
        "CheckedTranslator"
    }

    fn down_chain(&self) -> DownChain {
        DownChain::Speaks(Protocol::Other)
    }

    async fn build(&self, _: &BuildContext) -> Result<Box<dyn TransformBuilder>, BuildError> {
        Err(BuildError::new("only checked"))
    }
}
