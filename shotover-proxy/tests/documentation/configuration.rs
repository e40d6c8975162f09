//! Does the page about both files have every field that the binary knows?

use crate::binary::{CONFIG, TOPOLOGY, check};
use crate::fields::{documented, known};
use crate::pages::repository;
use anyhow::{Context, Result};
use std::collections::BTreeSet;
use std::fs;

/// The fields in the section of the page with this heading.
fn on_the_page(heading: &str) -> Result<BTreeSet<String>> {
    let page = fs::read_to_string(repository().join("docs/src/configuration.md"))?;
    let (_, section) = page
        .split_once(heading)
        .context("there is no such heading")?;
    let section = section.split("\n## ").next().unwrap_or_default();
    Ok(documented(section))
}

#[test]
fn every_field_of_a_source_is_documented() -> Result<()> {
    let topology = TOPOLOGY.replace("listen_addr", "unheard");
    let said = check(&topology, CONFIG)?;
    let fields = known(&said, "unknown field `unheard`")?;
    assert_eq!(on_the_page("\n## Sources\n")?, fields);
    Ok(())
}

#[test]
fn every_field_of_the_configuration_is_documented() -> Result<()> {
    let said = check(TOPOLOGY, &format!("{CONFIG}unheard: 1\n"))?;
    let fields = known(&said, "unknown field `unheard`")?;
    assert_eq!(on_the_page("\n## config.yaml\n")?, fields);
    Ok(())
}
