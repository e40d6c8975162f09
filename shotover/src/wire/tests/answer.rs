//! Do answers say what went wrong about everything a request names?

use bytes::{Bytes, BytesMut};
use proptest::collection::vec;
use proptest::prelude::*;
use tokio::time::Instant;

use super::arbitrary::{self, Choices};
use super::oracle::{self, Direction};
use crate::wire::answer::{AnswerError, empty_body, error_body};
use crate::wire::value::{Structure, Value};
use crate::wire::{ApiKey, ErrorCode};

/// What identifies the entities of a request, and of its response: the arrays on the way and the fields in each;
/// `*` is the element itself. Where there is no line the error stands at the top alone.
#[rustfmt::skip]
const ENTITIES: &[(ApiKey, &str, &str)] = &[
    (ApiKey::Produce, "TopicData(Name TopicId) PartitionData(Index)", "Responses(Name TopicId) PartitionResponses(Index)"),
    (ApiKey::Fetch, "Topics(Topic TopicId) Partitions(Partition)", "Responses(Topic TopicId) Partitions(PartitionIndex)"),
    (ApiKey::ListOffsets, "Topics(Name) Partitions(PartitionIndex)", "Topics(Name) Partitions(PartitionIndex)"),
    (ApiKey::Metadata, "Topics(Name TopicId)", "Topics(Name TopicId)"),
    (ApiKey::OffsetCommit, "Topics(Name TopicId) Partitions(PartitionIndex)", "Topics(Name TopicId) Partitions(PartitionIndex)"),
    (ApiKey::DescribeGroups, "Groups(*)", "Groups(GroupId)"),
    (ApiKey::CreateTopics, "Topics(Name)", "Topics(Name)"),
    (ApiKey::DeleteRecords, "Topics(Name) Partitions(PartitionIndex)", "Topics(Name) Partitions(PartitionIndex)"),
    (ApiKey::OffsetForLeaderEpoch, "Topics(Topic) Partitions(Partition)", "Topics(Topic) Partitions(Partition)"),
    (ApiKey::WriteTxnMarkers, "Markers(ProducerId) Topics(Name) PartitionIndexes(*)", "Markers(ProducerId) Topics(Name) Partitions(PartitionIndex)"),
    (ApiKey::TxnOffsetCommit, "Topics(Name) Partitions(PartitionIndex)", "Topics(Name) Partitions(PartitionIndex)"),
    (ApiKey::CreateAcls, "Creations()", "Results()"),
    (ApiKey::DeleteAcls, "Filters()", "FilterResults()"),
    (ApiKey::DescribeConfigs, "Resources(ResourceType ResourceName)", "Results(ResourceType ResourceName)"),
    (ApiKey::AlterConfigs, "Resources(ResourceType ResourceName)", "Responses(ResourceType ResourceName)"),
    (ApiKey::AlterReplicaLogDirs, "Dirs() Topics(Name) Partitions(*)", "Results(TopicName) Partitions(PartitionIndex)"),
    (ApiKey::CreatePartitions, "Topics(Name)", "Results(Name)"),
    (ApiKey::DeleteGroups, "GroupsNames(*)", "Results(GroupId)"),
    (ApiKey::ElectLeaders, "TopicPartitions(Topic) Partitions(*)", "ReplicaElectionResults(Topic) PartitionResult(PartitionId)"),
    (ApiKey::IncrementalAlterConfigs, "Resources(ResourceType ResourceName)", "Responses(ResourceType ResourceName)"),
    (ApiKey::AlterPartitionReassignments, "Topics(Name) Partitions(PartitionIndex)", "Responses(Name) Partitions(PartitionIndex)"),
    (ApiKey::AlterClientQuotas, "Entries(Entity)", "Entries(Entity)"),
    (ApiKey::DescribeProducers, "Topics(Name) PartitionIndexes(*)", "Topics(Name) Partitions(PartitionIndex)"),
    (ApiKey::DescribeTransactions, "TransactionalIds(*)", "TransactionStates(TransactionalId)"),
    (ApiKey::ConsumerGroupDescribe, "GroupIds(*)", "Groups(GroupId)"),
    (ApiKey::DescribeTopicPartitions, "Topics(Name)", "Topics(Name)"),
    (ApiKey::ShareGroupDescribe, "GroupIds(*)", "Groups(GroupId)"),
    (ApiKey::ShareFetch, "Topics(TopicId) Partitions(PartitionIndex)", "Responses(TopicId) Partitions(PartitionIndex)"),
    (ApiKey::ShareAcknowledge, "Topics(TopicId) Partitions(PartitionIndex)", "Responses(TopicId) Partitions(PartitionIndex)"),
    (ApiKey::InitializeShareGroupState, "Topics(TopicId) Partitions(Partition)", "Results(TopicId) Partitions(Partition)"),
    (ApiKey::ReadShareGroupState, "Topics(TopicId) Partitions(Partition)", "Results(TopicId) Partitions(Partition)"),
    (ApiKey::WriteShareGroupState, "Topics(TopicId) Partitions(Partition)", "Results(TopicId) Partitions(Partition)"),
    (ApiKey::DeleteShareGroupState, "Topics(TopicId) Partitions(Partition)", "Results(TopicId) Partitions(Partition)"),
    (ApiKey::ReadShareGroupStateSummary, "Topics(TopicId) Partitions(Partition)", "Results(TopicId) Partitions(Partition)"),
    (ApiKey::StreamsGroupDescribe, "GroupIds(*)", "Groups(GroupId)"),
    (ApiKey::DescribeShareGroupOffsets, "Groups(GroupId)", "Groups(GroupId)"),
    (ApiKey::AlterShareGroupOffsets, "Topics(TopicName) Partitions(PartitionIndex)", "Responses(TopicName) Partitions(PartitionIndex)"),
    (ApiKey::DeleteShareGroupOffsets, "Topics(TopicName)", "Responses(TopicName)"),
];

