//! A real client, the binary, and librdkafka's embedded broker.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "what is not as expected fails the test"
)]

use std::time::Duration;

use test_helpers::clients::{Client, Librdkafka, check_round_trip, keyed_records};
use test_helpers::mock::MockCluster;
use test_helpers::ports::free_port;
use test_helpers::proxy::ProxyProcess;
use test_helpers::rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use test_helpers::rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};

/// Longest time for one step of a transaction.
const LIMIT: Duration = Duration::from_secs(20);

/// An embedded broker with a topic, the proxy in front of it, and a client of the proxy.
fn fixture(topic: &str) -> (MockCluster, ProxyProcess, Librdkafka) {
    let cluster = MockCluster::start(1).unwrap();
    cluster.create_topic(topic, 6).unwrap();
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
    let proxy = ProxyProcess::builder(env!("CARGO_BIN_EXE_shotover-proxy"))
        .topology(&topology)
        .start()
        .unwrap();
    (
        cluster,
        proxy,
        Librdkafka::new(&format!("127.0.0.1:{port}")),
    )
}

#[test]
fn records_come_back_in_order_through_the_proxy() {
    let (_cluster, _proxy, client) = fixture("through");
    let sent = keyed_records(10_000);
    client.produce("through", &sent).unwrap();
    check_round_trip(&sent, &client.consume("through", sent.len()).unwrap()).unwrap();
}

#[test]
fn errors_of_the_broker_reach_the_client_which_tries_again() {
    let (cluster, _proxy, client) = fixture("retried");
    let sent = keyed_records(1_000);
    let error = RDKafkaRespErr::RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION;
    let native = cluster.native();
    native.request_errors(RDKafkaApiKey::Produce, &[error; 3]);
    client.produce("retried", &sent).unwrap();
    check_round_trip(&sent, &client.consume("retried", sent.len()).unwrap()).unwrap();
}

#[test]
fn a_broker_that_comes_back_is_used_again() {
    let (cluster, _proxy, client) = fixture("back");
    let (before, after) = (keyed_records(1_000), keyed_records(2_000));
    client.produce("back", &before).unwrap();
    cluster.native().broker_down(-1).unwrap();
    let impatient = client.clone().set("message.timeout.ms", "1000");
    assert!(impatient.produce("back", &before[..1]).is_err());
    cluster.native().broker_up(-1).unwrap();
    client.produce("back", &after[1_000..]).unwrap();
    check_round_trip(&after, &client.consume("back", after.len()).unwrap()).unwrap();
}

#[test]
fn a_transaction_is_committed_through_the_proxy() {
    let (_cluster, _proxy, client) = fixture("accounts");
    let producer: BaseProducer = client.set("transactional.id", "teller").create().unwrap();
    producer.init_transactions(LIMIT).unwrap();
    for _ in 0..3 {
        producer.begin_transaction().unwrap();
        let sent = producer.send(BaseRecord::to("accounts").key("k").payload("v"));
        sent.map_err(|(error, _)| error).unwrap();
        producer.commit_transaction(LIMIT).unwrap();
    }
}
