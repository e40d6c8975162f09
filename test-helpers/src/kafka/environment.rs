//! What has the test script found or made: where does Kafka run, and where are its jars?

use std::env;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

/// `container` or `process`.
const HOST: &str = "SHOTOVER_TEST_KAFKA";
/// The image, as `name:tag`.
const IMAGE: &str = "SHOTOVER_TEST_KAFKA_IMAGE";
/// The folder with Kafka's jars, for plain processes and for the console tools.
const LIBS: &str = "SHOTOVER_TEST_KAFKA_LIBS";
/// Marks what a run of the script started.
#[cfg(feature = "containers")]
const RUN: &str = "SHOTOVER_TEST_RUN";

const HINT: &str = "run `eval \"$(scripts/test --env)\"` in this shell first; \
    `scripts/test --ring real` runs the tests without it";

/// Small and quickly up, for brokers and tools alike.
pub(crate) const JAVA_OPTIONS: [&str; 3] =
    ["-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];

/// Everything of interest on standard error, where it does not mix with what a tool prints.
pub(crate) const LOG_CONFIG: &str = include_str!("log4j2.properties");

/// Where brokers run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// As `java` processes with these jars.
    Process { libs: PathBuf },
    /// In containers of this image.
    Container { image: String, tag: String },
}

impl Place {
    /// What the environment says.
    pub(crate) fn from_environment() -> Result<Self> {
        match variable(HOST)?.as_str() {
            "process" => Ok(Self::Process { libs: libs()? }),
            "container" => {
                let image = variable(IMAGE)?;
                let (image, tag) = image
                    .rsplit_once(':')
                    .with_context(|| format!("{IMAGE}={image} has no tag"))?;
                Ok(Self::Container {
                    image: image.to_owned(),
                    tag: tag.to_owned(),
                })
            }
            other => bail!("{HOST} is {other:?}, expected \"container\" or \"process\": {HINT}"),
        }
    }
}

/// Whether the environment says where brokers run.
///
/// # Errors
/// When it does not; the error says how to prepare it.
pub fn prepared() -> Result<()> {
    Place::from_environment().map(drop)
}

/// The folder with Kafka's jars.
///
/// # Errors
/// When the environment does not name it.
pub fn libs() -> Result<PathBuf> {
    variable(LIBS).map(PathBuf::from)
}

/// The version of Kafka, 4.3.1 for instance.
///
/// # Errors
/// When the jars are not there.
pub fn version() -> Result<String> {
    let libs = libs()?;
    for entry in fs::read_dir(&libs).with_context(|| format!("reading {}", libs.display()))? {
        let name = entry?.file_name();
        let name = name.to_string_lossy();
        if let Some(version) = name
            .strip_prefix("kafka_2.13-")
            .and_then(|rest| rest.strip_suffix(".jar"))
        {
            return Ok(version.to_owned());
        }
    }
    bail!("no jar of Kafka itself in {}", libs.display())
}

/// Whether the version of Kafka is older than 4.0, which moved classes and turned features on.
///
/// # Errors
/// When the jars are not there.
pub fn is_before_4() -> Result<bool> {
    Ok(version()?.starts_with("3."))
}

/// The label of containers, by which the script finds what a killed test left behind.
#[cfg(feature = "containers")]
pub(crate) fn run() -> String {
    env::var(RUN).unwrap_or_else(|_| "by-hand".to_owned())
}

fn variable(name: &str) -> Result<String> {
    env::var(name).with_context(|| format!("{name} is not set: {HINT}"))
}
