//! The guide in the documentation shows the files of this example, which are compiled and tested.

#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, also outside of test functions"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const GUIDE: &str = include_str!("../../docs/src/write-a-transform.md");

/// The crates that the guide names by their place and not by a version.
const OF_THIS_REPOSITORY: [&str; 2] = ["shotover", "transforms-kafka"];

/// What only the test with real clients needs, which the guide leaves out.
const NOT_SHOWN: &str = "test-helpers";

/// Each block of the guide that a line ending with a path and a colon announces, and that path.
fn shown() -> Vec<(String, String)> {
    let mut shown = Vec::new();
    let mut rest = GUIDE;
    while let Some((before, block)) = rest.split_once("\n```") {
        let (_, block) = block.split_once('\n').unwrap();
        let (text, after) = block.split_once("```\n").unwrap();
        let announced = before.trim_end().strip_suffix("`:");
        let announced = announced.and_then(|line| line.rsplit_once('`'));
        if let Some((_, path)) = announced {
            shown.push((path.to_owned(), text.to_owned()));
        }
        rest = after;
    }
    shown
}

fn file(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The lines of the table with this heading.
fn table(heading: &str, manifest: &str) -> BTreeSet<String> {
    let lines = manifest.lines().skip_while(|line| *line != heading).skip(1);
    let lines = lines.take_while(|line| !line.starts_with('['));
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(str::to_owned).collect()
}

fn names(dependencies: &BTreeSet<String>) -> BTreeSet<&str> {
    dependencies
        .iter()
        .filter_map(|line| line.split(['.', ' ']).next())
        .collect()
}

#[test]
fn the_guide_shows_every_file_as_it_is() {
    let shown = shown();
    let paths: Vec<&str> = shown.iter().map(|(path, _)| path.as_str()).collect();
    let expected = [
        "Cargo.toml",
        "src/read_only_topic.rs",
        "src/main.rs",
        "config/topology.yaml",
        "config/config.yaml",
        "src/tests.rs",
    ];
    assert_eq!(paths, expected);
    for (path, text) in shown.iter().skip(1) {
        assert_eq!(*text, file(path), "{path}");
    }
}

#[test]
fn the_guide_tests_with_what_the_example_does() {
    let (_, manifest) = &shown()[0];
    let guide = table("[dev-dependencies]", manifest);
    let example = table("[dev-dependencies]", &file("Cargo.toml"));
    let mut expected = names(&example);
    assert!(expected.remove(NOT_SHOWN));
    assert_eq!(names(&guide), expected);
    let versions = table("[workspace.dependencies]", &file("../Cargo.toml"));
    let tokio = |lines: &BTreeSet<String>| {
        let line = lines.iter().find(|line| line.starts_with("tokio = "));
        line.unwrap().split('"').nth(1).unwrap().to_owned()
    };
    assert_eq!(tokio(&guide), tokio(&versions));
    let features = r#"features = ["testing"] }"#;
    for lines in [&guide, &example] {
        let mut lines = lines.iter();
        assert!(lines.any(|line| line.starts_with("shotover = ") && line.ends_with(features)));
    }
}

#[test]
fn the_guide_names_the_dependencies_in_their_versions() {
    let (_, manifest) = &shown()[0];
    let guide = table("[dependencies]", manifest);
    assert_eq!(
        names(&guide),
        names(&table("[dependencies]", &file("Cargo.toml")))
    );
    let versions = table("[workspace.dependencies]", &file("../Cargo.toml"));
    for line in &guide {
        let name = line.split(' ').next().unwrap();
        let expected = if OF_THIS_REPOSITORY.contains(&name) {
            *line == format!("{name} = {{ path = \"../shotover/{name}\" }}")
        } else {
            versions.contains(line)
        };
        assert!(expected, "{line}");
    }
}
