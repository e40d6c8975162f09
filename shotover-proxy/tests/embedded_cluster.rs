//! A real client, the binary with a cluster sink, and librdkafka's embedded cluster of three brokers.
#![expect(clippy::unwrap_used, reason = "what is not as expected fails the test")]

use std::time::Duration;

use test_helpers::clients::{Client, Librdkafka, check_round_trip, keyed_records};
use test_helpers::mock::MockCluster;
use test_helpers::ports::free_port;
use test_helpers::proxy::ProxyProcess;
use test_helpers::rdkafka::consumer::{BaseConsumer, Consumer};
use test_helpers::rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};
use test_helpers::wait::wait_until;

/// Longest time for anything a test waits for.
const LIMIT: Duration = Duration::from_secs(60);

/// What clients take for the brokers, and where they find that.
const ADVERTISED: [(&str, &str); 2] =
    [("brokers", "127.0.1.{broker_id}"), ("proxies", "127.0.0.1")];

/// Three embedded brokers with a topic, the proxy in front of them, and a client of the proxy.
fn fixture(
    topic: &str,
    (advertise, host): (&str, &str),
) -> (MockCluster, ProxyProcess, Librdkafka) {
    let cluster = MockCluster::start(3).unwrap();
    cluster.create_topic(topic, 6).unwrap();
    let (port, brokers) = (free_port().unwrap(), cluster.bootstrap());
    let topology = format!(
        r#"
sources:
  - Kafka:
      listen_addr: "0.0.0.0:{port}"
      chain:
        - KafkaSinkCluster:
            advertise: {advertise}
            first_contact_points: [{brokers}]
            shotover_nodes:
              - address_for_clients: "{host}:{port}"
                address_for_peers: "127.0.0.1:{port}"
                rack: "rack0"
                broker_id: 0
            local_shotover_broker_id: 0
            connect_timeout_ms: 3000
"#
    );
    let proxy = ProxyProcess::builder(env!("CARGO_BIN_EXE_shotover-proxy"))
        .topology(&topology)
        .start()
        .unwrap();
    let client = Librdkafka::new(&format!("127.0.0.1:{port}"));
    (cluster, proxy, client)
}

#[test]
fn records_of_an_idempotent_producer_come_back_in_order() {
    for advertised in ADVERTISED {
        let (_cluster, _proxy, client) = fixture("through", advertised);
        let client = client.set("enable.idempotence", "true");
        let sent = keyed_records(10_000);
        client.produce("through", &sent).unwrap();
        check_round_trip(&sent, &client.consume("through", sent.len()).unwrap()).unwrap();
    }
}

#[test]
fn records_that_a_broker_refuses_are_sent_again() {
    for advertised in ADVERTISED {
        let (cluster, _proxy, client) = fixture("refused", advertised);
        let error = RDKafkaRespErr::RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION;
        let native = cluster.native();
        native.request_errors(RDKafkaApiKey::Produce, &[error; 3]);
        let sent = keyed_records(1_000);
        client.produce("refused", &sent).unwrap();
        check_round_trip(&sent, &client.consume("refused", sent.len()).unwrap()).unwrap();
    }
}

#[test]
fn brokers_that_come_back_are_used_again() {
    for advertised in ADVERTISED {
        let (cluster, _proxy, client) = fixture("back", advertised);
        let (before, after) = (keyed_records(1_000), keyed_records(2_000));
        client.produce("back", &before).unwrap();
        cluster.native().broker_down(-1).unwrap();
        let impatient = client.clone().set("message.timeout.ms", "1000");
        assert!(
            impatient
                .produce("back", before.get(..1).unwrap_or_default())
                .is_err()
        );
        cluster.native().broker_up(-1).unwrap();
        client
            .produce("back", after.get(1_000..).unwrap_or_default())
            .unwrap();
        check_round_trip(&after, &client.consume("back", after.len()).unwrap()).unwrap();
    }
}

#[test]
fn a_member_that_leaves_hands_its_partitions_over() {
    for advertised in ADVERTISED {
        let (_cluster, _proxy, client) = fixture("handed", advertised);
        let config = client
            .set("group.id", "handed")
            .set("session.timeout.ms", "6000")
            .set("heartbeat.interval.ms", "500");
        let member = || {
            let member: BaseConsumer = config.create().unwrap();
            member.subscribe(&["handed"]).unwrap();
            member
        };
        let partitions = |member: &BaseConsumer| {
            drop(member.poll(Duration::from_millis(20)));
            member.assignment().map(|assigned| assigned.count())
        };
        let (stays, leaves) = (member(), member());
        wait_until("both have partitions", LIMIT, || {
            let shares = (partitions(&stays)?, partitions(&leaves)?);
            Ok((shares == (3, 3)).then_some(()))
        })
        .unwrap();
        drop(leaves);
        wait_until("the other has all of them", LIMIT, || {
            Ok((partitions(&stays)? == 6).then_some(()))
        })
        .unwrap();
    }
}
