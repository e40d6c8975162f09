//! What do clients see of the cluster, and do large records pass?

use test_helpers::clients::{Client, Kcat, Librdkafka, check_round_trip, keyed_records};
use test_helpers::kafka::Listener;

use crate::setup::{ADVERTISE, Advertise, Fixture, in_front};

#[test]
fn clients_see_every_broker_under_its_id_at_the_proxy_of_its_rack() {
    let fixture = in_front(Advertise::Brokers, 3);
    for port in &fixture.ports {
        let said = Kcat::new(&format!("127.0.0.1:{port}"))
            .run(&["-L"], Vec::new())
            .unwrap();
        for (broker, port) in fixture.cluster.brokers().iter().zip(&fixture.ports) {
            let id = broker.id();
            let expected = format!("broker {id} at 127.0.1.{id}:{port}");
            assert!(said.contains(&expected), "{said}");
            let real = broker.address(Listener::Plaintext).unwrap();
            assert!(!said.contains(&real), "{said}");
        }
    }
}

#[test]
fn clients_see_proxies_and_no_broker_where_those_are_advertised() {
    let fixture = in_front(Advertise::Proxies, 2);
    for port in &fixture.ports {
        let said = Kcat::new(&format!("127.0.0.1:{port}"))
            .run(&["-L"], Vec::new())
            .unwrap();
        assert!(said.contains("2 brokers:"), "{said}");
        for (id, port) in fixture.ports.iter().enumerate() {
            let expected = format!("broker {id} at 127.0.0.1:{port}");
            assert!(said.contains(&expected), "{said}");
        }
    }
}

#[test]
fn records_of_5_mb_come_back() {
    for advertise in ADVERTISE {
        check_large_records(&in_front(advertise, 1));
    }
}

fn check_large_records(fixture: &Fixture) {
    let mut sent = keyed_records(12);
    for (record, filler) in sent.iter_mut().zip(b'a'..) {
        record.value = Some(vec![filler; 5_000_000]);
    }
    // Without idempotence a record that a broker refuses at first, as it may in a new topic, comes after later ones.
    let client = Librdkafka::new(&fixture.address)
        .set("message.max.bytes", "6000000")
        .set("enable.idempotence", "true");
    client.create_topic("large", 6, 3).unwrap();
    client.produce("large", &sent).unwrap();
    check_round_trip(&sent, &client.consume("large", sent.len()).unwrap()).unwrap();
}
