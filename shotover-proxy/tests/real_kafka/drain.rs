//! A proxy that ends under the hands of its clients.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use test_helpers::clients::{Acknowledged, Client, Librdkafka, Stored};
use test_helpers::kafka::Listener;
use test_helpers::rdkafka::consumer::{BaseConsumer, Consumer};
use test_helpers::rdkafka::producer::{BaseRecord, Producer, ThreadedProducer};
use test_helpers::wait::wait_until;

use crate::setup::{Fixture, LIMIT, fixture};

const PARTITIONS: i32 = 3;

/// Records that have to flow before the proxy is told to end.
const FLOW: usize = 500;

/// Sends records, each with another value, until it is told to stop.
fn send(producer: &ThreadedProducer<Acknowledged>, stop: &AtomicBool) {
    for number in 0u64.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let value = number.to_string();
        let record = BaseRecord::<(), str>::to("drain").payload(&value);
        if producer.send(record).is_err() {
            // There are as many on their way as there may be.
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

#[test]
fn a_proxy_that_is_told_to_end_while_records_flow_loses_no_acknowledged_one() {
    let Fixture {
        mut proxy,
        cluster,
        address,
    } = fixture().unwrap();
    let direct = Librdkafka::new(&cluster.bootstrap(Listener::Plaintext).unwrap());
    direct.create_topic("drain", PARTITIONS, 1).unwrap();
    // Records that find no proxy any more are given up soon.
    let producer: ThreadedProducer<Acknowledged> = Librdkafka::new(&address)
        .set("message.timeout.ms", "3000")
        .set("queue.buffering.max.messages", "1000")
        .config()
        .create_with_context(Acknowledged::default())
        .unwrap();
    let stop = AtomicBool::new(false);
    let status = std::thread::scope(|scope| {
        scope.spawn(|| send(&producer, &stop));
        wait_until("records flow", LIMIT, || {
            Ok((producer.context().records().len() >= FLOW).then_some(()))
        })
        .unwrap();
        let status = proxy.terminate(LIMIT).unwrap();
        stop.store(true, Ordering::Relaxed);
        status
    });
    assert!(status.success(), "{status}");
    producer.flush(LIMIT).unwrap();

    // All of them can be read from the broker itself, where it said that they are.
    let consumer: BaseConsumer = direct.clone().create().unwrap();
    let ends = (0..PARTITIONS).map(|partition| {
        let watermarks = consumer.fetch_watermarks("drain", partition, LIMIT);
        usize::try_from(watermarks.unwrap().1).unwrap()
    });
    let received = direct.consume("drain", ends.sum()).unwrap().into_iter();
    let stored: Stored = received
        .map(|received| {
            let value = received.record.value.unwrap_or_default();
            (received.partition, received.offset, value.to_vec())
        })
        .collect();
    let acknowledged = producer.context().records();
    let lost: Vec<_> = acknowledged.difference(&stored).collect();
    assert!(
        lost.is_empty(),
        "{} of {}: {lost:?}",
        lost.len(),
        acknowledged.len()
    );
}
