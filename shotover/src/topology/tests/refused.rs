//! Every mistake that a topology file can hold, and what is said about it.

use crate::topology::Topology;
use std::path::Path;

/// `expected` are the lines without the file's name. The lists of what is known grow with the transforms of this
/// crate; they end at `known here`.
#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let problems = Topology::parse("topology.yaml", text).unwrap_err();
    let lines: Vec<String> = problems
        .iter()
        .map(|problem| {
            let line = problem.to_string();
            let line = line.strip_prefix("topology.yaml:").unwrap();
            line.split("; known here").next().unwrap().to_owned()
        })
        .collect();
    assert_eq!(lines, expected, "for:\n{text}");
}

/// A source whose settings are right but for `settings`, which may replace them.
fn source(settings: &str) -> String {
    let mut text = "  - Kafka:\n".to_owned();
    for (name, value) in [
        ("listen_addr", "127.0.0.1:9192"),
        (
            "chain",
            "[CheckedSink: { destination_port: 1, connect_timeout_ms: 1 }]",
        ),
    ] {
        if !settings.contains(name) {
            text += &format!("      {name}: {value}\n");
        }
    }
    for setting in settings.lines() {
        text += &format!("      {setting}\n");
    }
    text
}

#[track_caller]
fn check_source(settings: &str, expected: &[&str]) {
    check(&format!("sources:\n{}", source(settings)), expected);
}

#[track_caller]
fn check_chain(chain: &str, expected: &[&str]) {
    check_source(&format!("chain: {chain}"), expected);
}

#[test]
fn a_file_without_sources() {
    check("", &["1:1: the file is empty"]);
    check(
        "source: []",
        &["1:1: source: unknown field `source` (did you mean `sources`?)"],
    );
    check(
        "sources:",
        &["1:1: sources: expected a list, found nothing"],
    );
    check(
        "sources: []",
        &["1:10: sources: a topology needs at least one source"],
    );
    check(
        "sources: {}",
        &["1:10: sources: expected a list, found empty settings"],
    );
    check(
        "chain_config: {}\nsources: []",
        &[
            "1:1: chain_config: unknown field `chain_config`",
            "2:10: sources: a topology needs at least one source",
        ],
    );
}

#[test]
fn a_file_that_cannot_be_read() {
    let problems = Topology::load(Path::new("no/topology.yaml")).unwrap_err();
    let text = problems.to_string();
    assert!(
        text.starts_with("no/topology.yaml: the file cannot be read"),
        "{text}"
    );
}

#[test]
fn a_source_that_is_not_known() {
    check(
        "sources: [Kafka]",
        &[
            "1:11: sources[0].Kafka.listen_addr: this field is required but missing",
            "1:11: sources[0].Kafka.chain: this field is required but missing",
        ],
    );
    check(
        "sources: [Valkey: {}]",
        &["1:11: sources[0].Valkey: unknown name `Valkey`"],
    );
    check(
        "sources: [kafka: {}]",
        &["1:11: sources[0].kafka: unknown name `kafka` (did you mean `Kafka`?)"],
    );
    check(
        "sources:\n  - Kafka:\n    listen_addr: a:1",
        &[
            "3:5: sources[0].listen_addr: only one name fits here and `Kafka` is already given: indent `listen_addr` further to make it a setting of `Kafka`, or start another item with `- `",
        ],
    );
}

#[test]
fn the_name_of_a_source() {
    check_source(
        "name: ''",
        &["5:13: sources[0].Kafka.name: expected a name of 1 to 100 letters, found \"\""],
    );
    check_source(
        "name: 5",
        &["5:13: sources[0].Kafka.name: expected text, found 5: quotes make it text"],
    );
    check_source(
        &format!("name: {}", "a".repeat(101)),
        &[
            "5:13: sources[0].Kafka.name: expected a name of 1 to 100 letters, found \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"",
        ],
    );
    let two = source("name: same") + &source("name: same\nlisten_addr: a:1");
    check(
        &format!("sources:\n{two}"),
        &[
            "8:13: sources[1].Kafka.name: the name \"same\" is taken by sources[0].Kafka: names are unique in a topology",
        ],
    );
}

