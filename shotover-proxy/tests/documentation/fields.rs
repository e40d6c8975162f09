//! Which fields does the binary know, and which does a page have in its table?

use anyhow::{Context, Result};
use std::collections::BTreeSet;

/// The names in backticks after `known here:`.
pub(crate) fn known(said: &str, about: &str) -> Result<BTreeSet<String>> {
    let line = said.lines().find(|line| line.contains(about));
    let (_, names) = line
        .and_then(|line| line.split_once("known here: "))
        .with_context(|| format!("no {about} in:\n{said}"))?;
    let names = names
        .split(", ")
        .map(|name| name.trim_matches('`').to_owned());
    Ok(names.collect())
}

/// The first column of the table of fields on a page, without the fields of fields.
pub(crate) fn documented(text: &str) -> BTreeSet<String> {
    let is_header = |line: &&str| line.to_lowercase().starts_with("| field | default |");
    let table = text.lines().skip_while(|line| !is_header(line));
    let rows = table.skip(2).take_while(|line| line.starts_with("| "));
    rows.filter_map(|row| row.split('`').nth(1))
        .filter(|field| !field.contains('.'))
        .map(str::to_owned)
        .collect()
}
