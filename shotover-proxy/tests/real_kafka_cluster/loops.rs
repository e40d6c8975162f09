//! Is everything that is consumed and produced again in transactions there once, whatever dies meanwhile?

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use test_helpers::clients::{Client, Java, Librdkafka, Program, Record, keyed_records};
use test_helpers::kafka::{Cluster, Listener, is_before_4};
use test_helpers::rdkafka::consumer::{BaseConsumer, Consumer};
use test_helpers::rdkafka::error::KafkaError;
use test_helpers::rdkafka::message::Message;
use test_helpers::rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use test_helpers::wait::wait_until;

use crate::coordinators::Coordinators;
use crate::copier::{BATCH, Copier};
use crate::setup::{Front, LIMIT, both};

const PARTITIONS: i32 = 6;
/// Records to copy.
const RECORDS: usize = 12_000;
/// Longest time for a copy of all.
const COPIED: Duration = Duration::from_secs(120);
/// What Kafka's copier says again and again.
const COPYING: &str = "totalProcessed";

/// Kafka's own program for this, which aborts some of its transactions on purpose.
fn kafka_copier(address: &str, name: &str) -> Result<Program> {
    let size = BATCH.to_string();
    let options = [
        ["--broker-list", address],
        ["--input-topic", "in"],
        // Not looked at by a member of a group.
        ["--input-partition", "0"],
        ["--output-topic", name],
        ["--consumer-group", name],
        ["--transactional-id", name],
        ["--transaction-size", &size],
    ];
    let switches = [
        "--group-mode",
        "--use-group-metadata",
        "--enable-random-aborts",
    ];
    let class = "org.apache.kafka.tools.TransactionalMessageCopier";
    Java::new(address)?.start(class, &[options.as_flattened(), &switches].concat())
}

/// All values of a topic that are committed.
fn committed(client: &Librdkafka, topic: &str) -> Result<Vec<Vec<u8>>> {
    let consumer: BaseConsumer = client
        .clone()
        .set("group.id", "checking")
        .set("isolation.level", "read_committed")
        .set("enable.partition.eof", "true")
        .create()?;
    let mut all = TopicPartitionList::new();
    for partition in 0..PARTITIONS {
        all.add_partition_offset(topic, partition, Offset::Beginning)?;
    }
    consumer.assign(&all)?;
    let (mut values, mut ends) = (Vec::new(), 0);
    wait_until("the end of every partition", LIMIT, || {
        while let Some(message) = consumer.poll(Duration::ZERO) {
            match message {
                Ok(message) => values.push(message.payload().unwrap_or_default().to_vec()),
                Err(KafkaError::PartitionEOF(_)) => ends += 1,
                Err(error) => return Err(error.into()),
            }
        }
        Ok((ends == PARTITIONS).then_some(()))
    })?;
    values.sort_unstable();
    Ok(values)
}

/// What is copied through proxies of both kinds.
struct Stage {
    cluster: Cluster,
    fronts: [Front; 2],
    sent: Vec<Record>,
}

impl Stage {
    fn set(copies: [&str; 2]) -> Self {
        let (cluster, fronts) = both(1);
        let direct = Librdkafka::new(&cluster.bootstrap(Listener::Plaintext).unwrap());
        for topic in ["in"].iter().chain(&copies) {
            direct.create_topic(topic, PARTITIONS, 3).unwrap();
        }
        let sent = keyed_records(RECORDS);
        direct.produce("in", &sent).unwrap();
        Self {
            cluster,
            fronts,
            sent,
        }
    }

    fn kill(&mut self, broker: usize) {
        self.cluster.broker(broker).unwrap().kill().unwrap();
    }

    #[track_caller]
    fn check(self, copies: [&str; 2]) {
        let values = self.sent.into_iter().filter_map(|record| record.value);
        let mut expected: Vec<Vec<u8>> = values.collect();
        expected.sort_unstable();
        for (topic, front) in copies.iter().zip(&self.fronts) {
            let copied = committed(&Librdkafka::new(&front.address), topic).unwrap();
            assert!(copied == expected, "{topic}: {} of {RECORDS}", copied.len());
        }
    }
}

