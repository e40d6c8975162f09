//! Does each part of a request go where it belongs?

use super::build::{all, contents, fields, list, request, text};
use super::parted::{asking, name, place_of};
use crate::cluster::api::{
    Entity, Outage, Place, Split, entities, merge_parts, outage_answer, split,
};
use crate::cluster::view::{CoordinatorKey, CoordinatorKind};
use bytes::Bytes;
use kafka_protocol::messages::BrokerId;
use shotover::message::Message;
use shotover::wire::ApiKey;
use shotover::wire::value::{Structure, Value};

fn visited(request: &Message) -> Vec<String> {
    let mut visited = Vec::new();
    entities(request, &mut |entity| visited.push(format!("{entity:?}"))).unwrap();
    visited
}

fn parts(request: &Message, brokers: i32) -> Vec<(Place, Structure)> {
    match split(request, &mut |entity| place_of(&entity, brokers)).unwrap() {
        Split::Parts(parts) => parts
            .into_iter()
            .map(|part| (part.place, contents(&part.request)))
            .collect(),
        Split::Whole(place) => panic!("all of it goes to {place:?}"),
    }
}

#[track_caller]
fn check_whole(request: &Message, expected: Place) {
    match split(request, &mut |entity| place_of(&entity, 1000)).unwrap() {
        Split::Whole(place) => assert_eq!(place, expected),
        Split::Parts(parts) => panic!("{} parts", parts.len()),
    }
}

fn coordinated(kind: CoordinatorKind, name: &str) -> String {
    let name = Bytes::copy_from_slice(name.as_bytes());
    format!("{:?}", Entity::Coordinator(CoordinatorKey { kind, name }))
}

#[test]
fn groups_and_transactions_are_visited_by_name() {
    use CoordinatorKind::{Group, Transaction};
    for (key, version, kind) in [
        (ApiKey::DescribeGroups, 5, Group),
        (ApiKey::DeleteGroups, 2, Group),
        (ApiKey::ConsumerGroupDescribe, 1, Group),
        (ApiKey::OffsetFetch, 8, Group),
        (ApiKey::AddPartitionsToTxn, 4, Transaction),
    ] {
        let request = asking(key, version, &[(1, vec![]), (0, vec![])]);
        let expected = [coordinated(kind, "name1"), coordinated(kind, "name0")];
        assert_eq!(visited(&request), expected, "{key}");
    }
}

#[test]
fn the_rest_of_a_request_is_in_all_of_its_parts() {
    let request = asking(ApiKey::OffsetFetch, 9, &[(0, vec![]), (1, vec![])]);
    for (_, part) in parts(&request, 2) {
        assert_eq!(part.get("RequireStable"), Some(&true.into()));
        let groups = all(&part, "Groups");
        assert_eq!(groups.len(), 1);
        assert_eq!(groups[0].get("MemberId"), Some(&"text".into()));
    }
}

/// Null asks for all topics of a group.
#[test]
fn all_topics_of_a_group_stay_all_topics() {
    let group = |number: u8| {
        fields()
            .with("GroupId", name(number).as_str())
            .with("Topics", Value::Null)
    };
    let said = fields().with("Groups", list([group(0), group(1)]));
    for (_, part) in parts(&request(ApiKey::OffsetFetch, 8, &said), 2) {
        let groups = all(&part, "Groups");
        assert_eq!(groups.len(), 1);
        assert_eq!(groups[0].get("Topics"), Some(&Value::Null));
    }
}

#[test]
fn versions_about_one_group_or_transaction_stay_whole() {
    let group = asking_one(ApiKey::OffsetFetch, 7, "GroupId");
    assert_eq!(visited(&group), [coordinated(CoordinatorKind::Group, "x")]);
    check_whole(&group, Place::Broker(BrokerId(i32::from(b'x'))));
    let transaction = asking_one(ApiKey::AddPartitionsToTxn, 3, "V3AndBelowTransactionalId");
    let expected = [coordinated(CoordinatorKind::Transaction, "x")];
    assert_eq!(visited(&transaction), expected);
}

fn asking_one(key: ApiKey, version: i16, field: &'static str) -> Message {
    request(key, version, &fields().with(field, "x"))
}

#[test]
fn nobody_coordinates_a_transaction_without_a_name() {
    let transaction = fields().with("TransactionalId", "");
    let said = fields().with("Transactions", list([transaction]));
    let request = request(ApiKey::AddPartitionsToTxn, 4, &said);
    assert_eq!(visited(&request), ["Any"]);
}