/// The lines of the keys whose answers changed their shape.
#[rustfmt::skip]
fn entities(key: ApiKey, version: i16) -> Option<(&'static str, &'static str)> {
    match (key, version) {
        (ApiKey::OffsetFetch, ..=1) => Some(("Topics(Name) PartitionIndexes(*)", "Topics(Name) Partitions(PartitionIndex)")),
        (ApiKey::OffsetFetch, 8..) => Some(("Groups(GroupId)", "Groups(GroupId)")),
        (ApiKey::FindCoordinator, 4..) => Some(("CoordinatorKeys(*)", "Coordinators(Key)")),
        (ApiKey::DeleteTopics, ..=5) => Some(("TopicNames(*)", "Responses(Name)")),
        (ApiKey::DeleteTopics, 6..) => Some(("Topics(Name TopicId)", "Responses(Name TopicId)")),
        (ApiKey::AddPartitionsToTxn, ..=3) => Some(("V3AndBelowTopics(Name) Partitions(*)", "ResultsByTopicV3AndBelow(Name) ResultsByPartition(PartitionIndex)")),
        (ApiKey::AddPartitionsToTxn, 4..) => Some((
            "Transactions(TransactionalId) Topics(Name) Partitions(*)",
            "ResultsByTransaction(TransactionalId) TopicResults(Name) ResultsByPartition(PartitionIndex)",
        )),
        (ApiKey::UpdateFeatures, ..=1) => Some(("FeatureUpdates(Feature)", "Results(Feature)")),
        _ => {
            let line = ENTITIES.iter().find(|(entity, _, _)| *entity == key);
            line.map(|(_, request, response)| (*request, *response))
        }
    }
}

/// What identifies each entity, and the structure it is, if it is one.
type Entity = (Vec<Value>, Option<Structure>);

fn flatten(message: &Structure, path: &str) -> Vec<Entity> {
    let mut entities = vec![(Vec::new(), Some(message.clone()))];
    for step in path.split_inclusive(')') {
        let (array, fields) = step
            .trim()
            .strip_suffix(')')
            .unwrap()
            .split_once('(')
            .unwrap();
        let mut inner = Vec::new();
        for (identity, structure) in entities {
            for element in structure.unwrap().elements(array) {
                let mut identity = identity.clone();
                for field in fields.split_whitespace() {
                    identity.extend(identity_of(element, field));
                }
                inner.push((identity, element.as_structure().cloned()));
            }
        }
        entities = inner;
    }
    entities
}

/// A request may name a topic by null where the response has no null; it says "" instead.
fn identity_of(element: &Value, field: &str) -> Option<Value> {
    let value = match field {
        "*" => Some(element),
        field => element.as_structure().unwrap().get(field),
    };
    match value {
        Some(Value::Null) => Some("".into()),
        value => value.cloned(),
    }
}

fn decode_answer(key: ApiKey, version: i16, answer: &Bytes) -> Structure {
    let used = key.response_schema().validate(version, answer);
    assert_eq!(used, Ok(answer.len()), "{key} v{version}");
    if oracle::knows(key, version) {
        let theirs = oracle::decode(Direction::Response, key, version, answer);
        assert_eq!(theirs.unwrap().1, answer.len());
    }
    key.response_schema().decode(version, answer).unwrap()
}

