//! Does every link in the documentation lead somewhere?

use super::markdown::{anchors, links};
use super::{Text, no_findings, root, texts};
use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

/// Where the pages of the book are. Only what is below gets into it.
const BOOK: &str = "docs/src";

/// The way from the root to `link`, which stands in `file`.
fn resolved(file: &Path, link: &str) -> PathBuf {
    let mut resolved = file.parent().unwrap().to_owned();
    for part in Path::new(link).components() {
        match part {
            Component::ParentDir => assert!(resolved.pop(), "{link} leaves the repository"),
            Component::CurDir => {}
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => resolved.push(part),
        }
    }
    resolved
}

/// What is wrong with a link in `file`, one of `all`.
fn problem(file: &Text, link: &str, all: &[Text]) -> Option<&'static str> {
    if link.contains("://") {
        return None;
    }
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    let target = match path {
        "" => file.path.clone(),
        path => resolved(&file.path, path),
    };
    if !root().join(&target).exists() {
        return Some("there is no such file");
    }
    if file.path.starts_with(BOOK) && !target.starts_with(BOOK) {
        return Some("a page of the book can only link to others");
    }
    let text = all.iter().find(|text| text.path == target);
    let is_there = |text: &Text| anchors(&text.text).contains(anchor);
    if !anchor.is_empty() && !text.is_some_and(is_there) {
        return Some("there is no such heading");
    }
    None
}

#[test]
fn every_link_leads_somewhere() {
    let all = texts("md");
    let findings = all.iter().flat_map(|file| {
        let links = links(&file.text).into_iter();
        links.filter_map(|link| {
            let problem = problem(file, link, &all)?;
            Some(format!("{}: {link}: {problem}", file.path.display()))
        })
    });
    no_findings(findings.collect());
}

#[test]
fn every_page_can_be_read_without_mdbook() {
    let pages = texts("md").into_iter();
    let findings = pages.filter(|page| page.text.contains("{{#"));
    let findings =
        findings.map(|page| format!("{}: `{{{{#` is shown as it is", page.path.display()));
    no_findings(findings.collect());
}

#[test]
fn the_summary_lists_every_page_once() {
    let all = texts("md");
    let book = all.iter().filter(|file| file.path.starts_with(BOOK));
    let (summary, pages): (Vec<&Text>, Vec<&Text>) =
        book.partition(|file| file.path.ends_with("SUMMARY.md"));
    let listed = links(&summary[0].text);
    let listed: Vec<_> = listed
        .iter()
        .map(|link| resolved(&summary[0].path, link))
        .collect();
    let pages: BTreeSet<_> = pages.iter().map(|page| &page.path).collect();
    assert_eq!(listed.iter().collect::<BTreeSet<_>>(), pages);
    assert_eq!(listed.len(), pages.len(), "a page is listed twice");
}

#[test]
fn links_that_lead_nowhere_are_found() {
    let page = |path: &str, text: &str| Text {
        path: path.into(),
        text: text.to_owned(),
    };
    let readme = page("README.md", "# Title\n## Part one");
    let all = [page("README.md", "# Title\n## Part one")];
    let check = |link, expected| assert_eq!(problem(&readme, link, &all), expected, "{link}");
    check("#part-one", None);
    check("README.md#title", None);
    check("docs/src/SUMMARY.md", None);
    check("#part-two", Some("there is no such heading"));
    check("Cargo.toml#package", Some("there is no such heading"));
    check("NOTHING.md", Some("there is no such file"));
    let in_book = page("docs/src/tls.md", "");
    assert!(problem(&in_book, "../../README.md", &all).is_some());
}
