//! Does a producer that tries again only a few times outlive the death of a leader, as it does without a proxy?
//!
//! Kafka's console producer has three retries, a tenth of a second apart. It takes the cluster nine seconds to see that a
//! broker is gone.

use std::time::Duration;

use test_helpers::clients::{Client, Java, Librdkafka, Program};
use test_helpers::kafka::Listener;

use crate::setup::{Front, both};

const RECORDS: usize = 2_000;

/// Records a second: for twenty seconds.
const RATE: &str = "100";

/// What the console producer has.
const PROPERTIES: [&str; 4] = [
    "acks=all",
    "retries=3",
    "retry.backoff.ms=100",
    "request.timeout.ms=1500",
];

fn start(java: &Java, front: &Front) -> Program {
    let bootstrap = format!("bootstrap.servers={}", front.address);
    let count = RECORDS.to_string();
    let what = ["--topic", front.name(), "--num-records", &count];
    let how = [
        "--throughput",
        RATE,
        "--record-size",
        "10",
        "--producer-props",
    ];
    let arguments = [&what[..], &how, &PROPERTIES, &[&bootstrap]].concat();
    java.start("org.apache.kafka.tools.ProducerPerformance", &arguments)
        .unwrap()
}

#[test]
fn three_retries_are_enough_when_a_leader_dies() {
    let (mut cluster, fronts) = both(1);
    let brokers = cluster.bootstrap(Listener::Plaintext).unwrap();
    let java = Java::new(&brokers).unwrap();
    let ids: Vec<String> = cluster
        .brokers()
        .iter()
        .map(|it| it.id().to_string())
        .collect();
    for front in &fronts {
        // Led by the first broker.
        let replicas = ids.join(":");
        let made = [
            "--create",
            "--topic",
            front.name(),
            "--replica-assignment",
            &replicas,
        ];
        java.tool("org.apache.kafka.tools.TopicCommand", &made, "")
            .unwrap();
    }
    let mut producers = fronts.each_ref().map(|front| start(&java, front));
    for producer in &mut producers {
        // It says so every five seconds.
        producer
            .wait_for_lines("records sent", 1, Duration::from_secs(60))
            .unwrap();
    }
    cluster.broker(0).unwrap().kill().unwrap();
    for producer in &mut producers {
        producer.wait(Duration::from_secs(120)).unwrap();
    }
    let client = Librdkafka::new(&cluster.brokers()[1].address(Listener::Plaintext).unwrap());
    for front in &fronts {
        let records = client.consume(front.name(), RECORDS).unwrap();
        assert_eq!(records.len(), RECORDS, "{}", front.name());
    }
}
