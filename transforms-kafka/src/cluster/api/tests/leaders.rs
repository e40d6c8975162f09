//! Is it seen who leads which partition?

use super::build::{answer, fields, full, list, request};
use crate::cluster::api::observe;
use crate::cluster::view::{BrokerSeen, Leader, Observation, RackSeen, TopicKey};
use bytes::Bytes;
use kafka_protocol::messages::BrokerId;
use shotover::wire::value::{Structure, Value};
use shotover::wire::{ApiKey, ErrorCode};

const ASKED: BrokerId = BrokerId(3);

#[track_caller]
fn check(key: ApiKey, version: i16, said: &Structure, expected: &[Observation]) {
    let request = request(key, version, &fields());
    let answer = answer(&request, said);
    let seen = observe(&request, &answer, Some(ASKED));
    assert_eq!(seen.as_deref(), Ok(expected), "{key} v{version}");
}

fn name() -> TopicKey {
    TopicKey::Name(Bytes::from_static(b"t"))
}

fn id() -> TopicKey {
    TopicKey::Id([7; 16])
}

fn not_leader(topic: TopicKey) -> Observation {
    Observation::NotLeader {
        topic,
        partition: 5,
        broker: ASKED,
    }
}

fn led(topic: TopicKey, id: i32, epoch: Option<i32>) -> Observation {
    Observation::Leader {
        topic,
        partition: 5,
        leader: Leader {
            broker: BrokerId(id),
            epoch,
        },
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the APIs that lead here are listed below, most of them alike"
)]
/// An answer about partition 4, which is well, and partition 5, which is not.
fn said(key: ApiKey, error: ErrorCode, hint: Option<(i32, i32)>) -> Structure {
    let number = match key {
        ApiKey::Produce => "Index",
        ApiKey::OffsetForLeaderEpoch => "Partition",
        _ => "PartitionIndex",
    };
    let partition = |index: i32| fields().with(number, index);
    let mut failed = partition(5).with("ErrorCode", error);
    if let Some((id, epoch)) = hint {
        let leader = fields().with("LeaderId", id).with("LeaderEpoch", epoch);
        failed.set("CurrentLeader", leader);
    }
    let partitions = list([partition(4), failed]);
    let (topics, name, array) = match key {
        ApiKey::Produce => ("Responses", Some("Name"), "PartitionResponses"),
        ApiKey::Fetch => ("Responses", Some("Topic"), "Partitions"),
        ApiKey::ShareFetch | ApiKey::ShareAcknowledge => ("Responses", None, "Partitions"),
        ApiKey::OffsetForLeaderEpoch => ("Topics", Some("Topic"), "Partitions"),
        _ => ("Topics", Some("Name"), "Partitions"),
    };
    let mut topic = fields().with(array, partitions);
    if let Some(name) = name {
        topic.set(name, "t");
    }
    if topics == "Responses" {
        topic.set("TopicId", Value::Uuid([7; 16]));
    }
    let topics_list = list([topic]);
    match key {
        ApiKey::WriteTxnMarkers => {
            fields().with("Markers", list([fields().with(topics, topics_list)]))
        }
        _ => fields().with(topics, topics_list),
    }
}

const BY_NAME: [(ApiKey, i16); 7] = [
    (ApiKey::Produce, 12),
    (ApiKey::Fetch, 12),
    (ApiKey::ListOffsets, 11),
    (ApiKey::OffsetForLeaderEpoch, 4),
    (ApiKey::DeleteRecords, 2),
    (ApiKey::DescribeProducers, 0),
    (ApiKey::WriteTxnMarkers, 1),
];

const BY_ID: [(ApiKey, i16); 4] = [
    (ApiKey::Produce, 13),
    (ApiKey::Fetch, 13),
    (ApiKey::ShareFetch, 1),
    (ApiKey::ShareAcknowledge, 1),
];

#[test]
fn a_broker_that_does_not_lead_a_partition_says_so_in_every_version() {
    for ((key, last), topic) in BY_NAME.map(|of| (of, name())) {
        for version in *key.versions().start()..=last {
            let said = said(key, ErrorCode::NOT_LEADER_OR_FOLLOWER, None);
            check(key, version, &said, &[not_leader(topic.clone())]);
        }
    }
    for ((key, first), topic) in BY_ID.map(|of| (of, id())) {
        for version in first..=*key.versions().end() {
            let hint = key == ApiKey::ShareFetch || key == ApiKey::ShareAcknowledge;
            let hint = hint.then_some((-1, -1));
            let said = said(key, ErrorCode::NOT_LEADER_OR_FOLLOWER, hint);
            check(key, version, &said, &[not_leader(topic.clone())]);
        }
    }
}

