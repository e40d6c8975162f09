//! What does the binary say to these files?

use anyhow::{Result, ensure};
use std::fs;
use std::process::Command;
use tempfile::TempDir;

/// A configuration beside a topology that is tried.
pub(crate) const CONFIG: &str = "main_log_level: info\n";

/// A topology beside a configuration that is tried.
pub(crate) const TOPOLOGY: &str = "
sources:
  - Kafka:
      listen_addr: 127.0.0.1:9192
      chain:
        - NullSink: {}
";

/// A topology with these transforms.
pub(crate) fn around(chain: &str) -> String {
    let (source, _) = TOPOLOGY
        .split_once("        - NullSink")
        .unwrap_or_default();
    let lines = chain.lines().map(|line| format!("        {line}\n"));
    source.to_owned() + &lines.collect::<String>()
}

/// What `--check` says to these files; nothing if they are right.
pub(crate) fn check(topology: &str, config: &str) -> Result<String> {
    let folder = TempDir::new()?;
    let [topology_file, config_file] =
        ["topology.yaml", "config.yaml"].map(|name| folder.path().join(name));
    fs::write(&topology_file, topology)?;
    fs::write(&config_file, config)?;
    let output = Command::new(env!("CARGO_BIN_EXE_shotover-proxy"))
        .arg("--check")
        .arg("-t")
        .arg(topology_file)
        .arg("-c")
        .arg(config_file)
        .output()?;
    let said = String::from_utf8(output.stderr)?;
    ensure!(
        output.status.success() == said.is_empty(),
        "{}: {said}",
        output.status
    );
    Ok(said)
}