#[test]
fn a_sink_that_leads_back_to_its_source() {
    let sink = "chain: [CheckedSink: { destination_port: 1, connect_timeout_ms: 1, contact_point: 'localhost:9192' }]";
    check_source(
        sink,
        &[
            "4:89: sources[0].Kafka.chain[0].CheckedSink.contact_point: expected the address of a broker, found localhost:9192, which leads back to this source: it listens at 127.0.0.1:9192",
        ],
    );
    // Another source may pass on what it does to the first.
    let first = source("listen_addr: 127.0.0.1:9191");
    let second = source(&sink.replace("9192", "9191"));
    assert!(Topology::parse("topology.yaml", &format!("sources:\n{first}{second}")).is_ok());
}

#[test]
fn the_address_of_a_source() {
    check_source(
        "listen_addr: 127.0.0.1",
        &[
            "4:20: sources[0].Kafka.listen_addr: expected host:port, for instance 127.0.0.1:9092, found \"127.0.0.1\" without a port",
        ],
    );
    check_source(
        "listen_addr: 127.0.0.1:0",
        &[
            "4:20: sources[0].Kafka.listen_addr: expected a port from 1 to 65535 after the last colon of \"127.0.0.1:0\"",
        ],
    );
    check_source(
        "listen_addr: ::1:9192",
        &[
            "4:20: sources[0].Kafka.listen_addr: expected an IPv6 address in brackets, for instance [::1]:9092, found \"::1:9192\"",
        ],
    );
    check_source(
        "listen_addr: '[::1]'",
        &[
            "4:20: sources[0].Kafka.listen_addr: expected an IPv6 address in brackets, for instance [::1]:9092, found \"[::1]\"",
        ],
    );
    check_source(
        "listen_addr: 9192",
        &["4:20: sources[0].Kafka.listen_addr: expected text, found 9192: quotes make it text"],
    );
    check_source(
        "listen_address: 127.0.0.1:9192",
        &[
            "4:7: sources[0].Kafka.listen_address: unknown field `listen_address` (did you mean `listen_addr`?)",
        ],
    );
    let two = source("") + &source("listen_addr: 0.0.0.0:9192");
    check(
        &format!("sources:\n{two}"),
        &[
            "7:20: sources[1].Kafka.listen_addr: 0.0.0.0:9192 cannot be listened on twice: sources[0].Kafka has 127.0.0.1:9192",
        ],
    );
}

#[test]
fn the_limits_of_a_source() {
    check_source(
        "connection_limit: 0",
        &["5:25: sources[0].Kafka.connection_limit: expected 1 to 1000000 connections, found 0"],
    );
    check_source(
        "connection_limit: 1000001",
        &[
            "5:25: sources[0].Kafka.connection_limit: expected 1 to 1000000 connections, found 1000001",
        ],
    );
    check_source(
        "connection_limit: -1",
        &["5:25: sources[0].Kafka.connection_limit: expected a whole number, 0 or more, found -1"],
    );
    check_source(
        "connection_limit_per_ip: 0",
        &[
            "5:32: sources[0].Kafka.connection_limit_per_ip: expected 1 to 1000000 connections, found 0",
        ],
    );
    check_source(
        "hard_connection_limit: 5",
        &["5:30: sources[0].Kafka.hard_connection_limit: expected true or false, found 5"],
    );
    check_source(
        "timeout: 0",
        &["5:16: sources[0].Kafka.timeout: expected 1 to 86400 seconds, found 0"],
    );
    check_source(
        "timeout: 86401",
        &["5:16: sources[0].Kafka.timeout: expected 1 to 86400 seconds, found 86401"],
    );
    check_source(
        "timeout: 60s",
        &["5:16: sources[0].Kafka.timeout: expected a whole number, 0 or more, found \"60s\""],
    );
}

