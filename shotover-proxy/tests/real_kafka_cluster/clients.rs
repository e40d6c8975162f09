//! Do all clients read what they and others wrote?

use std::collections::BTreeSet;
use std::time::Duration;
use test_helpers::clients::{
    Client, Java, Kcat, Librdkafka, Python, check_round_trip, keyed_records,
};
use test_helpers::kafka::Listener;
use test_helpers::rdkafka::consumer::{BaseConsumer, Consumer};
use test_helpers::rdkafka::message::Message;
use test_helpers::rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use test_helpers::wait::wait_until;

use crate::setup::{ADVERTISE, Advertise, Fixture, LIMIT, in_front};

#[test]
fn what_one_client_writes_through_the_proxies_another_one_reads() {
    for advertise in ADVERTISE {
        check_clients(advertise);
    }
}

fn check_clients(advertise: Advertise) {
    let fixture = in_front(advertise, 2);
    let address = &fixture.address;
    let clients: Vec<Box<dyn Client>> = vec![
        Box::new(Librdkafka::new(address)),
        Box::new(Java::new(address).unwrap()),
        Box::new(Python::new(address)),
        Box::new(Kcat::new(address)),
    ];
    let admin = Librdkafka::new(address);
    let sent = keyed_records(500);
    let consumers = clients.iter().cycle().skip(1);
    for (number, (producer, consumer)) in clients.iter().zip(consumers).enumerate() {
        let topic = format!("clients-{number}");
        admin.create_topic(&topic, 9, 3).unwrap();
        producer.produce(&topic, &sent).unwrap();
        check_round_trip(&sent, &consumer.consume(&topic, sent.len()).unwrap()).unwrap();
    }
}

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

#[test]
fn what_a_transaction_aborts_nobody_reads() {
    for advertise in ADVERTISE {
        check_transactions(&in_front(advertise, 1));
    }
}

fn check_transactions(fixture: &Fixture) {
    let client = Librdkafka::new(&fixture.address);
    client.create_topic("transactions", 6, 3).unwrap();
    let producer: BaseProducer = client
        .clone()
        .set("transactional.id", "t")
        .create()
        .unwrap();
    producer.init_transactions(LIMIT).unwrap();
    let mut committed = BTreeSet::new();
    for round in 0..10 {
        producer.begin_transaction().unwrap();
        for number in 0..50 {
            let value = format!("{round}-{number}").into_bytes();
            let record = BaseRecord::<[u8], [u8]>::to("transactions")
                .key(&value)
                .payload(&value);
            producer.send(record).unwrap();
            committed.extend((round % 2 == 0).then_some(value));
        }
        if round % 2 == 0 {
            producer.commit_transaction(LIMIT).unwrap();
        } else {
            producer.flush(LIMIT).unwrap();
            producer.abort_transaction(LIMIT).unwrap();
        }
    }
    let consumer: BaseConsumer = client
        .set("group.id", "transactions")
        .set("isolation.level", "read_committed")
        .create()
        .unwrap();
    consumer.subscribe(&["transactions"]).unwrap();
    let mut seen = BTreeSet::new();
    wait_until("what was committed is read", LIMIT, || {
        if let Some(message) = consumer.poll(Duration::from_millis(100)) {
            assert!(seen.insert(message?.payload().unwrap_or_default().to_vec()));
        }
        Ok((seen.len() >= committed.len()).then_some(()))
    })
    .unwrap();
    assert_eq!(seen, committed);
}
