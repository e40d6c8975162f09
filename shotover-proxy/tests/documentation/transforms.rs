//! Does every transform have a page with the fields that it has?

use crate::binary::{CONFIG, around, check};
use crate::pages::pages;
use anyhow::{Context, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// The names in backticks after `known here:`.
fn known(said: &str, about: &str) -> Result<BTreeSet<String>> {
    let line = said.lines().find(|line| line.contains(about));
    let (_, names) = line
        .and_then(|line| line.split_once("known here: "))
        .with_context(|| format!("no {about} in:\n{said}"))?;
    let names = names
        .split(", ")
        .map(|name| name.trim_matches('`').to_owned());
    Ok(names.collect())
}

/// The kinds of transforms that the binary knows, and the fields of each.
fn transforms() -> Result<BTreeMap<String, BTreeSet<String>>> {
    let said = check(&around("- Unheard: {}"), CONFIG)?;
    let mut transforms = BTreeMap::new();
    for kind in known(&said, "unknown name `Unheard`")? {
        let said = check(&around(&format!("- {kind}: {{ unheard: 1 }}")), CONFIG)?;
        transforms.insert(kind, known(&said, "unknown field `unheard`")?);
    }
    Ok(transforms)
}

/// The first column of the table of fields on a page, without the fields of fields.
fn documented_fields(text: &str) -> BTreeSet<String> {
    let is_header = |line: &&str| line.to_lowercase().starts_with("| field | default |");
    let table = text.lines().skip_while(|line| !is_header(line));
    let rows = table.skip(2).take_while(|line| line.starts_with("| "));
    rows.filter_map(|row| row.split('`').nth(1))
        .filter(|field| !field.contains('.'))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_transform_has_a_page_with_its_fields() -> Result<()> {
    let mut documented = BTreeMap::new();
    for page in pages()? {
        if page
            .parent()
            .is_some_and(|folder| folder.ends_with("docs/src/transforms"))
        {
            let text = fs::read_to_string(&page)?;
            let title = text.lines().next().unwrap_or_default();
            let title = title.trim_start_matches("# ").to_owned();
            documented.insert(title, documented_fields(&text));
        }
    }
    documented.remove("Transforms");
    assert_eq!(documented, transforms()?);
    Ok(())
}