#[test]
fn the_certificates_of_a_source() {
    check_source(
        "tls: {}",
        &[
            "5:12: sources[0].Kafka.tls.certificate_path: this field is required but missing",
            "5:12: sources[0].Kafka.tls.private_key_path: this field is required but missing",
        ],
    );
    check_source(
        "tls: { certificate_path: no/a.crt, private_key_path: no/a.key, certificate_authority_path: no/ca.crt }",
        &[
            "5:32: sources[0].Kafka.tls.certificate_path: cannot read \"no/a.crt\": No such file or directory (os error 2)",
            "5:60: sources[0].Kafka.tls.private_key_path: cannot read \"no/a.key\": No such file or directory (os error 2)",
            "5:98: sources[0].Kafka.tls.certificate_authority_path: cannot read \"no/ca.crt\": No such file or directory (os error 2)",
        ],
    );
    check_source(
        "tls: { certificate_path: src/lib.rs, private_key_path: src }",
        &[
            "5:32: sources[0].Kafka.tls.certificate_path: \"src/lib.rs\" is not PEM: expected -----BEGIN and what follows; DER, PKCS#12 and JKS must be converted",
            "5:62: sources[0].Kafka.tls.private_key_path: \"src\" is not a file",
        ],
    );
}

#[test]
fn a_chain_that_is_empty() {
    check_chain(
        "[]",
        &[
            "4:14: sources[0].Kafka.chain: a chain needs at least one transform, the last one a sink",
        ],
    );
    check_chain(
        "",
        &["4:7: sources[0].Kafka.chain: expected a list, found nothing"],
    );
    check_chain(
        "CheckedSink",
        &["4:14: sources[0].Kafka.chain: expected a list, found \"CheckedSink\""],
    );
}

#[test]
fn a_transform_that_is_not_known() {
    check_chain(
        "[ChekedSink: {}]",
        &[
            "4:15: sources[0].Kafka.chain[0].ChekedSink: unknown name `ChekedSink` (did you mean `CheckedSink`?)",
        ],
    );
    check_chain(
        "[CheckedTee: { chain: [CassandraSinkSingle: {}] }]",
        &[
            "4:37: sources[0].Kafka.chain[0].CheckedTee.chain[0].CassandraSinkSingle: unknown name `CassandraSinkSingle`",
        ],
    );
}

#[test]
fn a_sink_that_is_not_at_the_end() {
    let sink = "CheckedSink: { destination_port: 1, connect_timeout_ms: 1 }";
    check_chain(
        &format!("[{{ {sink} }}, {{ {sink} }}]"),
        &[
            "4:30: sources[0].Kafka.chain[0].CheckedSink: CheckedSink answers every request and must be the last of its chain",
        ],
    );
    check_chain(
        &format!("[CheckedTee: {{ chain: [{sink}] }}]"),
        &[
            "4:27: sources[0].Kafka.chain[0].CheckedTee: the last of a chain must answer every request, which CheckedTee does not: end the chain with a sink",
        ],
    );
    check_chain(
        &format!("[CheckedTee: {{ chain: [CheckedTee: {{ chain: [] }}] }}, {sink}]"),
        &[
            "4:49: sources[0].Kafka.chain[0].CheckedTee.chain[0].CheckedTee: the last of a chain must answer every request, which CheckedTee does not: end the chain with a sink",
            "4:58: sources[0].Kafka.chain[0].CheckedTee.chain[0].CheckedTee.chain: a chain needs at least one transform, the last one a sink",
        ],
    );
}

#[test]
fn a_transform_that_is_given_what_it_does_not_take() {
    check_chain(
        "[CheckedTranslator: {}, CheckedSink: { destination_port: 1, connect_timeout_ms: 1 }]",
        &["4:51: sources[0].Kafka.chain[1].CheckedSink: takes Kafka, but is given Other"],
    );
    check_chain(
        "[CheckedTranslator: {}]",
        &[
            "4:34: sources[0].Kafka.chain[0].CheckedTranslator: the last of a chain must answer every request, which CheckedTranslator does not: end the chain with a sink",
        ],
    );
}

#[test]
fn the_names_of_transforms() {
    let sink = |name: &str| {
        format!("CheckedSink: {{ name: {name}, destination_port: 1, connect_timeout_ms: 1 }}")
    };
    check_chain(
        &format!(
            "[CheckedTee: {{ name: a, chain: [{}] }}, {}]",
            sink("a"),
            sink("a")
        ),
        &[
            "4:67: sources[0].Kafka.chain[0].CheckedTee.chain[0].CheckedSink.name: the name \"a\" is taken by sources[0].Kafka.chain[0].CheckedTee: names are unique in a topology",
            "4:140: sources[0].Kafka.chain[1].CheckedSink.name: the name \"a\" is taken by sources[0].Kafka.chain[0].CheckedTee: names are unique in a topology",
        ],
    );
    check_source(
        &format!("name: a\nchain: [{}]", sink("a")),
        &[
            "5:36: sources[0].Kafka.chain[0].CheckedSink.name: the name \"a\" is taken by sources[0].Kafka: names are unique in a topology",
        ],
    );
}

