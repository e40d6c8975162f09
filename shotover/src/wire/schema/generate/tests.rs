//! Are the tables up to date?

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::emit;
use super::parse::{self, Message};
use crate::wire::ApiKey;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/wire/schema/tables")
}

fn files() -> Vec<(PathBuf, String)> {
    let messages = parse::messages(include_str!("../messages.txt"));
    let mut files = vec![(folder().join("index.rs"), emit::index(&messages))];
    for (name, question, keys) in emit::FILES {
        let messages: Vec<&Message> = messages.iter().filter(|m| keys.contains(&m.key)).collect();
        files.push((
            folder().join(format!("{name}.rs")),
            emit::tables(question, &messages),
        ));
    }
    files
}

fn write(files: &[(PathBuf, String)]) {
    for (path, code) in files {
        fs::write(path, code).unwrap();
        let rustfmt = Command::new("rustfmt")
            .args(["--edition", "2024"])
            .arg(path)
            .status();
        assert!(rustfmt.unwrap().success());
    }
}

/// The code without the layout that rustfmt decides on.
fn without_layout(code: &str) -> String {
    let code: String = code.split_whitespace().collect();
    [",]", ",)", ",}"].iter().fold(code, |code, closing| {
        code.replace(closing, closing.trim_start_matches(','))
    })
}

#[test]
fn tables_are_what_the_message_definitions_say() {
    let files = files();
    if std::env::var_os("SHOTOVER_BLESS").is_some() {
        write(&files);
    }
    for (path, code) in files {
        let committed = fs::read_to_string(&path).unwrap();
        assert!(
            without_layout(&committed) == without_layout(&code),
            "{} is stale: run the tests with SHOTOVER_BLESS=1",
            path.display()
        );
    }
}

#[test]
fn every_key_is_in_one_file() {
    let mut keys: Vec<i16> = emit::FILES
        .iter()
        .flat_map(|(_, _, keys)| keys.to_vec())
        .collect();
    keys.sort_unstable();
    let known: Vec<i16> = ApiKey::ALL.iter().map(|key| key.code()).collect();
    assert_eq!(keys, known);
}

#[test]
fn keys_are_those_of_the_message_definitions() {
    let messages = parse::messages(include_str!("../messages.txt"));
    let defined: BTreeSet<(i16, &str)> = messages
        .iter()
        .filter_map(|m| Some((m.key, m.name.strip_suffix("Request")?)))
        .collect();
    let known: BTreeSet<_> = ApiKey::ALL
        .iter()
        .map(|key| (key.code(), key.name()))
        .collect();
    assert_eq!(defined, known);
}
