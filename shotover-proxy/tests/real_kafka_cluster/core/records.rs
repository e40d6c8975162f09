//! Do all clients read what they and others wrote, through one proxy as through several?

use std::thread;

use test_helpers::clients::{
    Client, Java, Kcat, Librdkafka, Python, check_round_trip, keyed_records,
};
use test_helpers::kafka::Cluster;

use crate::setup::{Front, Sink, fronts};

#[test]
fn what_one_client_writes_through_the_proxies_another_one_reads() {
    let cluster = Cluster::builder().brokers(3).start().unwrap();
    for proxies in 1..=3 {
        for front in &fronts(&cluster, proxies, Sink::of) {
            let mut clients = recent_clients(&front.address);
            clients.push(Box::new(Kcat::new(&front.address)));
            check_clients(front, &clients);
        }
    }
}

/// All but kcat, whose librdkafka is that of the distribution.
pub(crate) fn recent_clients(address: &str) -> Vec<Box<dyn Client + Sync>> {
    vec![
        Box::new(Librdkafka::new(address)),
        Box::new(Java::new(address).unwrap()),
        Box::new(Python::new(address)),
    ]
}

/// Each of the clients reads what another one wrote.
pub(crate) fn check_clients(front: &Front, clients: &[Box<dyn Client + Sync>]) {
    let address = &front.address;
    let sent = keyed_records(500);
    let consumers = clients.iter().cycle().skip(1);
    thread::scope(|scope| {
        for (number, (producer, consumer)) in clients.iter().zip(consumers).enumerate() {
            let topic = format!("clients-{}-{}-{number}", front.name(), front.ports.len());
            let (address, sent) = (address, &sent);
            scope.spawn(move || {
                Librdkafka::new(address).create_topic(&topic, 9, 3).unwrap();
                producer.produce(&topic, sent).unwrap();
                let received = consumer.consume(&topic, sent.len()).unwrap();
                check_round_trip(sent, &received).unwrap();
            });
        }
    });
}
