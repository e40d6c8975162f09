//! Do readers of committed records see those alone?

use std::collections::BTreeSet;
use std::time::Duration;

use test_helpers::clients::Librdkafka;
use test_helpers::rdkafka::consumer::{BaseConsumer, Consumer};
use test_helpers::rdkafka::message::Message;
use test_helpers::rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use test_helpers::wait::wait_until;

use crate::setup::{Front, LIMIT, both};

#[test]
fn what_a_transaction_aborts_nobody_reads() {
    let (_cluster, fronts) = both(1);
    for front in &fronts {
        check_transactions(front);
    }
}

/// What is aborted nobody reads.
pub(crate) fn check_transactions(front: &Front) {
    let client = Librdkafka::new(&front.address);
    let topic = &format!("transactions-{}", front.name());
    client.create_topic(topic, 6, 3).unwrap();
    let producer: BaseProducer = client
        .clone()
        .set("transactional.id", topic)
        .create()
        .unwrap();
    producer.init_transactions(LIMIT).unwrap();
    let mut committed = BTreeSet::new();
    for round in 0..10 {
        producer.begin_transaction().unwrap();
        for number in 0..50 {
            let value = format!("{round}-{number}").into_bytes();
            let record = BaseRecord::<[u8], [u8]>::to(topic)
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
        .set("group.id", topic)
        .set("isolation.level", "read_committed")
        .create()
        .unwrap();
    consumer.subscribe(&[topic]).unwrap();
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
