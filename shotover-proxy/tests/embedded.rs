//! A real client, the binary, and librdkafka's embedded broker.

use test_helpers::clients::{Client, Librdkafka, check_round_trip, keyed_records};
use test_helpers::mock::MockCluster;
use test_helpers::ports::free_port;
use test_helpers::proxy::{ProxyProcess, build_binary};

#[test]
fn records_come_back_in_order_through_the_proxy() {
    let cluster = MockCluster::start(1).unwrap();
    cluster.create_topic("through", 6).unwrap();
    let (port, broker) = (free_port().unwrap(), cluster.ports().unwrap()[0]);
    let topology = format!(
        r#"
sources:
  - Kafka:
      listen_addr: "127.0.0.1:{port}"
      chain:
        - KafkaSinkSingle:
            destination_port: {broker}
            connect_timeout_ms: 3000
"#
    );
    let binary = build_binary("shotover-proxy", "shotover-proxy").unwrap();
    let _proxy = ProxyProcess::builder(binary)
        .topology(&topology)
        .start()
        .unwrap();
    let client = Librdkafka::new(&format!("127.0.0.1:{port}"));
    let sent = keyed_records(10_000);
    client.produce("through", &sent).unwrap();
    check_round_trip(&sent, &client.consume("through", sent.len()).unwrap()).unwrap();
}
