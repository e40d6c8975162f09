//! A real client whose writes a second cluster gets as well.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests"
)]

use test_helpers::clients::{Client, Librdkafka, check_round_trip, keyed_records};
use test_helpers::mock::MockCluster;
use test_helpers::ports::free_port;
use test_helpers::proxy::{ProxyProcess, build_binary};

/// A proxy in front of the broker on one port, which copies writes to the one on the other; and a client of it.
fn teed(broker: u16, second: u16) -> (ProxyProcess, Librdkafka) {
    let second =
        format!("KafkaSinkSingle: {{ destination_port: {second}, connect_timeout_ms: 3000 }}");
    teed_to(broker, &second)
}

/// The same with this sink at the end of the second chain.
fn teed_to(broker: u16, second: &str) -> (ProxyProcess, Librdkafka) {
    let port = free_port().unwrap();
    let topology = format!(
        r#"
sources:
  - Kafka:
      listen_addr: "127.0.0.1:{port}"
      chain:
        - Tee:
            chain:
              - {second}
        - KafkaSinkSingle:
            name: "first"
            destination_port: {broker}
            connect_timeout_ms: 3000
"#
    );
    let binary = build_binary("shotover-proxy", "shotover-proxy").unwrap();
    let proxy = ProxyProcess::builder(binary)
        .topology(&topology)
        .start()
        .unwrap();
    (proxy, Librdkafka::new(&format!("127.0.0.1:{port}")))
}

fn cluster() -> (MockCluster, u16) {
    let cluster = MockCluster::start(1).unwrap();
    cluster.create_topic("both", 3).unwrap();
    let port = cluster.ports().unwrap()[0];
    (cluster, port)
}

#[test]
fn records_of_an_idempotent_producer_are_in_both_clusters() {
    let ((_first, first_port), (second, second_port)) = (cluster(), cluster());
    let (_proxy, client) = teed(first_port, second_port);
    let sent = keyed_records(10_000);
    let producer = client.clone().set("enable.idempotence", "true");
    producer.produce("both", &sent).unwrap();
    for client in [client, Librdkafka::new(&second.bootstrap())] {
        let client = client.set("check.crcs", "true");
        check_round_trip(&sent, &client.consume("both", sent.len()).unwrap()).unwrap();
    }
}

#[test]
fn a_second_cluster_of_several_brokers_is_written_to_where_its_leaders_are() {
    let (first, first_port) = cluster();
    let second = MockCluster::start(3).unwrap();
    for topic in ["a", "b", "c"] {
        second.create_topic(topic, 1).unwrap();
        first.create_topic(topic, 1).unwrap();
    }
    let contact = second.ports().unwrap()[0];
    let sink = format!(
        "KafkaSinkCluster: {{ advertise: brokers, first_contact_points: ['127.0.0.1:{contact}'], \
         shotover_nodes: [{{ address_for_clients: '127.0.0.1:1', address_for_peers: '127.0.0.1:1', \
         rack: r, broker_id: 0 }}], local_shotover_broker_id: 0, connect_timeout_ms: 3000 }}"
    );
    let (_proxy, client) = teed_to(first_port, &sink);
    let sent = keyed_records(1_000);
    for topic in ["a", "b", "c"] {
        client.produce(topic, &sent).unwrap();
        let there = Librdkafka::new(&second.bootstrap());
        check_round_trip(&sent, &there.consume(topic, sent.len()).unwrap()).unwrap();
    }
}

#[test]
fn a_second_cluster_that_is_not_there_is_not_missed() {
    let (_first, first_port) = cluster();
    let (_proxy, client) = teed(first_port, free_port().unwrap());
    let sent = keyed_records(1_000);
    client.produce("both", &sent).unwrap();
    check_round_trip(&sent, &client.consume("both", sent.len()).unwrap()).unwrap();
}