/// The broker that dies coordinates the group of the loop that sees brokers.
#[test]
fn what_loops_of_kafkas_own_program_copy_is_there_once_though_a_broker_dies() {
    let copies = ["java-0", "java-1"];
    let mut stage = Stage::set(copies);
    let dying = Coordinators::of(&stage.cluster)
        .unwrap()
        .of_group(copies[0]);
    let programs = copies.iter().zip(&stage.fronts);
    let mut programs: Vec<Program> = programs
        .map(|(name, front)| kafka_copier(&front.address, name).unwrap())
        .collect();
    for program in &mut programs {
        program.wait_for_lines(COPYING, 2, LIMIT).unwrap();
    }
    stage.kill(dying);
    for program in &mut programs {
        program.wait(COPIED).unwrap();
    }
    if !is_before_4().unwrap() {
        stage.fronts.iter().for_each(check_transaction_version_2);
    }
    stage.check(copies);
}

/// A client that was told of transaction.version 2 (KIP-890) leaves it to the brokers to add partitions and groups to
/// its transactions.
#[track_caller]
fn check_transaction_version_2(front: &Front) {
    for used in ["EndTxn", "TxnOffsetCommit"] {
        assert!(front.requests(used).unwrap() > 0.0, "{used} was not used");
    }
    for spared in ["AddPartitionsToTxn", "AddOffsetsToTxn"] {
        assert_eq!(front.requests(spared).unwrap(), 0.0, "{spared}");
    }
}

/// The broker that dies coordinates the group of the loop that sees proxies, but nothing of the one that sees brokers:
/// librdkafka 2.12 may not survive the coordinator of its group, with or without a proxy. Its producer keeps who that is
/// until the broker fails a commit of offsets, and waits without end for a broker that has left the metadata by then,
/// which it has if the markers of the transaction before wait for a new leader.
#[test]
fn what_loops_of_librdkafka_copy_is_there_once_though_a_broker_dies() {
    let copies = ["native-0", "native-1"];
    let mut stage = Stage::set(copies);
    let coordinators = Coordinators::of(&stage.cluster).unwrap();
    let dying = coordinators.of_group(copies[1]);
    let groups = [
        coordinators.group_elsewhere(copies[0], dying),
        copies[1].to_owned(),
    ];
    let addresses = stage.fronts.each_ref().map(|front| front.address.clone());
    let native = [0, 1].map(|place| Copier {
        name: copies[place],
        group: groups[place].clone(),
        transactional_id: coordinators.transactional_id_elsewhere(copies[place], dying),
        from: "in",
        records: RECORDS,
        copied: AtomicUsize::new(0),
    });
    thread::scope(|scope| {
        let copying: Vec<_> = native
            .iter()
            .zip(&addresses)
            .map(|(copier, address)| scope.spawn(|| copier.run(&Librdkafka::new(address))))
            .collect();
        let copied = || {
            native
                .each_ref()
                .map(|copier| copier.copied.load(Ordering::Relaxed))
        };
        let more_than = |done: [usize; 2]| {
            wait_until("the loops go on", LIMIT, || {
                let ended = copying.iter().any(thread::ScopedJoinHandle::is_finished);
                let both = copied().iter().zip(done).all(|(now, done)| *now > done);
                Ok((both || ended).then_some(()))
            })
            .with_context(|| format!("{:?} are copied", copied()))
        };
        more_than([5 * BATCH; 2]).unwrap();
        stage.kill(dying);
        println!("a broker is killed when these are copied: {:?}", copied());
        more_than(copied().map(|copied| copied + 2 * BATCH)).unwrap();
        for copying in copying {
            copying.join().unwrap().unwrap();
        }
    });
    stage.check(copies);
}
