//! Where is the binary of another package of the workspace?

use std::env;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

/// A folder with binaries that are built already; the test script sets it.
const BUILT: &str = "SHOTOVER_TEST_BIN_DIR";

/// Builds a binary of the workspace in the profile this crate was built in, and says where it is.
///
/// # Errors
/// When it does not compile; the compiler's messages are on standard error.
pub fn build_binary(package: &str, binary: &str) -> Result<PathBuf> {
    if let Some(folder) = env::var_os(BUILT) {
        let path = PathBuf::from(folder).join(binary);
        ensure!(
            path.exists(),
            "{BUILT} is set, but there is no {}",
            path.display()
        );
        return Ok(path);
    }
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // Features are those of the whole workspace, as in a build of everything: with those of one package, half of the
    // dependencies would be compiled once more.
    command.args(["build", "--workspace", "--bin", binary]);
    command.arg("--message-format=json-render-diagnostics");
    if !cfg!(debug_assertions) {
        command.arg("--release");
    }
    // The caller may be anywhere; the workspace is where this crate was compiled.
    command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stderr(Stdio::inherit());
    let output = command.output().context("starting cargo")?;
    ensure!(
        output.status.success(),
        "cargo could not build {binary}: {}",
        output.status
    );
    let messages = String::from_utf8(output.stdout)?;
    let mut executables = messages.lines().filter_map(|line| executable(line, binary));
    executables
        .next()
        .with_context(|| format!("cargo built no binary {binary} of {package}"))
}

/// The path in a message of cargo, when it is about `binary`.
fn executable(message: &str, binary: &str) -> Option<PathBuf> {
    #[derive(Deserialize)]
    struct Artifact {
        target: Target,
        executable: Option<PathBuf>,
    }
    #[derive(Deserialize)]
    struct Target {
        name: String,
    }
    // Messages of other kinds do not have these fields.
    let Artifact { target, executable } = serde_json::from_str(message).ok()?;
    executable.filter(|_| target.name == binary)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_artifact_of_the_binary_is_found_among_other_messages() {
        let library =
            r#"{"reason":"compiler-artifact","target":{"name":"shotover"},"executable":null}"#;
        let binary = r#"{"reason":"compiler-artifact","target":{"name":"proxy"},"executable":"/t/debug/proxy"}"#;
        let end = r#"{"reason":"build-finished","success":true}"#;
        let found: Vec<_> = [library, binary, end]
            .iter()
            .filter_map(|line| executable(line, "proxy"))
            .collect();
        assert_eq!(found, [PathBuf::from("/t/debug/proxy")]);
    }
}
