//! Do the crates depend on each other only in the direction of ARCHITECTURE.md?

use super::metadata::{Metadata, Package};
use super::{is_comment, no_findings, texts};
use std::collections::BTreeSet;

/// Each crate, the crates it may be made of, and those its tests may use beside them.
const ARROWS: [(&str, &[&str], &[&str]); 6] = [
    ("shotover", &[], &[]),
    ("transforms-kafka", &["shotover"], &["test-helpers"]),
    (
        "shotover-proxy",
        &["shotover", "transforms-kafka"],
        &["test-helpers"],
    ),
    (
        "custom-transforms-example",
        &["shotover", "transforms-kafka"],
        &["test-helpers"],
    ),
    ("cost", &["shotover", "transforms-kafka"], &[]),
    ("test-helpers", &[], &[]),
];

#[test]
fn every_crate_has_its_place() {
    let metadata = Metadata::of_workspace();
    let members: BTreeSet<_> = metadata.members().map(|member| &*member.name).collect();
    let known: BTreeSet<_> = ARROWS.iter().map(|(name, ..)| *name).collect();
    assert_eq!(members, known);
}

#[test]
fn arrows_point_one_way() {
    let metadata = Metadata::of_workspace();
    let findings = metadata.members().flat_map(wrong_arrows);
    no_findings(findings.collect());
}

fn wrong_arrows(package: &Package) -> Vec<String> {
    let (_, made_of, tested_with) = ARROWS
        .iter()
        .find(|(name, ..)| *name == package.name)
        .unwrap();
    let ours = package
        .dependencies
        .iter()
        .filter(|dependency| ARROWS.iter().any(|(name, ..)| *name == dependency.name));
    ours.filter(|dependency| {
        let name = &&*dependency.name;
        let in_tests = dependency.kind.as_deref() == Some("dev") && tested_with.contains(name);
        !in_tests && !made_of.contains(name)
    })
    .map(|dependency| format!("{} depends on {}", package.name, dependency.name))
    .collect()
}

#[test]
fn the_core_names_no_sink_for_kafka() {
    let core = texts("rs")
        .into_iter()
        .filter(|file| file.path.starts_with("shotover/src"));
    let findings = core.flat_map(|file| {
        let lines = file.text.lines().enumerate();
        let named = lines.filter(|(_, line)| line.contains("KafkaSink") && !is_comment(line));
        named
            .map(|(index, line)| format!("{}:{}: {line}", file.path.display(), index + 1))
            .collect::<Vec<_>>()
    });
    no_findings(findings.collect());
}
