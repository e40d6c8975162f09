//! What is reported for files that are wrong.

use super::types::{File, Step, Tls};
use crate::yaml::{Document, Problems, from_str};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// `expected` without the file's name.
#[track_caller]
fn check<T: DeserializeOwned>(text: &str, expected: &[&str]) {
    let problems = from_str::<T>("f", text)
        .err()
        .map(|problems| problems.to_string());
    let lines: Vec<String> = problems
        .iter()
        .flat_map(|text| text.lines())
        .map(|line| line.strip_prefix("f:").unwrap_or(line).to_owned())
        .collect();
    assert_eq!(lines, expected, "for:\n{text}");
}

#[test]
fn all_problems_are_reported_at_once() {
    let text = "
sources:
  - Kafka:
      listn_addr: 127.0.0.1:9192
      connection_limit: many
      tls: { private_key_path: 5, verify_hostname: maybe }
      chain:
        - Throttle: { per_second: fast }
        - Tee:
            chain:
              - SinkSingel: {}
              - SinkSingle: { connect_timeout_ms: -1, ratio: half }
            buffer: 1.5
        - SinkSingle:
            destination_port: 70000
  - Idle: { a: 1 }
  - Pair: [1]
  - Inline: { txet: x }
  - Kafak: {}
labels: { a: 256, a: 2 }
log: debug
extra: 1
";
    check::<File>(
        text,
        &[
            "4:7: sources[0].Kafka.listn_addr: unknown field `listn_addr` (did you mean `listen_addr`?); known here: `chain`, `connection_limit`, `listen_addr`, `timeout`, `tls`",
            "5:25: sources[0].Kafka.connection_limit: expected a whole number, 0 or more, found \"many\"",
            "6:12: sources[0].Kafka.tls.certificate_path: this field is required but missing",
            "6:32: sources[0].Kafka.tls.private_key_path: expected text, found 5: quotes make it text",
            "6:52: sources[0].Kafka.tls.verify_hostname: expected true or false, found \"maybe\"",
            "8:35: sources[0].Kafka.chain[0].Throttle.per_second: expected a rate such as `5/s`, found \"fast\"",
            "11:17: sources[0].Kafka.chain[1].Tee.chain[0].SinkSingel: unknown name `SinkSingel` (did you mean `SinkSingle`?); known here: `NullSink`, `SinkSingle`, `Tee`, `Throttle`",
            "12:29: sources[0].Kafka.chain[1].Tee.chain[1].SinkSingle.destination_port: this field is required but missing",
            "12:51: sources[0].Kafka.chain[1].Tee.chain[1].SinkSingle.connect_timeout_ms: expected a whole number, 0 or more, found -1",
            "12:62: sources[0].Kafka.chain[1].Tee.chain[1].SinkSingle.ratio: expected a number, found \"half\"",
            "13:21: sources[0].Kafka.chain[1].Tee.buffer: expected a whole number, 0 or more, found 1.5",
            "15:13: sources[0].Kafka.chain[2].SinkSingle.connect_timeout_ms: this field is required but missing",
            "15:31: sources[0].Kafka.chain[2].SinkSingle.destination_port: expected a whole number from 1 to 65535, found 70000",
            "16:13: sources[1].Idle.a: unknown field `a`; no field is known here",
            "17:11: sources[2].Pair: expected a list of 2, found a list of 1",
            "18:15: sources[3].Inline.txet: unknown field `txet` (did you mean `text`?); known here: `text`",
            "19:5: sources[4].Kafak: unknown name `Kafak` (did you mean `Kafka`?); known here: `Idle`, `Inline`, `Kafka`, `Pair`",
            "20:14: labels.a: expected a whole number from 0 to 255, found 256",
            "20:19: labels.a: given twice, first on line 20",
            "21:6: log: unknown name `debug`; known here: `info`, `warn`",
            "22:1: extra: unknown field `extra`; known here: `labels`, `log`, `sources`",
        ],
    );
}

