//! Does the repository keep the rules that no compiler checks?

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, also outside of test functions"
)]

mod crates;
mod dependencies;
mod files;
mod licence;
mod links;
mod log_lines;
mod markdown;
mod metadata;

use std::fs;
use std::path::{Path, PathBuf};

/// A file of the repository.
#[derive(Debug)]
struct Text {
    /// From the root of the repository.
    path: PathBuf,
    text: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every text of the repository whose name ends like this, but for what cargo and git have made.
fn texts(extension: &str) -> Vec<Text> {
    let mut folders = vec![PathBuf::new()];
    let mut texts = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root().join(&folder)).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            let path = folder.join(&name);
            if entry.file_type().unwrap().is_dir() {
                if name != "target" && !name.starts_with('.') {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|found| found == extension) {
                let text = fs::read_to_string(entry.path()).unwrap();
                texts.push(Text { path, text });
            }
        }
    }
    assert!(!texts.is_empty(), "no .{extension} in {:?}", root());
    texts
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with("//")
}

/// Fails with everything that was found, a line each.
#[track_caller]
fn no_findings(findings: Vec<String>) {
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}