fn check(key: ApiKey, version: i16, body: Bytes, error: ErrorCode) {
    let request = key.request_schema().decode(version, &body).unwrap();
    let answer = error_body(key, version, &body, (error, Some("why"))).unwrap();
    let answer = decode_answer(key, version, &answer);
    let code = Value::from(error);
    let top = answer.get("ErrorCode");
    let Some((asked, answered)) = entities(key, version) else {
        assert_eq!(top, Some(&code), "{key} v{version}");
        return;
    };
    let asked = flatten(&request, asked);
    let answered = flatten(&answer, answered);
    let identities = |entities: &[Entity]| -> Vec<Vec<Value>> {
        entities
            .iter()
            .map(|(identity, _)| identity.clone())
            .collect()
    };
    assert_eq!(
        identities(&answered),
        identities(&asked),
        "{key} v{version}"
    );
    for (_, entity) in answered {
        let entity = entity.unwrap();
        let error = entity.get("ErrorCode").or(entity.get("PartitionErrorCode"));
        assert_eq!(error, Some(&code), "{key} v{version}");
        let message = entity.get("ErrorMessage");
        assert!(message.is_none_or(|message| *message == "why".into()));
    }
    if asked.is_empty() && top.is_some() {
        assert_eq!(top, Some(&code), "{key} v{version}");
    }
}

/// Answers with tests of their own: they repeat no array of the request as it is.
fn answered_otherwise(key: ApiKey, version: i16) -> bool {
    key == ApiKey::AlterUserScramCredentials || (key == ApiKey::DescribeLogDirs && version < 3)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_entity_is_answered_once_in_order_with_the_error(choices in vec(any::<u8>(), 0..300)) {
        for key in ApiKey::ALL {
            for version in key.versions() {
                let body = arbitrary::body(key.request_schema(), version, &mut Choices(&choices));
                if !answered_otherwise(*key, version) {
                    check(*key, version, Bytes::from(body), ErrorCode::NOT_COORDINATOR);
                }
            }
        }
    }

    #[test]
    fn empty_answers_have_every_entity_and_no_error(choices in vec(any::<u8>(), 0..300)) {
        for key in ApiKey::ALL {
            for version in key.versions() {
                let body = Bytes::from(arbitrary::body(key.request_schema(), version, &mut Choices(&choices)));
                let answer = empty_body(*key, version, &body).unwrap();
                let answer = decode_answer(*key, version, &answer);
                prop_assert_eq!(errors(&answer.clone().into()), Vec::<i64>::new());
                if let Some((asked, answered)) = entities(*key, version) {
                    let request = key.request_schema().decode(version, &body).unwrap();
                    let asked = flatten(&request, asked).len();
                    prop_assert_eq!(flatten(&answer, answered).len(), asked, "{} v{}", key, version);
                }
            }
        }
    }
}

/// All error codes but 0 in this value.
fn errors(value: &Value) -> Vec<i64> {
    let mut found = Vec::new();
    for element in value.as_array().unwrap_or(&[]) {
        found.extend(errors(element));
    }
    for (name, value) in value
        .as_structure()
        .iter()
        .flat_map(|structure| structure.fields())
    {
        let code = value
            .as_int()
            .filter(|code| name.ends_with("ErrorCode") && *code != 0);
        found.extend(code);
        found.extend(errors(value));
    }
    found
}

fn encode(key: ApiKey, version: i16, request: &Structure) -> Bytes {
    let mut out = BytesMut::new();
    let schema = key.request_schema();
    schema.encode(version, request, &mut out).unwrap();
    out.freeze()
}

fn failed(key: ApiKey, version: i16, request: &Structure, error: ErrorCode) -> Structure {
    let body = encode(key, version, request);
    let answer = error_body(key, version, &body, (error, None)).unwrap();
    decode_answer(key, version, &answer)
}

fn succeeded(key: ApiKey, version: i16, request: &Structure) -> Structure {
    let body = encode(key, version, request);
    let answer = empty_body(key, version, &body).unwrap();
    decode_answer(key, version, &answer)
}

fn new() -> Structure {
    Structure::new()
}

/// The first structure of the array.
fn first<'a>(structure: &'a Structure, array: &str) -> &'a Structure {
    structure.elements(array)[0].as_structure().unwrap()
}

fn int(structure: &Structure, name: &str) -> i64 {
    structure.get(name).and_then(Value::as_int).unwrap()
}

