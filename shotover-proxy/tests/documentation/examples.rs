//! Does the binary take every example?
//!
//! A block ```` ```yaml ```` is a whole topology if it has `sources:`, the transforms of a chain if it is a list, and a
//! `config.yaml` otherwise. There are no others, so nothing is shown that was not tried. The guide to a transform that
//! this binary does not have is held to the files of `custom-transforms-example` there.

use crate::binary::{CONFIG, TOPOLOGY, around, check};
use crate::certificates::Certificates;
use crate::pages::pages;
use anyhow::{Context, Result, ensure};
use std::fmt::Write;
use std::fs;
use std::path::Path;

const GUIDE: &str = "write-a-transform.md";

/// A block of YAML and where it begins.
struct Block {
    place: String,
    text: String,
}

/// The blocks of YAML on a page.
fn blocks(page: &Path) -> Result<Vec<Block>> {
    let text = fs::read_to_string(page)?;
    let mut blocks: Vec<Block> = Vec::new();
    let mut language = None;
    for (number, line) in (1..).zip(text.lines()) {
        match (line.trim_start().strip_prefix("```"), language) {
            (Some(info), None) => {
                language = Some(info);
                let place = format!("{}:{number}", page.display());
                ensure!(
                    info == "yaml" || !(info.contains("yaml") || info.contains("yml")),
                    "{place}: YAML is marked as `yaml`, found `{info}`"
                );
                if info == "yaml" {
                    let text = String::new();
                    blocks.push(Block { place, text });
                }
            }
            (Some(_), Some(_)) => language = None,
            (None, Some("yaml")) => {
                let block = blocks.last_mut().context("a block has begun")?;
                writeln!(block.text, "{line}")?;
            }
            (None, _) => {}
        }
    }
    Ok(blocks)
}

impl Block {
    /// The topology and the configuration that it stands for.
    fn files(&self) -> (String, String) {
        let mut lines = self.text.lines().filter(|line| !line.starts_with('#'));
        let first = lines.next().unwrap_or_default();
        if self.text.lines().any(|line| line.starts_with("sources:")) {
            (self.text.clone(), CONFIG.to_owned())
        } else if first.starts_with("- ") {
            (around(&self.text), CONFIG.to_owned())
        } else {
            (TOPOLOGY.to_owned(), self.text.clone())
        }
    }
}

#[test]
fn every_example_is_taken_by_the_binary() -> Result<()> {
    let certificates = Certificates::new()?;
    let mut tried = 0;
    let mut problems = String::new();
    for page in pages()?.iter().filter(|page| !page.ends_with(GUIDE)) {
        for block in blocks(page)? {
            let (topology, config) = block.files();
            tried += 1;
            let said = check(&certificates.put_into(&topology)?, &config)?;
            if !said.is_empty() {
                write!(problems, "{}:\n{said}", block.place)?;
            }
        }
    }
    ensure!(problems.is_empty(), "{problems}");
    ensure!(tried > 10, "only {tried} examples were found");
    Ok(())
}
