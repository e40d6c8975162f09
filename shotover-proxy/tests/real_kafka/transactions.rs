//! Producers that promise more than that a record arrives.

use std::thread;
use std::time::Duration;

use test_helpers::clients::{Client, Librdkafka, check_round_trip, keyed_records};
use test_helpers::kafka::{Cluster, Listener};
use test_helpers::ports::free_port;
use test_helpers::rdkafka::producer::{BaseProducer, BaseRecord, Producer};

use crate::setup::{Fixture, LIMIT, fixture, proxy_at};

#[test]
fn readers_of_committed_records_see_no_others() {
    let Fixture {
        proxy: _proxy,
        cluster: _cluster,
        address,
    } = fixture().unwrap();
    let client = Librdkafka::new(&address);
    client.create_topic("accounts", 3, 1).unwrap();
    let producer: BaseProducer = client
        .clone()
        .set("transactional.id", "teller")
        .create()
        .unwrap();
    producer.init_transactions(LIMIT).unwrap();
    let sent = keyed_records(300);
    let mut committed = Vec::new();
    for (number, part) in sent.chunks(50).enumerate() {
        producer.begin_transaction().unwrap();
        for record in part {
            let (key, value) = (record.key.as_ref(), record.value.as_ref());
            let record = BaseRecord::to("accounts").key(key.unwrap());
            let sent = producer.send(record.payload(value.unwrap()));
            sent.map_err(|(error, _)| error).unwrap();
        }
        if number % 2 == 0 {
            producer.commit_transaction(LIMIT).unwrap();
            committed.extend_from_slice(part);
        } else {
            producer.flush(LIMIT).unwrap();
            producer.abort_transaction(LIMIT).unwrap();
        }
    }
    for record in &mut committed {
        record.headers.clear();
    }
    let reader = client.set("isolation.level", "read_committed");
    let received = reader.consume("accounts", committed.len()).unwrap();
    check_round_trip(&committed, &received).unwrap();
}

#[test]
fn a_proxy_that_is_killed_again_and_again_loses_and_repeats_nothing_of_an_idempotent_producer() {
    let cluster = Cluster::builder().start().unwrap();
    let direct = cluster.bootstrap(Listener::Plaintext).unwrap();
    let direct = Librdkafka::new(&direct);
    direct.create_topic("once", 3, 1).unwrap();
    let address = format!("127.0.0.1:{}", free_port().unwrap());
    let broker = cluster.brokers()[0].port(Listener::Plaintext).unwrap();
    let start = || proxy_at(&address, "", &format!("destination_port: {broker}")).unwrap();
    let producer = Librdkafka::new(&address)
        .set("enable.idempotence", "true")
        .set("reconnect.backoff.max.ms", "100")
        // Many requests, so that some are on their way whenever the proxy is killed.
        .set("batch.num.messages", "50");
    let sent = keyed_records(20_000);
    let mut proxy = start();
    thread::scope(|scope| {
        let producing = scope.spawn(|| producer.produce("once", &sent).unwrap());
        let mut killed = 0;
        while !producing.is_finished() && killed < 10 {
            thread::sleep(Duration::from_millis(300));
            proxy.kill().unwrap();
            proxy = start();
            killed += 1;
        }
        producing.join().unwrap();
        println!("killed {killed} times");
        assert!(killed > 2, "{killed}");
    });
    check_round_trip(&sent, &direct.consume("once", sent.len()).unwrap()).unwrap();
}
