//! Consumers of one group behind the proxy.

use std::time::Duration;

use anyhow::Result;
use test_helpers::clients::{Client, Librdkafka, Record, keyed_records};
use test_helpers::rdkafka::Message;
use test_helpers::rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use test_helpers::wait::wait_until;

use crate::setup::{Fixture, LIMIT, fixture};

/// How long one call into librdkafka may block.
const POLL: Duration = Duration::from_millis(20);

/// A member of a group, which has subscribed to `topic`.
fn member(address: &str, topic: &str) -> Result<BaseConsumer> {
    let client = Librdkafka::new(address)
        .set("group.id", "members")
        .set("enable.auto.commit", "false");
    let consumer: BaseConsumer = client.create()?;
    consumer.subscribe(&[topic])?;
    Ok(consumer)
}

/// The next `count` values that these members get, sorted.
fn values(members: &[&BaseConsumer], count: usize) -> Result<Vec<Vec<u8>>> {
    let mut values = Vec::new();
    wait_until("the records arrive", LIMIT, || {
        for member in members {
            while let Some(message) = member.poll(POLL) {
                values.push(message?.payload().unwrap_or_default().to_vec());
            }
        }
        Ok((values.len() >= count).then_some(()))
    })?;
    values.sort();
    Ok(values)
}

fn sorted(records: &[Record]) -> Vec<Vec<u8>> {
    let values = records.iter().filter_map(|record| record.value.clone());
    let mut values: Vec<_> = values.collect();
    values.sort();
    values
}

#[test]
fn a_group_goes_on_where_it_was() {
    let Fixture {
        proxy: _proxy,
        cluster: _cluster,
        address,
    } = fixture().unwrap();
    let client = Librdkafka::new(&address);
    client.create_topic("resumed", 3, 1).unwrap();
    let records = keyed_records(200);
    for part in records.chunks(100) {
        client.produce("resumed", part).unwrap();
        let member = member(&address, "resumed").unwrap();
        assert_eq!(values(&[&member], 100).unwrap(), sorted(part));
        member.commit_consumer_state(CommitMode::Sync).unwrap();
    }
}

#[test]
fn two_members_of_a_group_share_the_partitions() {
    let Fixture {
        proxy: _proxy,
        cluster: _cluster,
        address,
    } = fixture().unwrap();
    let client = Librdkafka::new(&address);
    client.create_topic("shared", 6, 1).unwrap();
    let members = [(); 2].map(|()| member(&address, "shared").unwrap());
    wait_until("each member has half of the partitions", LIMIT, || {
        let mut assigned = Vec::new();
        for member in &members {
            drop(member.poll(POLL).transpose()?);
            assigned.push(member.assignment()?.count());
        }
        Ok((assigned == [3, 3]).then_some(()))
    })
    .unwrap();
    let sent = keyed_records(500);
    client.produce("shared", &sent).unwrap();
    let [first, second] = &members;
    assert_eq!(values(&[first, second], 500).unwrap(), sorted(&sent));
}