#[test]
fn a_failed_produce_has_no_offset() {
    let partition = new().with("Index", 3);
    let topic = new().with("PartitionData", vec![partition.into()]);
    let request = new().with("TopicData", vec![topic.into()]);
    let answer = failed(
        ApiKey::Produce,
        9,
        &request,
        ErrorCode::NOT_LEADER_OR_FOLLOWER,
    );
    let partition = first(first(&answer, "Responses"), "PartitionResponses");
    for offset in ["BaseOffset", "LogAppendTimeMs", "LogStartOffset"] {
        assert_eq!(int(partition, offset), -1);
    }
    assert_eq!(int(partition, "Index"), 3);
    assert_eq!(partition.get("ErrorMessage"), Some(&Value::Null));
}

fn fetch() -> Structure {
    let topic = new().with("Partitions", vec![new().into()]);
    new()
        .with("SessionId", 9)
        .with("Topics", vec![topic.into()])
}

#[test]
fn a_fetch_fails_partition_by_partition_and_ends_its_session() {
    let answer = failed(
        ApiKey::Fetch,
        12,
        &fetch(),
        ErrorCode::NOT_LEADER_OR_FOLLOWER,
    );
    assert_eq!(
        (int(&answer, "ErrorCode"), int(&answer, "SessionId")),
        (0, 0)
    );
    let partition = first(first(&answer, "Responses"), "Partitions");
    assert_eq!(int(partition, "ErrorCode"), 6);
    assert_eq!(int(partition, "HighWatermark"), -1);
    // Not null, which clients have stumbled over.
    assert_eq!(partition.get("Records"), Some(&"".into()));
}

#[test]
fn a_lost_fetch_session_is_said_at_the_top() {
    let answer = failed(
        ApiKey::Fetch,
        12,
        &fetch(),
        ErrorCode::FETCH_SESSION_ID_NOT_FOUND,
    );
    assert_eq!(int(&answer, "ErrorCode"), 70);
    assert!(answer.elements("Responses").is_empty());
    // Version 6 knows no sessions and has no error at the top.
    let answer = failed(
        ApiKey::Fetch,
        6,
        &fetch(),
        ErrorCode::FETCH_SESSION_ID_NOT_FOUND,
    );
    assert_eq!(answer.elements("Responses").len(), 1);
}

#[test]
fn a_fetch_that_names_no_partition_fails_at_the_top() {
    let answer = failed(ApiKey::Fetch, 12, &new(), ErrorCode::NOT_LEADER_OR_FOLLOWER);
    assert_eq!(int(&answer, "ErrorCode"), 6);
}

#[test]
fn metadata_of_all_topics_fails_at_the_top_once_there_is_one() {
    let all = new().with("Topics", Value::Null);
    let error = ErrorCode::LEADER_NOT_AVAILABLE;
    let answer = failed(ApiKey::Metadata, 13, &all, error);
    assert_eq!(int(&answer, "ErrorCode"), 5);
    let answer = failed(ApiKey::Metadata, 12, &all, error);
    assert!(answer.elements("Topics").is_empty());
}

#[test]
fn a_client_is_told_at_the_top_to_bootstrap_anew() {
    let topic = new().with("Name", "orders");
    let request = new().with("Topics", vec![topic.into()]);
    let answer = failed(
        ApiKey::Metadata,
        13,
        &request,
        ErrorCode::REBOOTSTRAP_REQUIRED,
    );
    assert_eq!(int(&answer, "ErrorCode"), 129);
}

#[test]
fn a_coordinator_that_was_not_found_is_nowhere() {
    let error = ErrorCode::COORDINATOR_NOT_AVAILABLE;
    let answer = failed(ApiKey::FindCoordinator, 3, &new(), error);
    assert_eq!((int(&answer, "NodeId"), int(&answer, "Port")), (-1, -1));
    let request = new().with("CoordinatorKeys", vec!["group".into()]);
    let answer = failed(ApiKey::FindCoordinator, 4, &request, error);
    let coordinator = first(&answer, "Coordinators");
    assert_eq!(
        (int(coordinator, "NodeId"), int(coordinator, "Port")),
        (-1, -1)
    );
}

