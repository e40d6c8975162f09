//! Does every source file answer one question, in a bearable length?

use super::{Text, is_comment, no_findings, texts};

/// Lines of a file, without the tests at its end.
const LONGEST_FILE: usize = 500;

/// What opens the tests at the end of a file.
const TESTS: &str = "#[cfg(test)]\nmod tests {";

/// The files of the workspace's crates; the fuzz targets are one line each.
fn sources() -> impl Iterator<Item = Text> {
    texts("rs")
        .into_iter()
        .filter(|file| !file.path.starts_with("fuzz"))
}

fn is_test(file: &Text) -> bool {
    file.path.iter().any(|part| part == "tests") || file.path.ends_with("tests.rs")
}

#[test]
fn every_file_begins_with_its_question() {
    // The tests beside a file have the question of that file.
    let files = sources().filter(|file| !file.path.ends_with("tests.rs"));
    let findings = files
        .filter(|file| !file.text.starts_with("//! "))
        .map(|file| format!("{}: the first line is not `//! ...`", file.path.display()));
    no_findings(findings.collect());
}

#[test]
fn no_file_is_too_long() {
    let lengths = sources().filter(|file| !is_test(file)).map(|file| {
        let code = file.text.split(TESTS).next().unwrap_or_default();
        (file.path, code.lines().count())
    });
    let findings = lengths
        .filter(|(_, lines)| *lines > LONGEST_FILE)
        .map(|(path, lines)| format!("{}: {lines} lines", path.display()));
    no_findings(findings.collect());
}

/// What a `mod.rs` has beside documentation, `mod` and `use`.
fn foreign_items(text: &str) -> Vec<String> {
    let code = text.lines().filter(|line| !is_comment(line));
    let mut code = code.collect::<Vec<_>>().join("\n");
    while let Some((before, attribute)) = code.split_once("#[") {
        let after = attribute.split_once("]\n").unwrap_or_default().1;
        code = format!("{before}{after}");
    }
    let statements = code.split(';').map(str::trim);
    statements
        .filter(|statement| !statement.is_empty() && !is_pure(statement))
        .map(|statement| statement.lines().next().unwrap_or_default().to_owned())
        .collect()
}

fn is_pure(statement: &str) -> bool {
    let statement = match statement.strip_prefix("pub") {
        None => statement,
        Some(rest) if rest.starts_with('(') => rest.split_once(')').unwrap_or_default().1,
        Some(rest) => rest,
    };
    let statement = statement.trim_start();
    statement.starts_with("use ") || statement.starts_with("mod ") && !statement.contains('{')
}

#[test]
fn a_mod_rs_has_only_documentation_mod_and_use() {
    let files = sources().filter(|file| file.path.ends_with("mod.rs"));
    let findings = files.flat_map(|file| {
        foreign_items(&file.text)
            .into_iter()
            .map(move |item| format!("{}: {item}", file.path.display()))
    });
    no_findings(findings.collect());
}

#[test]
fn foreign_items_are_found() {
    let pure = "//! Docs.\n\n#[cfg(test)]\nmod a;\npub mod b;\n\npub(in crate::c) use b::{\n    C,\n    D,\n};\n";
    assert_eq!(foreign_items(pure), [""; 0]);
    for foreign in ["const A: u8 = 1;", "mod a {\n}", "pub fn f() {\n}"] {
        let found = foreign_items(&format!("mod a;\n{foreign}\n"));
        assert_eq!(found.len(), 1, "{foreign}: {found:?}");
    }
}
