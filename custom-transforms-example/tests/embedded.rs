//! The example does what its README says.

use std::path::Path;
use test_helpers::clients::{Client, Librdkafka, check_round_trip, keyed_records};
use test_helpers::mock::MockCluster;
use test_helpers::ports::free_port;
use test_helpers::proxy::ProxyProcess;

#[test]
fn a_read_only_topic_refuses_records_and_others_take_them() {
    let cluster = MockCluster::start(1).unwrap();
    cluster.create_topic("prices", 1).unwrap();
    cluster.create_topic("orders", 3).unwrap();
    let port = free_port().unwrap();
    let topology =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("config/topology.yaml"))
            .unwrap()
            .replace("127.0.0.1:9192", &format!("127.0.0.1:{port}"))
            .replace(
                "destination_port: 9092",
                &format!("destination_port: {}", cluster.ports().unwrap()[0]),
            );
    let _proxy = ProxyProcess::builder(env!("CARGO_BIN_EXE_custom-transforms-example"))
        .topology(&topology)
        .start()
        .unwrap();

    let client = Librdkafka::new(&format!("127.0.0.1:{port}"));
    let refused = client
        .produce("prices", &keyed_records(3))
        .unwrap_err()
        .to_string();
    for part in [
        "0 of 3 records were acknowledged",
        "Topic authorization failed",
    ] {
        assert!(refused.contains(part), "{refused}");
    }

    let sent = keyed_records(100);
    client.produce("orders", &sent).unwrap();
    check_round_trip(&sent, &client.consume("orders", sent.len()).unwrap()).unwrap();
}