#[test]
fn what_is_not_taken_apart_is_about_one_thing() {
    let heartbeat = asking_one(ApiKey::Heartbeat, 3, "GroupId");
    assert_eq!(
        visited(&heartbeat),
        [coordinated(CoordinatorKind::Group, "x")]
    );
    for key in [ApiKey::Metadata, ApiKey::ListGroups, ApiKey::ApiVersions] {
        assert_eq!(visited(&request(key, 3, &fields())), ["Any"]);
    }
}

#[test]
fn partitions_of_a_topic_go_to_their_leaders() {
    for (key, partition) in [
        (ApiKey::ListOffsets, "PartitionIndex"),
        (ApiKey::OffsetForLeaderEpoch, "Partition"),
    ] {
        for version in key.versions() {
            let request = asking(key, version, &[(0, vec![0, 1, 2]), (1, vec![1])]);
            let shares = parts(&request, 2).into_iter().map(|(_, part)| {
                let topics = all(&part, "Topics").into_iter().map(|topic| {
                    let partitions = all(topic, "Partitions").into_iter();
                    let index = |one: &Structure| one.get(partition).and_then(Value::as_int);
                    partitions.map(|one| index(one).unwrap()).collect()
                });
                topics.collect()
            });
            let shares: Vec<Vec<Vec<i64>>> = shares.collect();
            assert_eq!(shares, [vec![vec![0, 2], vec![1]], vec![vec![1]]], "{key}");
        }
    }
}

#[test]
fn a_topic_without_partitions_is_in_one_part_and_in_the_answer() {
    let asked = [(5, vec![]), (0, vec![0, 1]), (4, vec![])];
    let request = asking(ApiKey::ListOffsets, 7, &asked);
    let Split::Parts(parts) = split(&request, &mut |entity| place_of(&entity, 2)).unwrap() else {
        panic!("whole");
    };
    let answers = parts.iter();
    let answers = answers.map(|part| outage_answer(&part.kept, Outage::NotReached).unwrap());
    let merged = contents(&merge_parts(&request, answers.collect()).unwrap());
    let topics = all(&merged, "Topics").into_iter();
    let topics: Vec<String> = topics.map(|topic| text(topic, "Name")).collect();
    assert_eq!(topics, [name(5), name(0), name(4)]);
}

/// A topic whose replicas are placed by the client, or one of which it says something else.
fn topic(number: u8, brokers: Option<&[i32]>) -> Structure {
    let topic = fields().with("Name", name(number).as_str());
    let Some(brokers) = brokers else {
        return topic;
    };
    let brokers = brokers.iter().map(|id| Value::from(*id));
    let brokers = fields().with("BrokerIds", Value::Array(brokers.collect()));
    topic.with("Assignments", list([brokers]))
}

fn creating(key: ApiKey, topics: impl IntoIterator<Item = Structure>) -> Message {
    request(key, 3, &fields().with("Topics", list(topics)))
}

const CREATING: [ApiKey; 2] = [ApiKey::CreateTopics, ApiKey::CreatePartitions];

#[test]
fn topics_whose_replicas_the_client_places_go_nowhere() {
    for key in CREATING {
        let request = creating(key, [topic(0, None), topic(1, Some(&[70])), topic(2, None)]);
        let parts = parts(&request, 2).into_iter().map(|(place, part)| {
            let names = all(&part, "Topics").into_iter();
            (place, names.map(|topic| text(topic, "Name")).collect())
        });
        let parts: Vec<(Place, Vec<String>)> = parts.collect();
        let expected = [
            (Place::Broker(BrokerId(0)), vec![name(0), name(2)]),
            (Place::Nowhere(Outage::ReplicasPlaced), vec![name(1)]),
        ];
        assert_eq!(parts, expected, "{key}");
        let all_placed = creating(key, [topic(0, Some(&[70]))]);
        check_whole(&all_placed, Place::Nowhere(Outage::ReplicasPlaced));
    }
}

#[test]
fn topics_whose_replicas_nobody_places_are_created() {
    for key in CREATING {
        for topic in [topic(0, None), topic(0, Some(&[]))] {
            check_whole(&creating(key, [topic]), Place::Broker(BrokerId(0)));
        }
    }
    let automatic = topic(0, None).with("Assignments", Value::Null);
    let request = creating(ApiKey::CreatePartitions, [automatic]);
    check_whole(&request, Place::Broker(BrokerId(0)));
}
