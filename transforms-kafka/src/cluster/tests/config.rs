//! Is every mistake in a configuration told?

use crate::problems::Right;

const SINK: Right = Right {
    kind: "KafkaSinkCluster",
    fields: r#"
            name: "sink"
            advertise: brokers
            first_contact_points: ["kafka1:9092", "[::1]:9092"]
            shotover_nodes:
              - { address_for_clients: "b{broker_id}.proxy:9192", address_for_peers: "127.0.0.1:9192", rack: "a", broker_id: 0 }
              - { address_for_clients: "other:9192", address_for_peers: "other:9192", rack: "b", broker_id: 1 }
            local_shotover_broker_id: 0
            connect_timeout_ms: 3000
            read_timeout: 60
            check_shotover_peers_delay_ms: 3000"#,
};

#[test]
fn every_field_can_be_set() {
    assert_eq!(SINK.problems(SINK.fields), "");
}

#[test]
fn what_is_wrong_is_told_with_its_path_and_what_would_be_right() {
    SINK.check(
        r#"["kafka1:9092", "[::1]:9092"]"#,
        "[]",
        "KafkaSinkCluster.first_contact_points: expected at least one address of a broker",
    );
    SINK.check(
        "kafka1:9092",
        "kafka1",
        "first_contact_points[0]: expected host:port",
    );
    SINK.check(
        "[::1]:9092",
        "127.0.0.1:9192",
        "first_contact_points[1]: expected the address of a broker, found 127.0.0.1:9192, which leads back",
    );
    SINK.check(
        "b{broker_id}.proxy:9192",
        "b{broker}.proxy:9192",
        "shotover_nodes[0].address_for_clients: expected",
    );
    SINK.check(
        "rack: \"b\", broker_id: 1",
        "rack: \"b\", broker_id: 0",
        "shotover_nodes[1].broker_id: 0 is the id of another node",
    );
    SINK.check(
        "rack: \"b\", broker_id: 1",
        "rack: \"b\", broker_id: -1",
        "shotover_nodes[1].broker_id: expected a number from 0, found -1",
    );
    SINK.check(
        "local_shotover_broker_id: 0",
        "local_shotover_broker_id: 7",
        "local_shotover_broker_id: expected the broker_id of one of the shotover_nodes, found 7",
    );
    SINK.check(
        "connect_timeout_ms: 3000",
        "connect_timeout_ms: 0",
        "connect_timeout_ms: expected 1 to 600000 milliseconds, found 0",
    );
    SINK.check(
        "delay_ms: 3000",
        "delay_ms: 1",
        "check_shotover_peers_delay_ms: expected 100 to 600000 milliseconds, found 1",
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
    assert!(found.contains("first_contact_points[0]"), "{found}");
    assert!(found.contains("connect_timeout_ms"), "{found}");
}

#[test]
fn proxies_that_stand_for_brokers_have_one_address_each() {
    SINK.check(
        "advertise: brokers",
        "advertise: proxies",
        "shotover_nodes[0].address_for_clients: expected one address for the proxy",
    );
}

#[test]
fn topologies_that_do_not_say_what_to_advertise_advertise_the_proxies() {
    let old = SINK
        .fields
        .replace("advertise: brokers", "")
        .replace("b{broker_id}.proxy", "proxy");
    assert_eq!(SINK.problems(&old), "");
}