#[test]
fn the_settings_of_a_transform() {
    check_chain(
        "[CheckedSink]",
        &[
            "4:15: sources[0].Kafka.chain[0].CheckedSink.destination_port: this field is required but missing",
            "4:15: sources[0].Kafka.chain[0].CheckedSink.connect_timeout_ms: this field is required but missing",
        ],
    );
    check_chain(
        "[CheckedSink: { destination_port: 70000, connect_timeout_ms: 3s, tls: {} }]",
        &[
            "4:48: sources[0].Kafka.chain[0].CheckedSink.destination_port: expected a whole number from 0 to 65535, found 70000",
            "4:75: sources[0].Kafka.chain[0].CheckedSink.connect_timeout_ms: expected a whole number, 0 or more, found \"3s\"",
            "4:79: sources[0].Kafka.chain[0].CheckedSink.tls: unknown field `tls`",
        ],
    );
    check_chain(
        "[CheckedSink: { destination_port: 0, connect_timeout_ms: 0, contact_point: 'b:' }]",
        &[
            "4:48: sources[0].Kafka.chain[0].CheckedSink.destination_port: expected a port from 1 to 65535, found 0",
            "4:71: sources[0].Kafka.chain[0].CheckedSink.connect_timeout_ms: expected 1 to 600000 milliseconds, found 0",
            "4:89: sources[0].Kafka.chain[0].CheckedSink.contact_point: expected a port from 1 to 65535 after the last colon of \"b:\"",
        ],
    );
}

#[test]
fn mistakes_everywhere() {
    let text = "
sources:
  - Kafka:
      name: clients
      listen_addr: localhost
      timeout: 0
      chain:
        - CheckedTee:
            chain:
              - CheckedSink: { destination_port: a, connect_timeout_ms: 700000 }
        - CheckedTee:
            name: clients
            chain: []
  - Kafka:
      listen_addr: 127.0.0.1:1
      chain:
        - ChekedTee: {}
        - CheckedSink: { destination_port: b, connect_timeout_ms: 700000 }
  - Kafka:
      listen_addr: 127.0.0.1:1
      conection_limit: 5
      chain:
        - CheckedSink: { destination_port: 1, connect_timeout_ms: 700000 }
";
    check(
        text,
        &[
            "5:20: sources[0].Kafka.listen_addr: expected host:port, for instance 127.0.0.1:9092, found \"localhost\" without a port",
            "6:16: sources[0].Kafka.timeout: expected 1 to 86400 seconds, found 0",
            "10:50: sources[0].Kafka.chain[0].CheckedTee.chain[0].CheckedSink.destination_port: expected a whole number from 0 to 65535, found \"a\"",
            "10:73: sources[0].Kafka.chain[0].CheckedTee.chain[0].CheckedSink.connect_timeout_ms: expected 1 to 600000 milliseconds, found 700000",
            "12:13: sources[0].Kafka.chain[1].CheckedTee: the last of a chain must answer every request, which CheckedTee does not: end the chain with a sink",
            "12:19: sources[0].Kafka.chain[1].CheckedTee.name: the name \"clients\" is taken by sources[0].Kafka: names are unique in a topology",
            "13:20: sources[0].Kafka.chain[1].CheckedTee.chain: a chain needs at least one transform, the last one a sink",
            "17:11: sources[1].Kafka.chain[0].ChekedTee: unknown name `ChekedTee` (did you mean `CheckedTee`?)",
            "18:44: sources[1].Kafka.chain[1].CheckedSink.destination_port: expected a whole number from 0 to 65535, found \"b\"",
            "20:20: sources[2].Kafka.listen_addr: 127.0.0.1:1 cannot be listened on twice: sources[1].Kafka has 127.0.0.1:1",
            "21:7: sources[2].Kafka.conection_limit: unknown field `conection_limit` (did you mean `connection_limit`?)",
            "23:67: sources[2].Kafka.chain[0].CheckedSink.connect_timeout_ms: expected 1 to 600000 milliseconds, found 700000",
        ],
    );
}
