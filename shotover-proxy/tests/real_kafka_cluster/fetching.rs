//! Do consumers get records from the brokers they are to come from, and go on when there were none for a while?

use std::time::Duration;

use test_helpers::clients::{Client, Java, Librdkafka, check_round_trip, keyed_records};
use test_helpers::kafka::{Cluster, Listener};

use crate::setup::{ADVERTISE, Advertise, Front, LIMIT, Sink, in_front};

/// Kafka takes nine seconds to find that a leader is gone, and to make another broker the leader. Until then nobody but
/// replicas has its records.
const LEADER_IS_NOT_MISSED: Duration = Duration::from_secs(5);

#[test]
fn a_consumer_reads_from_the_replica_in_its_rack_while_the_leader_stands_still() {
    let mut fixture = in_front(Advertise::Proxies, 1);
    let client = Librdkafka::new(&fixture.address).set("batch.num.messages", "10");
    client.create_topic("racked", 1, 3).unwrap();
    client.produce("racked", &keyed_records(2_000)).unwrap();
    let bootstrap = fixture.cluster.bootstrap(Listener::Plaintext).unwrap();
    let leader = Librdkafka::new(&bootstrap).leader("racked", 0).unwrap();
    let mut brokers = fixture.cluster.brokers().iter();
    let leader = brokers.position(|broker| broker.id() == leader).unwrap();
    let rack = fixture.cluster.brokers()[(leader + 1) % 3].rack();
    // Hardly more than what was received is fetched ahead. What the consumer asks about the cluster, its leader does not
    // answer either.
    let consumer = Librdkafka::new(&fixture.address)
        .set("client.rack", rack)
        .set("fetch.message.max.bytes", "1000")
        .set("queued.min.messages", "1")
        .set("fetch.queue.backoff.ms", "0")
        .set("topic.metadata.refresh.interval.ms", "20")
        .assigned("racked", 0)
        .unwrap();
    assert_eq!(consumer.receive(50, LIMIT), 50);
    let broker = fixture.cluster.broker(leader).unwrap();
    broker.pause().unwrap();
    let received = consumer.receive(1_000, LEADER_IS_NOT_MISSED);
    broker.resume().unwrap();
    assert_eq!(received, 1_000);
}

#[test]
fn a_consumer_reads_through_the_proxy_in_its_rack_what_is_led_in_another() {
    let cluster = Cluster::builder().brokers(3).start().unwrap();
    // Each is in the rack of one broker.
    let front = Front::start(&cluster, 3, Sink::of(Advertise::Proxies)).unwrap();
    let client = Librdkafka::new(&front.address).set("batch.num.messages", "10");
    client.create_topic("near", 1, 3).unwrap();
    client.produce("near", &keyed_records(2_000)).unwrap();
    let leader = client.leader("near", 0).unwrap();
    let leader = usize::try_from(leader).unwrap();
    let near = (leader + 1) % 3;
    let consumer = Librdkafka::new(&front.address)
        .set("client.rack", cluster.brokers()[near].rack())
        .set("fetch.message.max.bytes", "1000")
        .set("queued.min.messages", "1")
        .set("fetch.queue.backoff.ms", "0")
        .assigned("near", 0)
        .unwrap();
    assert_eq!(consumer.receive(50, LIMIT), 50);
    let fetches = || [leader, near].map(|local| front.requests_to(local, "Fetch").unwrap());
    let [of_leader, of_near] = fetches();
    assert_eq!(consumer.receive(1_000, LIMIT), 1_000);
    let [of_leader_then, of_near_then] = fetches();
    assert!(of_near_then > of_near, "{of_near} and {of_near_then}");
    assert_eq!(of_leader_then, of_leader);
}

/// Java's consumer asks every half second, and goes on with the fetch session that it got with the first answer.
const SEVERAL_POLLS: Duration = Duration::from_secs(3);

#[test]
fn a_consumer_of_many_partitions_goes_on_after_a_while_without_records() {
    for advertise in ADVERTISE {
        let fixture = in_front(advertise, 1);
        let client = Librdkafka::new(&fixture.address);
        client.create_topic("quiet", 60, 3).unwrap();
        let java = Java::new(&fixture.address).unwrap();
        let records = keyed_records(300);
        let received = std::thread::scope(|scope| {
            let consuming = scope.spawn(|| java.consume("quiet", 300));
            for some in records.chunks(100) {
                client.produce("quiet", some).unwrap();
                std::thread::sleep(SEVERAL_POLLS);
            }
            consuming.join().unwrap()
        });
        check_round_trip(&records, &received.unwrap()).unwrap();
    }
}
