//! With what was it counted?

use anyhow::{Context, Result};
use std::env;
use std::fs;
use std::process::Command;

/// What counts depend on beside the code, in a line: the compiler, the C library, whose functions copy as the processor
/// likes it best, and valgrind, which says what the processor can do.
pub(crate) fn here() -> Result<String> {
    let compiler = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let rustc = said_by(Command::new(compiler).arg("--version"))?;
    let libc = said_by(Command::new("getconf").arg("GNU_LIBC_VERSION"))?;
    let valgrind = said_by(Command::new("valgrind").arg("--version"))?;
    let processor = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let widest = ["avx2", "sse4_2"]
        .into_iter()
        .find(|feature| processor.contains(feature));
    Ok(format!(
        "{rustc}; {libc}; {valgrind}; {}",
        widest.unwrap_or(env::consts::ARCH)
    ))
}

fn said_by(command: &mut Command) -> Result<String> {
    let output = command
        .output()
        .with_context(|| format!("starting {command:?}"))?;
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}
