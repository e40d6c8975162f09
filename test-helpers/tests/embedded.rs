//! The embedded cluster and the client that is linked in.

use test_helpers::clients::{Client, Librdkafka, check_round_trip, keyed_records};
use test_helpers::mock::MockCluster;

#[test]
fn records_come_back_from_three_embedded_brokers() {
    let cluster = MockCluster::start(3).unwrap();
    cluster.create_topic("round-trip", 6).unwrap();
    assert_eq!(cluster.ports().unwrap().len(), 3);

    let client = Librdkafka::new(&cluster.bootstrap());
    let sent = keyed_records(1_000);
    client.produce("round-trip", &sent).unwrap();
    check_round_trip(&sent, &client.consume("round-trip", sent.len()).unwrap()).unwrap();
}

#[test]
fn a_record_nobody_acknowledges_is_an_error() {
    let cluster = MockCluster::start(1).unwrap();
    cluster.create_topic("lost", 1).unwrap();
    cluster.native().broker_down(-1).unwrap();

    let client = Librdkafka::new(&cluster.bootstrap()).set("message.timeout.ms", "500");
    let message = client
        .produce("lost", &keyed_records(3))
        .unwrap_err()
        .to_string();
    assert!(
        message.contains("0 of 3 records were acknowledged"),
        "{message}"
    );
}
