//! Is a record that was acknowledged there once, and in order, whatever died meanwhile?

use std::time::Duration;
use test_helpers::clients::{Client, Librdkafka, Record, check_round_trip, keyed_records};

use crate::setup::{ADVERTISE, Fixture, in_front};

/// Records whose values end with `mark`.
fn marked_records(mark: &str) -> Vec<Record> {
    let mut records = keyed_records(200);
    for record in &mut records {
        if let Some(value) = &mut record.value {
            value.extend(mark.bytes());
        }
    }
    records
}

/// Produces some records again and again, and returns all of them.
fn produce(client: &Librdkafka, topic: &str, round: usize) -> Vec<Record> {
    let parts = (0..20).map(|part| {
        let records = marked_records(&format!("-{round}-{part}"));
        client.produce(topic, &records).unwrap();
        records
    });
    parts.flatten().collect()
}

fn idempotent(address: &str) -> Librdkafka {
    Librdkafka::new(address)
        .set("enable.idempotence", "true")
        .set("message.timeout.ms", "120000")
}

#[test]
fn brokers_that_die_or_stall_and_come_back_cost_no_acknowledged_record() {
    for advertise in ADVERTISE {
        check_outages(in_front(advertise, 1));
    }
}

fn check_outages(mut fixture: Fixture) {
    let client = idempotent(&fixture.address);
    client.create_topic("outages", 6, 3).unwrap();
    let mut sent: Vec<Record> = Vec::new();
    for round in 0..6 {
        let broker = fixture.cluster.broker(round % 3).unwrap();
        std::thread::scope(|scope| {
            let producing = scope.spawn(|| produce(&client, "outages", round));
            if round % 2 == 0 {
                broker.kill().unwrap();
                std::thread::sleep(Duration::from_millis(500));
                broker.start().unwrap();
            } else {
                broker.pause().unwrap();
                std::thread::sleep(Duration::from_secs(2));
                broker.resume().unwrap();
            }
            sent.extend(producing.join().unwrap());
        });
        fixture.cluster.wait_until_in_sync("outages").unwrap();
    }
    let received = client.consume("outages", sent.len()).unwrap();
    check_round_trip(&sent, &received).unwrap();
}

#[test]
fn a_proxy_that_dies_costs_no_acknowledged_record() {
    for advertise in ADVERTISE {
        check_dying_proxy(in_front(advertise, 2));
    }
}

fn check_dying_proxy(mut fixture: Fixture) {
    let client = idempotent(&fixture.address);
    client.create_topic("proxies", 6, 3).unwrap();
    let mut sent = produce(&client, "proxies", 0);
    let mut dying = fixture.proxies.remove(0);
    std::thread::scope(|scope| {
        let producing = scope.spawn(|| produce(&client, "proxies", 1));
        dying.kill().unwrap();
        sent.extend(producing.join().unwrap());
    });
    let received = client.consume("proxies", sent.len()).unwrap();
    check_round_trip(&sent, &received).unwrap();
}
