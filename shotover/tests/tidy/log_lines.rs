//! Does the documentation know every line of the log that somebody may wake up for?

use super::{Text, no_findings, root, texts};
use std::collections::BTreeSet;
use std::fs;

/// The crates that a proxy consists of.
const CRATES: [&str; 3] = ["shotover/src", "transforms-kafka/src", "shotover-proxy/src"];

/// It logs what its configuration says.
const DEBUG_PRINTER: &str = "debug_printer";

/// The messages that this code logs as warnings and errors.
fn logged(code: &str) -> impl Iterator<Item = &str> {
    let macros = ["warn!(", "error!("];
    macros
        .into_iter()
        .flat_map(|name| code.split(name).skip(1))
        .map(|rest| last_string(arguments(rest)))
}

/// What stands between an opened parenthesis and the one that closes it.
fn arguments(rest: &str) -> &str {
    let (mut depth, mut in_string) = (1, false);
    let end = rest.char_indices().find(|(_, c)| {
        in_string ^= *c == '"';
        match c {
            '(' if !in_string => depth += 1,
            ')' if !in_string => depth -= 1,
            _ => {}
        }
        depth == 0
    });
    end.and_then(|(end, _)| rest.get(..end)).unwrap_or(rest)
}

/// No message has an escape.
fn last_string(arguments: &str) -> &str {
    arguments.rsplit('"').nth(1).unwrap_or_default()
}

fn is_of_proxy(file: &Text) -> bool {
    let path = file.path.to_string_lossy();
    CRATES.iter().any(|of| path.starts_with(of))
        && !path.contains("test")
        && !path.contains(DEBUG_PRINTER)
}

fn code(file: &Text) -> &str {
    file.text.split("#[cfg(test)]\nmod tests {").next().unwrap()
}

#[test]
fn every_warning_and_error_is_documented_and_no_other() {
    let page = fs::read_to_string(root().join("docs/src/log-lines.md")).unwrap();
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
    let documented: BTreeSet<&str> = rows.filter_map(|row| row.split('`').next()).collect();
    let files: Vec<Text> = texts("rs").into_iter().filter(is_of_proxy).collect();
    let logged: BTreeSet<&str> = files.iter().flat_map(|file| logged(code(file))).collect();
    assert!(logged.len() > 30, "{logged:?}");
    let findings = logged.symmetric_difference(&documented);
    no_findings(findings.map(ToString::to_string).collect());
}

#[test]
fn messages_are_found_in_macros() {
    let code = r#"warn!(a = "b", "of (c)"); x("d"); tracing::error!(%error, "e"); info!("f")"#;
    assert!(logged(code).eq(["of (c)", "e"]));
}