#[test]
fn a_wrong_word_says_what_was_expected_and_found() {
    check::<Vec<u16>>(
        "[abc, 70000, -1, 1.5, true, ~, [], {}]",
        &[
            "1:2: [0]: expected a whole number from 0 to 65535, found \"abc\"",
            "1:7: [1]: expected a whole number from 0 to 65535, found 70000",
            "1:14: [2]: expected a whole number from 0 to 65535, found -1",
            "1:18: [3]: expected a whole number from 0 to 65535, found 1.5",
            "1:23: [4]: expected a whole number from 0 to 65535, found true",
            "1:29: [5]: expected a whole number from 0 to 65535, found nothing",
            "1:32: [6]: expected a whole number from 0 to 65535, found an empty list",
            "1:36: [7]: expected a whole number from 0 to 65535, found empty settings",
        ],
    );
    check::<Vec<String>>(
        "[1, true, 1.5, ~, [], {}]",
        &[
            "1:2: [0]: expected text, found 1: quotes make it text",
            "1:5: [1]: expected text, found true: quotes make it text",
            "1:11: [2]: expected text, found 1.5: quotes make it text",
            "1:16: [3]: expected text, found nothing",
            "1:19: [4]: expected text, found an empty list",
            "1:23: [5]: expected text, found empty settings",
        ],
    );
    check::<Vec<bool>>(
        "[yes, 1]",
        &[
            "1:2: [0]: expected true or false, found \"yes\"",
            "1:7: [1]: expected true or false, found 1",
        ],
    );
    check::<Vec<f64>>("[x]", &["1:2: [0]: expected a number, found \"x\""]);
    check::<Vec<char>>(
        "[ab]",
        &["1:2: [0]: expected a single character, found \"ab\""],
    );
    check::<Vec<std::net::IpAddr>>("[x]", &["1:2: [0]: invalid IP address syntax"]);
}

#[test]
fn a_wrong_structure_says_what_was_expected_and_found() {
    check::<Vec<Vec<u8>>>(
        "[1, {}]",
        &[
            "1:2: [0]: expected a list, found 1",
            "1:5: [1]: expected a list, found empty settings",
        ],
    );
    check::<Vec<std::collections::BTreeMap<String, u8>>>(
        "[a, []]",
        &[
            "1:2: [0]: expected settings (`name: value` lines), found \"a\"",
            "1:5: [1]: expected settings (`name: value` lines), found an empty list",
        ],
    );
    check::<Vec<(u8, u8)>>(
        "[[1, 2, 3], 4]",
        &[
            "1:2: [0]: expected a list of 2, found a list of 3",
            "1:13: [1]: expected a list of 2, found 4",
        ],
    );
    check::<Vec<()>>(
        "[1, {a: 1}]",
        &[
            "1:2: [0]: expected nothing, found 1",
            "1:6: [1].a: unknown field `a`; no field is known here",
        ],
    );
    check::<Vec<Tls>>(
        "[1, [], ~]",
        &[
            "1:2: [0]: expected settings (`name: value` lines), found 1",
            "1:5: [1]: expected settings (`name: value` lines), found an empty list",
            "1:9: [2].certificate_path: this field is required but missing",
            "1:9: [2].private_key_path: this field is required but missing",
        ],
    );
}

#[test]
fn a_missing_field_is_reported_where_it_should_be() {
    check::<Tls>(
        "verify_hostname: true",
        &[
            "1:1: certificate_path: this field is required but missing",
            "1:1: private_key_path: this field is required but missing",
        ],
    );
}

#[test]
fn a_mistyped_field_is_not_reported_as_missing_too() {
    check::<Tls>(
        "certificat_path: a\nprivate-key-path: b",
        &[
            "1:1: certificat_path: unknown field `certificat_path` (did you mean `certificate_path`?); known here: `certificate_path`, `key_path`, `private_key_path`, `verify_hostname`",
            "2:1: private-key-path: unknown field `private-key-path` (did you mean `private_key_path`?); known here: `certificate_path`, `key_path`, `private_key_path`, `verify_hostname`",
        ],
    );
}

