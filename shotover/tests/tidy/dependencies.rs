//! Is what is compiled within the bounds of deny.toml?
//!
//! A part of what `cargo deny` checks, which takes longer to compile than everything here.

use super::licence::is_allowed;
use super::metadata::Metadata;
use super::{no_findings, root};
use std::collections::BTreeSet;
use std::fs;

/// The text of deny.toml below the line `[section]`.
fn section<'a>(deny: &'a str, name: &str) -> &'a str {
    let (_, section) = deny.split_once(&format!("\n[{name}]\n")).unwrap();
    section.split("\n[").next().unwrap()
}

/// What stands in quotes.
fn quoted(text: &str) -> Vec<&str> {
    text.split('"').skip(1).step_by(2).collect()
}

/// The lines of the list `key`, without comments.
fn list<'a>(section: &'a str, key: &str) -> Vec<&'a str> {
    let (_, list) = section.split_once(&format!("{key} = [\n")).unwrap();
    let list = list.split("\n]").next().unwrap();
    list.lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .collect()
}

fn deny() -> String {
    fs::read_to_string(root().join("deny.toml")).unwrap()
}

#[test]
fn every_licence_is_allowed() {
    let deny = deny();
    let allowed = list(section(&deny, "licenses"), "allow").join("\n");
    let allowed = quoted(&allowed);
    assert!(allowed.contains(&"MIT"), "{allowed:?}");
    let metadata = Metadata::of_everything();
    assert!(metadata.packages.len() > 100);
    let findings = metadata.packages.iter().filter_map(|package| {
        let licence = package.license.as_deref().unwrap_or("no licence");
        let finding = format!("{} {}: {licence}", package.name, package.version);
        (!is_allowed(licence, &allowed)).then_some(finding)
    });
    no_findings(findings.collect());
}

#[test]
fn no_banned_crate_is_used() {
    let deny = deny();
    let metadata = Metadata::of_everything();
    let names: BTreeSet<_> = metadata.packages.iter().map(|found| &*found.name).collect();
    let mut findings = Vec::new();
    for line in list(section(&deny, "bans"), "deny") {
        let quoted = quoted(line);
        let (banned, wrappers) = quoted.split_first().unwrap();
        if !names.contains(banned) {
            continue;
        }
        let users = metadata.packages.iter().filter(|package| {
            let uses = |dependency: &&str| dependency == banned;
            let mut dependencies = package.dependencies.iter().map(|found| &*found.name);
            dependencies.any(|name| uses(&name)) && !wrappers.contains(&&*package.name)
        });
        findings.extend(users.map(|user| format!("{} uses {banned}", user.name)));
    }
    no_findings(findings);
}

#[test]
fn every_crate_comes_from_the_registry_or_the_repository() {
    let metadata = Metadata::of_everything();
    let sources: BTreeSet<_> = metadata
        .packages
        .iter()
        .map(|found| &found.source)
        .collect();
    assert_eq!(sources.len(), 2, "{sources:?}");
    let mut outside = sources.into_iter().flatten();
    assert!(outside.all(|source| source.starts_with("registry+")));
}
