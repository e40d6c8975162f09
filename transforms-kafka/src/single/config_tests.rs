//! Is every mistake in a configuration told?

use crate::problems::Right;

const SINK: Right = Right {
    kind: "KafkaSinkSingle",
    fields: r#"
            name: "sink"
            destination_address: "kafka1:9092"
            address_for_clients: "proxy:9192"
            connect_timeout_ms: 3000
            read_timeout: 60"#,
};

#[test]
fn every_field_can_be_set() {
    assert_eq!(SINK.problems(SINK.fields), "");
    let here = SINK.fields.replace(
        "destination_address: \"kafka1:9092\"",
        "destination_port: 9092",
    );
    assert_eq!(SINK.problems(&here), "");
}

#[test]
fn what_is_wrong_is_told_with_its_path_and_what_would_be_right() {
    let address = "destination_address: \"kafka1:9092\"";
    SINK.check(
        address,
        "",
        "KafkaSinkSingle: expected destination_port, for a broker on this host, or destination_address",
    );
    SINK.check(
        "read_timeout: 60",
        "destination_port: 9092",
        "expected one of destination_port and destination_address, found both",
    );
    SINK.check(address, "destination_port: 0", "destination_port: ");
    SINK.check(address, "destination_port: 65536", "destination_port");
    SINK.check(
        "kafka1:9092",
        "kafka1",
        "destination_address: expected host:port",
    );
    for (field, address) in [
        ("destination_port", "9192"),
        ("destination_address", "localhost:9192"),
    ] {
        SINK.check(
            "destination_address: \"kafka1:9092\"",
            &format!("{field}: {address}"),
            &format!(
                "{field}: expected the address of a broker, found localhost:9192, which leads back"
            ),
        );
    }
    SINK.check(
        "proxy:9192",
        "proxy",
        "address_for_clients: expected host:port",
    );
    SINK.check(
        "connect_timeout_ms: 3000",
        "connect_timeout_ms: 0",
        "connect_timeout_ms: expected 1 to 600000 milliseconds, found 0",
    );
    SINK.check("connect_timeout_ms: 3000", "", "connect_timeout_ms");
    SINK.check(
        "read_timeout: 60",
        "read_timeout: 86401",
        "read_timeout: expected 1 to 86400 seconds, found 86401",
    );
    SINK.check(
        "read_timeout: 60",
        "tls: { certificate_authority_path: \"/nowhere/ca.crt\" }",
        "tls.certificate_authority_path",
    );
    SINK.check("read_timeout", "read_timeouts", "read_timeouts");
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let found = SINK.problems(
        &SINK
            .fields
            .replace("kafka1:9092", "kafka1")
            .replace("connect_timeout_ms: 3000", "connect_timeout_ms: 0"),
    );
    assert!(found.contains("destination_address"), "{found}");
    assert!(found.contains("connect_timeout_ms"), "{found}");
}
