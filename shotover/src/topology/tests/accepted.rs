//! Files that are right.

use crate::topology::Topology;

#[track_caller]
fn names(text: &str) -> Vec<(String, String)> {
    let topology = match Topology::parse("topology.yaml", text) {
        Ok(topology) => topology,
        Err(problems) => panic!("{problems}"),
    };
    topology
        .sources()
        .map(|(path, source)| (path, source.name().to_owned()))
        .collect()
}

#[test]
fn a_topology_with_every_field_is_right() {
    let text = r#"
sources:
  - Kafka:
      name: "clients"
      listen_addr: "127.0.0.1:9192"
      connection_limit: 100
      hard_connection_limit: true
      connection_limit_per_ip: 10
      timeout: 60
      chain:
        - CheckedTee:
            name: "copy"
            chain:
              - CheckedSink: { name: "second", destination_port: 9093, connect_timeout_ms: 1 }
        - CheckedSink:
            name: "first"
            destination_port: 9092
            connect_timeout_ms: 3000
            contact_point: "[::1]:9092"
"#;
    let expected = ("sources[0].Kafka".to_owned(), "clients".to_owned());
    assert_eq!(names(text), [expected]);
}

#[test]
fn sources_without_names_are_told_apart() {
    let source = |name: &str, port: u16| {
        format!(
            "  - Kafka:\n{name}      listen_addr: localhost:{port}\n      chain:\n        \
             - CheckedSink: {{ destination_port: 1, connect_timeout_ms: 1 }}\n"
        )
    };
    let text = [
        "sources:\n",
        &source("", 1),
        &source("      name: kafka-2\n", 2),
        &source("", 3),
        &source("      name: other\n", 4),
    ];
    let names: Vec<_> = names(&text.concat())
        .into_iter()
        .map(|(_, name)| name)
        .collect();
    assert_eq!(names, ["kafka", "kafka-2", "kafka-3", "other"]);
}

#[test]
fn sources_may_share_a_port_on_different_hosts() {
    let text = "
sources:
  - Kafka: { listen_addr: '127.0.0.1:1', chain: &chain [CheckedSink: { destination_port: 1, connect_timeout_ms: 1 }] }
  - Kafka: { listen_addr: '127.0.0.2:1', chain: *chain }
";
    assert_eq!(names(text).len(), 2);
}