#[test]
fn a_new_leader_is_taken_from_the_answer() {
    let hints = [
        (ApiKey::Produce, 10, name()),
        (ApiKey::Produce, 13, id()),
        (ApiKey::Fetch, 12, name()),
        (ApiKey::Fetch, 18, id()),
        (ApiKey::ShareFetch, 2, id()),
        (ApiKey::ShareAcknowledge, 1, id()),
    ];
    for (key, version, topic) in hints {
        for error in [
            ErrorCode::NOT_LEADER_OR_FOLLOWER,
            ErrorCode::FENCED_LEADER_EPOCH,
        ] {
            let hinted = said(key, error, Some((8, 21)));
            check(key, version, &hinted, &[led(topic.clone(), 8, Some(21))]);
            let vague = said(key, error, Some((8, -1)));
            check(key, version, &vague, &[led(topic.clone(), 8, None)]);
        }
    }
}

#[test]
fn the_address_of_a_new_leader_is_taken_from_the_answer() {
    let hints = [
        (ApiKey::Produce, 10, name()),
        (ApiKey::Fetch, 16, id()),
        (ApiKey::ShareFetch, 2, id()),
        (ApiKey::ShareAcknowledge, 1, id()),
    ];
    for (key, version, topic) in hints {
        let endpoint = |id: i32, port: i32| {
            let node = fields().with("NodeId", id).with("Host", "kafka8");
            node.with("Port", port)
        };
        let hinted = said(key, ErrorCode::NOT_LEADER_OR_FOLLOWER, Some((8, 21)));
        let nodes = list([endpoint(8, 9092), endpoint(9, -1)]);
        let seen = [
            led(topic, 8, Some(21)),
            Observation::Broker(BrokerSeen {
                id: BrokerId(8),
                host: "kafka8".to_owned(),
                port: 9092,
                rack: RackSeen::Untold,
            }),
        ];
        check(key, version, &hinted.with("NodeEndpoints", nodes), &seen);
    }
}

#[test]
fn a_leader_below_zero_is_none() {
    for (key, version) in [(ApiKey::Produce, 12), (ApiKey::Fetch, 12)] {
        let said = said(key, ErrorCode::NOT_LEADER_OR_FOLLOWER, Some((-1, -1)));
        check(key, version, &said, &[not_leader(name())]);
    }
}

#[test]
fn a_topic_id_that_a_broker_does_not_know_is_gone() {
    for (key, version) in BY_ID {
        for error in [
            ErrorCode::UNKNOWN_TOPIC_ID,
            ErrorCode::INCONSISTENT_TOPIC_ID,
        ] {
            let said = said(key, error, Some((-1, -1)));
            check(key, version, &said, &[Observation::NoSuchTopic(id())]);
        }
    }
}

#[test]
fn a_partition_that_a_broker_does_not_know_is_elsewhere() {
    for (key, version) in BY_NAME {
        let said = said(key, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, None);
        check(key, version, &said, &[not_leader(name())]);
    }
}

#[test]
fn other_errors_say_nothing_about_leaders() {
    let others = [
        ErrorCode::NONE,
        ErrorCode::OFFSET_OUT_OF_RANGE,
        ErrorCode::MESSAGE_TOO_LARGE,
        ErrorCode::NOT_ENOUGH_REPLICAS,
        ErrorCode::TOPIC_AUTHORIZATION_FAILED,
    ];
    for (key, version) in BY_NAME.into_iter().chain(BY_ID) {
        for error in others {
            check(
                key,
                version,
                &said(key, error, Some((8, 1)).filter(|_| version >= 12)),
                &[],
            );
        }
    }
}

#[test]
fn an_unknown_broker_is_not_blamed() {
    let request = request(ApiKey::Produce, 9, &fields());
    let said = said(ApiKey::Produce, ErrorCode::NOT_LEADER_OR_FOLLOWER, None);
    let seen = observe(&request, &answer(&request, &said), None);
    assert_eq!(seen, Ok(Vec::new()));
}

/// Everything a Produce answer can have in front of its tagged fields is read past.
#[test]
fn produce_answers_full_of_everything_are_read() {
    for version in ApiKey::Produce.versions() {
        let mut said = full(ApiKey::Produce.response_schema().fields(), version);
        for topic in said.elements_mut("Responses") {
            for partition in topic.elements_mut("PartitionResponses") {
                partition.set("ErrorCode", ErrorCode::NOT_LEADER_OR_FOLLOWER);
            }
        }
        let request = request(ApiKey::Produce, version, &fields());
        let seen = observe(&request, &answer(&request, &said), Some(ASKED)).unwrap();
        let (partitions, brokers) = seen.split_at(4);
        let are_hints = partitions
            .iter()
            .all(|seen| matches!(seen, Observation::Leader { .. }));
        assert_eq!(are_hints, version >= 10, "v{version}");
        assert_eq!(brokers.len(), if are_hints { 2 } else { 0 }, "v{version}");
    }
}

#[test]
fn topics_that_were_deleted_are_gone() {
    for version in [1, 5, 6] {
        let topic = |name: &str, error| fields().with("Name", name).with("ErrorCode", error);
        let topics = [
            topic("a", ErrorCode::NONE),
            topic("b", ErrorCode::TOPIC_AUTHORIZATION_FAILED),
        ];
        let gone = TopicKey::Name(Bytes::from_static(b"a"));
        check(
            ApiKey::DeleteTopics,
            version,
            &fields().with("Responses", list(topics)),
            &[Observation::NoSuchTopic(gone)],
        );
    }
}
