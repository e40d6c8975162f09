//! Real clients whose writes a second real cluster gets as well.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "what is not as expected fails the test"
)]

use std::time::Duration;
use test_helpers::clients::{
    Client, Java, Librdkafka, Mechanism, Record, Security, check_round_trip, keyed_records,
};
use test_helpers::kafka::{Cluster, Listener, USERS};
use test_helpers::ports::free_port;
use test_helpers::proxy::ProxyProcess;

const TOPIC: &str = "both";

/// Two clusters of one broker, and a proxy that copies writes from the first to the second.
struct Teed {
    first: Cluster,
    second: Cluster,
    proxy: ProxyProcess,
    address: String,
}

impl Teed {
    fn start(listener: Listener, settings: &str) -> Self {
        let [first, second] = [(); 2].map(|()| {
            let cluster = Cluster::builder().listener(listener).start().unwrap();
            let admin = Librdkafka::new(&cluster.bootstrap(Listener::Plaintext).unwrap());
            admin.create_topic(TOPIC, 3, 1).unwrap();
            cluster
        });
        let [to_first, to_second] =
            [&first, &second].map(|cluster| cluster.brokers()[0].port(listener).unwrap());
        let address = format!("127.0.0.1:{}", free_port().unwrap());
        let topology = format!(
            r#"
sources:
  - Kafka:
      listen_addr: "{address}"
      chain:
        - Tee:
            chain:
              - KafkaSinkSingle: {{ name: "second", destination_port: {to_second}, connect_timeout_ms: 3000 }}
            {settings}
        - KafkaSinkSingle: {{ name: "first", destination_port: {to_first}, connect_timeout_ms: 3000 }}
"#
        );
        let proxy = ProxyProcess::builder(env!("CARGO_BIN_EXE_shotover-proxy"))
            .topology(&topology)
            .start()
            .unwrap();
        Self {
            first,
            second,
            proxy,
            address,
        }
    }

    /// Expects exactly these records in a cluster.
    #[track_caller]
    fn check(cluster: &Cluster, sent: &[Record]) {
        let address = cluster.bootstrap(Listener::Plaintext).unwrap();
        let client = Librdkafka::new(&address).set("check.crcs", "true");
        check_round_trip(sent, &client.consume(TOPIC, sent.len()).unwrap()).unwrap();
    }
}

#[test]
fn what_an_idempotent_java_producer_writes_is_in_both_clusters() {
    let teed = Teed::start(Listener::Plaintext, "");
    let sent = keyed_records(500);
    let java = Java::new(&teed.address).unwrap();
    let java = java.set("enable.idempotence", "true").unwrap();
    let java = java.set("compression.type", "lz4").unwrap();
    java.produce(TOPIC, &sent).unwrap();
    Teed::check(&teed.first, &sent);
    Teed::check(&teed.second, &sent);
}

#[test]
fn a_second_cluster_that_goes_down_and_comes_back_is_given_the_writes_of_new_connections() {
    let mut teed = Teed::start(Listener::Plaintext, "");
    let client = Librdkafka::new(&teed.address).set("enable.idempotence", "true");
    let sent = keyed_records(300);
    client.produce(TOPIC, &sent[..100]).unwrap();
    Teed::check(&teed.second, &sent[..100]);
    teed.second.broker(0).unwrap().kill().unwrap();
    client.produce(TOPIC, &sent[100..200]).unwrap();
    teed.second.broker(0).unwrap().start().unwrap();
    client.produce(TOPIC, &sent[200..]).unwrap();
    Teed::check(&teed.first, &sent);
    Teed::check(&teed.second, &[&sent[..100], &sent[200..]].concat());
}

#[test]
fn a_second_cluster_with_sasl_knows_clients_by_their_passwords() {
    let teed = Teed::start(Listener::Sasl, "sasl: true");
    let [(user, password), _] = USERS;
    let security = Security::default().sasl(Mechanism::Plain, user, password);
    let sent = keyed_records(100);
    let client = Librdkafka::new(&teed.address).security(&security);
    client.produce(TOPIC, &sent).unwrap();
    Teed::check(&teed.first, &sent);
    Teed::check(&teed.second, &sent);
}

#[test]
fn a_login_that_cannot_be_copied_ends_the_copies_and_nothing_else() {
    let mut teed = Teed::start(Listener::Sasl, "sasl: true");
    let [_, (user, password)] = USERS;
    let security = Security::default().sasl(Mechanism::ScramSha256, user, password);
    let sent = keyed_records(100);
    let client = Librdkafka::new(&teed.address).security(&security);
    client.produce(TOPIC, &sent).unwrap();
    Teed::check(&teed.first, &sent);
    teed.proxy
        .wait_for_log(
            "no more requests of a connection are copied",
            Duration::from_secs(10),
        )
        .unwrap();
}
