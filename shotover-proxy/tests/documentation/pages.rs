//! Which pages are there?

use anyhow::Result;
use std::fs;
use std::path::{Path, PathBuf};

pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every page of the book, and every README.
pub(crate) fn pages() -> Result<Vec<PathBuf>> {
    let mut pages = vec![
        repository().join("README.md"),
        repository().join("custom-transforms-example/README.md"),
    ];
    let mut folders = vec![repository().join("docs/src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                pages.push(path);
            }
        }
    }
    Ok(pages)
}
