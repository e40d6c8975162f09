//! Do all clients read what they and others wrote?

use test_helpers::clients::{
    Client, Java, Kcat, Librdkafka, Python, check_round_trip, keyed_records,
};

use crate::setup::{Front, both};

#[test]
fn what_one_client_writes_through_the_proxies_another_one_reads() {
    let (_cluster, fronts) = both(2);
    for front in &fronts {
        check_clients(front);
    }
}

fn check_clients(front: &Front) {
    let address = &front.address;
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
        let topic = format!("clients-{}-{number}", front.name());
        admin.create_topic(&topic, 9, 3).unwrap();
        producer.produce(&topic, &sent).unwrap();
        check_round_trip(&sent, &consumer.consume(&topic, sent.len()).unwrap()).unwrap();
    }
}