#[test]
fn a_field_under_both_of_its_names_is_reported() {
    check::<Tls>(
        "certificate_path: a\nprivate_key_path: b\nkey_path: c",
        &["1:1: `private_key_path` is given twice, under two names"],
    );
}

#[test]
fn an_unknown_object_comes_with_the_known_ones() {
    check::<Vec<Step>>(
        "- NulSink\n- Frobnicate: {}\n- NullSink",
        &[
            "1:3: [0]: unknown name `NulSink` (did you mean `NullSink`?); known here: `NullSink`, `SinkSingle`, `Tee`, `Throttle`",
            "2:3: [1].Frobnicate: unknown name `Frobnicate`; known here: `NullSink`, `SinkSingle`, `Tee`, `Throttle`",
        ],
    );
}

#[test]
fn an_object_needs_a_name() {
    check::<Vec<Step>>(
        "- {}\n- 5\n- []\n- ~\n- 5: {}",
        &[
            "1:3: [0]: expected a name with its settings, as in `- Name: { ... }`, found empty settings",
            "2:3: [1]: expected a name with its settings, as in `- Name: { ... }`, found 5",
            "3:3: [2]: expected a name with its settings, as in `- Name: { ... }`, found an empty list",
            "4:3: [3]: expected a name with its settings, as in `- Name: { ... }`, found nothing",
            "5:3: [4].5: unknown name `5`; known here: `NullSink`, `SinkSingle`, `Tee`, `Throttle`",
        ],
    );
}

#[test]
fn settings_that_are_not_indented_are_explained() {
    check::<Vec<Step>>(
        "- SinkSingle:\n  destination_port: 1\n  connect_timeout_ms: 1",
        &[
            "2:3: [0].destination_port: only one name fits here and `SinkSingle` is already given: indent `destination_port` further to make it a setting of `SinkSingle`, or start another item with `- `",
        ],
    );
    check::<Vec<Step>>(
        "- NullSink: {}\n  Tee: {}",
        &[
            "2:3: [0].Tee: only one name fits here and `NullSink` is already given: indent `Tee` further to make it a setting of `NullSink`, or start another item with `- `",
        ],
    );
}

#[test]
fn an_object_without_settings_takes_none() {
    check::<Vec<Step>>(
        "- NullSink: { a: 1 }\n- NullSink: 5",
        &[
            "1:15: [0].NullSink.a: unknown field `a`; no field is known here",
            "2:13: [1].NullSink: expected nothing, found 5",
        ],
    );
}

#[test]
fn what_serde_buffers_is_reported_at_the_innermost_known_place() {
    #[derive(Debug, serde::Deserialize)]
    #[serde(tag = "kind", deny_unknown_fields)]
    #[expect(dead_code, reason = "only what cannot be read matters")]
    enum Tagged {
        Filter { limit: u8 },
    }
    check::<Vec<Tagged>>(
        "[{kind: Filter, limit: 256}, {kind: Filtre}, {limit: 1}, {kind: Filter, limit: 1}]",
        &[
            "1:2: [0]: expected a whole number from 0 to 255, found 256",
            "1:37: [1].kind: unknown name `Filtre` (did you mean `Filter`?); known here: `Filter`",
            "1:46: [2].kind: this field is required but missing",
        ],
    );
    #[derive(Debug, serde::Deserialize)]
    #[serde(untagged)]
    #[expect(dead_code, reason = "only what cannot be read matters")]
    enum Untagged {
        Number(u8),
    }
    check::<Vec<Untagged>>(
        "[1, a, 2, b]",
        &[
            "1:5: [1]: data did not match any variant of untagged enum Untagged",
            "1:11: [3]: data did not match any variant of untagged enum Untagged",
        ],
    );
    #[derive(Debug, serde::Deserialize)]
    #[expect(dead_code, reason = "only what cannot be read matters")]
    struct Flat {
        #[serde(flatten)]
        inner: Tls,
    }
    check::<Vec<Flat>>(
        "[{certificate_path: 1}]",
        &["1:2: [0]: expected text, found 1"],
    );
}

