//! Types as they occur in configuration files.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU16;

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) sources: Vec<Source>,
    #[serde(default)]
    pub(super) labels: BTreeMap<String, u8>,
    pub(super) log: Option<Level>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub(super) enum Source {
    Kafka(Kafka),
    Idle,
    Pair(u8, String),
    Inline { text: String },
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub(super) struct Kafka {
    pub(super) listen_addr: String,
    pub(super) connection_limit: Option<usize>,
    #[serde(default = "sixty")]
    pub(super) timeout: u64,
    pub(super) tls: Option<Tls>,
    pub(super) chain: Vec<Step>,
}

fn sixty() -> u64 {
    60
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub(super) struct Tls {
    pub(super) certificate_path: String,
    #[serde(alias = "key_path")]
    pub(super) private_key_path: String,
    #[serde(default)]
    pub(super) verify_hostname: bool,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Level {
    Info,
    Warn,
}

/// A box that can be compared, for the objects of `typetag`.
#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct Step(pub(super) Box<dyn StepConfig>);

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl PartialEq for Step {
    fn eq(&self, other: &Self) -> bool {
        format!("{self:?}") == format!("{other:?}")
    }
}

#[typetag::serde]
pub(super) trait StepConfig: fmt::Debug {}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SinkSingle {
    pub(super) destination_port: NonZeroU16,
    pub(super) connect_timeout_ms: u64,
    pub(super) ratio: Option<f64>,
}

#[typetag::serde]
impl StepConfig for SinkSingle {}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NullSink;

#[typetag::serde]
impl StepConfig for NullSink {}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Throttle {
    pub(super) per_second: Positive,
}

#[typetag::serde]
impl StepConfig for Throttle {}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tee {
    pub(super) chain: Vec<Box<dyn StepConfig>>,
    #[serde(default)]
    pub(super) buffer: usize,
}

#[typetag::serde]
impl StepConfig for Tee {}

/// Refuses the stand-in for text, as types with a grammar do.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct Positive(u32);

impl TryFrom<String> for Positive {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let refused = || format!("expected a rate such as `5/s`, found \"{text}\"");
        let digits = text.strip_suffix("/s").ok_or_else(refused)?;
        digits.parse().map(Self).map_err(|_| refused())
    }
}

impl From<Positive> for String {
    fn from(rate: Positive) -> Self {
        format!("{}/s", rate.0)
    }
}