#[test]
fn acknowledgements_in_a_failed_share_fetch_fail_with_it() {
    let topic = new().with("Partitions", vec![new().into()]);
    let request = new().with("Topics", vec![topic.into()]);
    let answer = failed(
        ApiKey::ShareFetch,
        1,
        &request,
        ErrorCode::NOT_LEADER_OR_FOLLOWER,
    );
    let partition = first(first(&answer, "Responses"), "Partitions");
    assert_eq!(int(partition, "AcknowledgeErrorCode"), 6);
    let leader = partition.get("CurrentLeader").and_then(Value::as_structure);
    assert_eq!(leader.map(|leader| int(leader, "LeaderId")), Some(-1));
}

#[test]
fn members_are_named_only_if_they_have_left() {
    let member = new().with("MemberId", "m");
    let request = new().with("Members", vec![member.into()]);
    let answer = failed(ApiKey::LeaveGroup, 5, &request, ErrorCode::NOT_COORDINATOR);
    assert!(answer.elements("Members").is_empty());
    let answer = succeeded(ApiKey::LeaveGroup, 5, &request);
    assert_eq!(first(&answer, "Members").get("MemberId"), Some(&"m".into()));
}

#[test]
fn offsets_are_none_in_an_empty_answer_and_missing_in_a_failed_one() {
    let topic = new()
        .with("Name", "t")
        .with("PartitionIndexes", vec![4.into()]);
    let group = new()
        .with("GroupId", "g")
        .with("Topics", vec![topic.into()]);
    let request = new().with("Groups", vec![group.into()]);
    let answer = succeeded(ApiKey::OffsetFetch, 8, &request);
    let partition = first(first(first(&answer, "Groups"), "Topics"), "Partitions");
    assert_eq!(
        (
            int(partition, "PartitionIndex"),
            int(partition, "CommittedOffset")
        ),
        (4, -1)
    );
    let answer = failed(ApiKey::OffsetFetch, 8, &request, ErrorCode::NOT_COORDINATOR);
    assert!(first(&answer, "Groups").elements("Topics").is_empty());
}

#[test]
fn a_user_altered_twice_is_answered_once() {
    let user = |name: &str| -> Value { new().with("Name", name).into() };
    let request = new()
        .with("Deletions", vec![user("ann"), user("ann")])
        .with("Upsertions", vec![user("bob"), user("ann")]);
    let answer = failed(
        ApiKey::AlterUserScramCredentials,
        0,
        &request,
        ErrorCode::NOT_CONTROLLER,
    );
    let users = flatten(&answer, "Results(User)")
        .into_iter()
        .flat_map(|(user, _)| user);
    assert_eq!(users.collect::<Vec<_>>(), ["ann".into(), "bob".into()]);
    assert_eq!(errors(&answer.into()), [41, 41]);
}

/// A client that names very many would keep everybody else on its thread waiting if each were compared with each.
#[test]
fn very_many_users_are_answered_at_once() {
    let many = if cfg!(debug_assertions) {
        50_000
    } else {
        400_000
    };
    let user = |number: i32| Structure::new().with("Name", number.to_string().as_str());
    let users = (0..many).map(|number| Value::from(user(number)));
    let request = new().with("Deletions", users.collect::<Vec<_>>());
    let start = Instant::now();
    let answer = failed(
        ApiKey::AlterUserScramCredentials,
        0,
        &request,
        ErrorCode::CLUSTER_AUTHORIZATION_FAILED,
    );
    let took = start.elapsed();
    assert_eq!(
        answer.elements("Results").len(),
        usize::try_from(many).unwrap()
    );
    assert!(took.as_secs() < 10, "{took:?}");
}

#[test]
fn log_directories_fail_as_one_before_there_is_an_error_at_the_top() {
    let error = ErrorCode::REQUEST_TIMED_OUT;
    let answer = failed(ApiKey::DescribeLogDirs, 2, &new(), error);
    assert_eq!(int(first(&answer, "Results"), "ErrorCode"), 7);
    let answer = succeeded(ApiKey::DescribeLogDirs, 2, &new());
    assert!(answer.elements("Results").is_empty());
}

#[test]
fn a_request_that_cannot_be_read_has_no_answer() {
    let answer = empty_body(ApiKey::Produce, 9, &Bytes::from_static(&[0]));
    assert!(matches!(answer, Err(AnswerError::Request(_))));
}

#[test]
fn a_message_too_long_for_the_answer_is_refused() {
    let message = "x".repeat(40_000);
    let error = (ErrorCode::NOT_CONTROLLER, Some(message.as_str()));
    let body = encode(
        ApiKey::CreateAcls,
        1,
        &new().with("Creations", vec![new().into()]),
    );
    let answer = error_body(ApiKey::CreateAcls, 1, &body, error);
    assert!(matches!(answer, Err(AnswerError::Response(_))));
}
