//! Do groups of all kinds find their coordinators and divide the work?

use std::collections::BTreeSet;
use std::time::Duration;
use test_helpers::clients::{Client, Java, Librdkafka, keyed_records};
use test_helpers::rdkafka::consumer::{BaseConsumer, Consumer};
use test_helpers::rdkafka::message::Message;
use test_helpers::wait::wait_until;

use crate::setup::{ADVERTISE, Fixture, LIMIT, fixture, in_front};

#[test]
fn the_members_of_a_group_of_either_protocol_share_the_partitions() {
    for advertise in ADVERTISE {
        check_groups(&in_front(advertise, 2));
    }
}

fn check_groups(fixture: &Fixture) {
    let client = Librdkafka::new(&fixture.address);
    for protocol in ["classic", "consumer"] {
        let topic = format!("group-{protocol}");
        client.create_topic(&topic, 6, 3).unwrap();
        let sent = keyed_records(600);
        client.produce(&topic, &sent).unwrap();
        let config = client
            .clone()
            .set("group.id", &topic)
            .set("group.protocol", protocol);
        let members: Vec<BaseConsumer> = (0..3).map(|_| config.create().unwrap()).collect();
        for member in &members {
            member.subscribe(&[&topic]).unwrap();
        }
        let (mut seen, mut owners) = (BTreeSet::new(), BTreeSet::new());
        wait_until("all records and all members", LIMIT, || {
            for (number, member) in members.iter().enumerate() {
                if let Some(message) = member.poll(Duration::from_millis(20)) {
                    seen.insert(message?.payload().unwrap_or_default().to_vec());
                }
                owners.extend((member.assignment()?.count() == 2).then_some(number));
            }
            Ok((seen.len() == sent.len() && owners.len() == members.len()).then_some(()))
        })
        .unwrap();
    }
}

#[test]
fn a_share_group_reads_every_record() {
    let fixture = fixture();
    let client = Librdkafka::new(&fixture.address);
    client.create_topic("shared", 6, 3).unwrap();
    let java = Java::new(&fixture.address).unwrap();
    // A share group begins at the end of a topic unless it is told otherwise.
    java.tool(
        "kafka.admin.ConfigCommand",
        &[
            "--alter",
            "--entity-type",
            "groups",
            "--entity-name",
            "sharers",
            "--add-config",
            "share.auto.offset.reset=earliest",
        ],
        "",
    )
    .unwrap();
    let sent = keyed_records(300);
    client.produce("shared", &sent).unwrap();
    let options = [
        "--topic",
        "shared",
        "--group",
        "sharers",
        "--max-messages",
        "300",
        "--timeout-ms",
        "40000",
    ];
    let said = java
        .tool(
            "org.apache.kafka.tools.consumer.ConsoleShareConsumer",
            &options,
            "",
        )
        .unwrap();
    let seen: BTreeSet<&str> = said
        .lines()
        .filter(|line| line.starts_with("value-"))
        .collect();
    assert_eq!(seen.len(), sent.len(), "{said}");
}
