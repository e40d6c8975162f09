//! Is it seen which brokers and topics there are?

use super::build::{answer, fields, full, list, request};
use crate::cluster::api::observe;
use crate::cluster::view::{BrokerSeen, Observation, PartitionSeen, RackSeen, TopicKey, TopicSeen};
use bytes::Bytes;
use kafka_protocol::messages::BrokerId;
use shotover::wire::value::{Structure, Value};
use shotover::wire::{ApiKey, ErrorCode};

fn seen(version: i16, said: &Structure) -> Vec<Observation> {
    let request = request(ApiKey::Metadata, version, &fields());
    observe(&request, &answer(&request, said), None).unwrap()
}

fn broker(id: i32, host: &str, port: i32) -> Structure {
    fields()
        .with("NodeId", id)
        .with("Host", host)
        .with("Port", port)
        .with("Rack", "r")
}

fn partition(index: i32, leader: i32, epoch: i32) -> Structure {
    fields()
        .with("PartitionIndex", index)
        .with("LeaderId", leader)
        .with("LeaderEpoch", epoch)
        .with("ReplicaNodes", vec![1.into(), 2.into()])
}

fn topic(error: ErrorCode, partitions: impl IntoIterator<Item = Structure>) -> Structure {
    let topic = fields()
        .with("ErrorCode", error)
        .with("Name", "t")
        .with("TopicId", Value::Uuid([7; 16]))
        .with("Partitions", list(partitions));
    fields().with("Topics", list([topic]))
}

fn name() -> Bytes {
    Bytes::from_static(b"t")
}

fn partition_seen(index: i32, leader: Option<i32>, epoch: Option<i32>) -> PartitionSeen {
    PartitionSeen {
        index,
        leader: leader.map(BrokerId),
        epoch,
    }
}

fn topic_seen(version: i16, partitions: Vec<PartitionSeen>) -> Observation {
    Observation::Topic(TopicSeen {
        name: name(),
        id: (version >= 10).then_some([7; 16]),
        partitions,
    })
}

#[test]
fn brokers_and_topics_of_every_version_are_seen() {
    for version in ApiKey::Metadata.versions() {
        let said = topic(ErrorCode::NONE, [partition(0, 4, 9), partition(1, -1, 3)])
            .with("Brokers", list([broker(4, "h", 9092)]));
        let epoch = |epoch| (version >= 7).then_some(epoch);
        let expected = [
            Observation::Brokers(vec![BrokerSeen {
                id: BrokerId(4),
                host: "h".to_owned(),
                port: 9092,
                rack: match version {
                    ..1 => RackSeen::Untold,
                    1.. => RackSeen::Told(Some("r".to_owned())),
                },
            }]),
            topic_seen(
                version,
                vec![
                    partition_seen(0, Some(4), epoch(9)),
                    partition_seen(1, None, epoch(3)),
                ],
            ),
        ];
        assert_eq!(seen(version, &said), expected, "v{version}");
    }
}

#[test]
fn an_answer_full_of_everything_is_read_to_its_end() {
    for version in ApiKey::Metadata.versions() {
        let said = full(ApiKey::Metadata.response_schema().fields(), version);
        // All errors are 1: nothing is said but, before there was an error at the top, which brokers there are and which of
        // them is the controller.
        let without_error = 1 + usize::from(version >= 1);
        let expected = if version < 13 { without_error } else { 0 };
        assert_eq!(seen(version, &said).len(), expected, "v{version}");
        let said = said.with("ErrorCode", 0);
        assert_eq!(seen(version, &said).len(), without_error, "v{version}");
    }
}

#[test]
fn a_controller_is_seen_if_there_is_one() {
    for (id, expected) in [(-1, None), (0, Some(0)), (4, Some(4))] {
        let expected = expected.map(|id| Observation::Controller(BrokerId(id)));
        let expected: Vec<Observation> = expected.into_iter().collect();
        assert_eq!(seen(1, &fields().with("ControllerId", id)), expected);
        assert_eq!(seen(12, &fields().with("ControllerId", id)), expected);
    }
    assert_eq!(seen(12, &fields()), []);
}

#[test]
fn an_answer_that_is_an_error_says_nothing() {
    let said = topic(ErrorCode::NONE, [partition(0, 4, 9)])
        .with("Brokers", list([broker(4, "h", 9092)]))
        .with("ErrorCode", ErrorCode::REBOOTSTRAP_REQUIRED);
    assert_eq!(seen(13, &said), []);
}

#[test]
fn a_broker_that_cannot_be_dialled_is_not_one() {
    let brokers = [
        broker(1, "h", 0),
        broker(2, "h", 65_536),
        broker(3, "h", -1),
        broker(4, "", 9092),
        broker(-1, "h", 9092),
    ];
    assert_eq!(seen(12, &fields().with("Brokers", list(brokers))), []);
}

#[test]
fn a_rack_with_an_absurd_name_is_none() {
    for (length, is_seen) in [(1_000, true), (1_001, false)] {
        let rack = "r".repeat(length);
        let broker = broker(1, "h", 9092).with("Rack", rack.as_str());
        let expected = Observation::Brokers(vec![BrokerSeen {
            id: BrokerId(1),
            host: "h".to_owned(),
            port: 9092,
            rack: RackSeen::Told(is_seen.then_some(rack)),
        }]);
        let said = fields().with("Brokers", list([broker]));
        assert_eq!(seen(12, &said), [expected], "{length}");
    }
}

#[test]
fn a_topic_with_leaderless_partitions_is_seen() {
    let said = topic(ErrorCode::LEADER_NOT_AVAILABLE, [partition(0, 4, 9)]);
    let expected = topic_seen(12, vec![partition_seen(0, Some(4), Some(9))]);
    assert_eq!(seen(12, &said), [expected]);
}

#[test]
fn a_topic_about_to_be_made_is_not_seen() {
    assert_eq!(seen(12, &topic(ErrorCode::LEADER_NOT_AVAILABLE, [])), []);
}

#[test]
fn a_topic_that_is_not_shown_is_not_seen() {
    for error in [
        ErrorCode::TOPIC_AUTHORIZATION_FAILED,
        ErrorCode::INVALID_TOPIC_EXCEPTION,
    ] {
        assert_eq!(seen(12, &topic(error, [partition(0, 4, 9)])), []);
    }
}

#[test]
fn a_topic_that_is_not_there_is_known_by_what_was_asked_for() {
    let by_name = topic(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, []);
    let expected = Observation::NoSuchTopic(TopicKey::Name(name()));
    for version in ApiKey::Metadata.versions() {
        assert_eq!(seen(version, &by_name), std::slice::from_ref(&expected));
    }
    let id = fields()
        .with("ErrorCode", ErrorCode::UNKNOWN_TOPIC_ID)
        .with("Name", Value::Null)
        .with("TopicId", Value::Uuid([7; 16]));
    let by_id = fields().with("Topics", list([id]));
    let expected = Observation::NoSuchTopic(TopicKey::Id([7; 16]));
    assert_eq!(seen(12, &by_id), [expected]);
}

#[test]
fn partitions_come_in_order_once_and_with_believable_numbers() {
    let partitions = [
        partition(2, 4, 9),
        partition(0, 4, 9),
        partition(2, 4, 9),
        partition(-1, 4, 9),
        partition(1_000_000, 4, 9),
        partition(i32::MAX, 4, 9),
    ];
    let expected = [0, 2].map(|index| partition_seen(index, Some(4), Some(9)));
    let expected = topic_seen(12, expected.to_vec());
    assert_eq!(seen(12, &topic(ErrorCode::NONE, partitions)), [expected]);
}
