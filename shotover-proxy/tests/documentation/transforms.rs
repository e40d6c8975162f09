//! Does every transform have a page with the fields that it has?

use crate::binary::{CONFIG, around, check};
use crate::fields::{documented, known};
use crate::pages::pages;
use anyhow::Result;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

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

#[test]
fn every_transform_has_a_page_with_its_fields() -> Result<()> {
    let mut on_pages = BTreeMap::new();
    for page in pages()? {
        if page
            .parent()
            .is_some_and(|folder| folder.ends_with("docs/src/transforms"))
        {
            let text = fs::read_to_string(&page)?;
            let title = text.lines().next().unwrap_or_default();
            let title = title.trim_start_matches("# ").to_owned();
            on_pages.insert(title, documented(&text));
        }
    }
    on_pages.remove("Transforms");
    assert_eq!(on_pages, transforms()?);
    Ok(())
}
