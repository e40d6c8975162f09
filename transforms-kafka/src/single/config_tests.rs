//! Is every mistake in a configuration told?

use shotover::topology::Topology;

/// What is said about a sink with these fields, line by line.
fn problems(fields: &str) -> String {
    let text = format!(
        r#"sources:
  - Kafka:
      name: "kafka"
      listen_addr: "127.0.0.1:9192"
      chain:
        - KafkaSinkSingle:
{fields}
"#
    );
    match Topology::parse("topology.yaml", &text) {
        Ok(_) => String::new(),
        Err(problems) => problems.to_string(),
    }
}

const GOOD: &str = r#"
            name: "sink"
            destination_address: "kafka1:9092"
            address_for_clients: "proxy:9192"
            connect_timeout_ms: 3000
            read_timeout: 60"#;

#[track_caller]
fn check(good: &str, bad: &str, expected: &str) {
    assert!(GOOD.contains(good));
    let found = problems(&GOOD.replace(good, bad));
    assert!(found.contains(expected), "{found}");
}

#[test]
fn every_field_can_be_set() {
    assert_eq!(problems(GOOD), "");
    let here = GOOD.replace(
        "destination_address: \"kafka1:9092\"",
        "destination_port: 9092",
    );
    assert_eq!(problems(&here), "");
}

#[test]
fn what_is_wrong_is_told_with_its_path_and_what_would_be_right() {
    let address = "destination_address: \"kafka1:9092\"";
    check(
        address,
        "",
        "KafkaSinkSingle: expected destination_port, for a broker on this host, or destination_address",
    );
    check(
        "read_timeout: 60",
        "destination_port: 9092",
        "expected one of destination_port and destination_address, found both",
    );
    check(address, "destination_port: 0", "destination_port: ");
    check(address, "destination_port: 65536", "destination_port");
    check(
        "kafka1:9092",
        "kafka1",
        "destination_address: expected host:port",
    );
    check(
        "proxy:9192",
        "proxy",
        "address_for_clients: expected host:port",
    );
    check(
        "connect_timeout_ms: 3000",
        "connect_timeout_ms: 0",
        "connect_timeout_ms: expected 1 to 600000 milliseconds, found 0",
    );
    check("connect_timeout_ms: 3000", "", "connect_timeout_ms");
    check(
        "read_timeout: 60",
        "read_timeout: 86401",
        "read_timeout: expected 1 to 86400 seconds, found 86401",
    );
    check(
        "read_timeout: 60",
        "tls: { certificate_authority_path: \"/nowhere/ca.crt\" }",
        "tls.certificate_authority_path",
    );
    check("read_timeout", "read_timeouts", "read_timeouts");
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let found = problems(
        &GOOD
            .replace("kafka1:9092", "kafka1")
            .replace("connect_timeout_ms: 3000", "connect_timeout_ms: 0"),
    );
    assert!(found.contains("destination_address"), "{found}");
    assert!(found.contains("connect_timeout_ms"), "{found}");
}
