//! A proxy that ends under the hands of its clients.

use std::sync::atomic::{AtomicUsize, Ordering};

use test_helpers::clients::{Client, Librdkafka, keyed_records};
use test_helpers::kafka::Listener;
use test_helpers::wait::wait_until;

use crate::setup::{Fixture, LIMIT, fixture};

/// Records produced at a time.
const PART: usize = 500;

#[test]
fn a_proxy_that_is_told_to_end_while_records_flow_loses_no_acknowledged_one() {
    let Fixture {
        mut proxy,
        cluster,
        address,
    } = fixture().unwrap();
    let broker = cluster.bootstrap(Listener::Plaintext).unwrap();
    Librdkafka::new(&broker)
        .create_topic("drain", 3, 1)
        .unwrap();
    // Records that find no proxy any more are given up soon.
    let client = Librdkafka::new(&address).set("message.timeout.ms", "3000");
    let acknowledged = AtomicUsize::new(0);
    let status = std::thread::scope(|scope| {
        scope.spawn(|| {
            while client.produce("drain", &keyed_records(PART)).is_ok() {
                acknowledged.fetch_add(PART, Ordering::Relaxed);
            }
        });
        wait_until("records flow", LIMIT, || {
            Ok((acknowledged.load(Ordering::Relaxed) > 0).then_some(()))
        })
        .unwrap();
        proxy.terminate(LIMIT).unwrap()
    });
    assert!(status.success(), "{status}");
    // As many as were acknowledged can be read from the broker itself.
    let acknowledged = acknowledged.into_inner();
    Librdkafka::new(&broker)
        .consume("drain", acknowledged)
        .unwrap();
}