#[test]
fn what_follows_a_value_that_its_type_refuses_is_read() {
    #[derive(Debug, serde::Deserialize)]
    #[expect(dead_code, reason = "only what cannot be read matters")]
    struct Addresses {
        listen: std::net::SocketAddr,
        other: std::net::IpAddr,
        limit: u8,
    }
    check::<Addresses>(
        "listen: here\nother: 5\nlimit: 256",
        &[
            "1:9: listen: invalid socket address syntax",
            "2:8: other: expected an IP address, found 5",
            "3:8: limit: expected a whole number from 0 to 255, found 256",
        ],
    );
}

#[test]
fn a_name_given_twice_is_reported() {
    check::<Value>(
        "a: {b: 1, b: 2}\na: 3\n",
        &[
            "1:11: a.b: given twice, first on line 1",
            "2:1: a: given twice, first on line 1",
        ],
    );
}

#[test]
fn text_that_is_no_yaml_is_reported() {
    check::<Value>(
        "a: [",
        &["2:1: not valid YAML: while parsing a node, did not find expected node content"],
    );
    check::<Value>(
        "a: b: c",
        &["1:5: not valid YAML: mapping values are not allowed in this context"],
    );
    check::<Value>(
        "a: *b",
        &["1:4: not valid YAML: while parsing node, found unknown anchor"],
    );
    check::<Value>(
        "a:\n\t- b",
        &["2:2: not valid YAML: tabs disallowed within this context (block indentation)"],
    );
}

#[test]
fn what_a_file_cannot_hold_is_reported() {
    check::<Value>("", &["1:1: the file is empty"]);
    check::<Value>("# nothing\n", &["1:1: the file is empty"]);
    check::<Value>("~", &["1:1: the file is empty"]);
    check::<Value>(
        "a: 1\n---\nb: 2",
        &["2:1: a second YAML document starts here: a file holds one"],
    );
    check::<Value>(
        "a: !secret b",
        &["1:4: a: tags such as `!secret` have no meaning here"],
    );
    check::<Value>("[a]: b", &["1:1: a name must be a word here"]);
    check::<Value>(
        "&a [*a]",
        &["1:5: [0]: an alias cannot stand inside what it stands for"],
    );
}

#[test]
fn problems_with_the_value_have_a_place_too() {
    let document = Document::parse("f", "sources:\n  - Kafka:\n      chain: []\n").unwrap();
    let mut problems = Problems::new();
    problems.report(&document, "sources[0].Kafka.chain", "this chain is empty");
    problems.report(&document, "sources[0].Kafka.name", "no such line");
    problems.report(&document, "elsewhere", "no such line");
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "f:1:1: elsewhere: no such line",
            "f:3:7: sources[0].Kafka.name: no such line",
            "f:3:14: sources[0].Kafka.chain: this chain is empty"
        ]
    );
}

#[test]
fn several_problems_with_one_value_are_reported() {
    let document = Document::parse("f", "a: {b: 1}").unwrap();
    let mut problems = Problems::new();
    problems.report(&document, "a", "too short");
    problems.report(&document, "a", "too loud");
    problems.report(&document, "a.b", "too blue");
    assert_eq!(problems.iter().count(), 3);
}

#[test]
fn stand_ins_are_not_reported() {
    let document =
        Document::parse("f", "- Frobnicate\n- SinkSingle: {destination_port: x}").unwrap();
    let reading = document.read::<Vec<Step>>();
    assert_eq!(reading.value.map(|steps| steps.len()), Some(1));
    let mut problems = reading.problems;
    let before = problems.clone();
    // The list is shorter than in the file: its paths name other items.
    problems.report(&document, "[1].SinkSingle.connect_timeout_ms", "too short");
    assert_eq!(problems, before);
    assert!(problems.doubt("[1].SinkSingle"));
}
