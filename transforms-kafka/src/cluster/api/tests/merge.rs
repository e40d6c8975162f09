//! Do the answers of all brokers become one?

use super::build::{all, answer, answer_of, contents, fields, int, list, request, text};
use crate::cluster::api::merge::MergeError;
use crate::cluster::api::{Part, merge};
use bytes::Bytes;
use kafka_protocol::messages::BrokerId;
use shotover::message::Message;
use shotover::wire::value::{Structure, Value};
use shotover::wire::{ApiKey, ErrorCode};
use tokio::time::Instant;

type Said = Result<Structure, ErrorCode>;

fn merged(request: &Message, said: impl IntoIterator<Item = Said>) -> Message {
    let parts = said.into_iter().zip(1..).map(|(said, id)| match said {
        Ok(said) => Part::Answer(BrokerId(id), answer(request, &said)),
        Err(error) => Part::Error(error),
    });
    merge(request, parts.collect()).unwrap()
}

/// What the merged answer says.
fn together<const N: usize>(key: ApiKey, version: i16, said: [Said; N]) -> Structure {
    contents(&merged(&request(key, version, &fields()), said))
}

fn groups(names: &[&str]) -> Structure {
    let group = |name: &&str| fields().with("GroupId", *name);
    fields().with("Groups", list(names.iter().map(group)))
}

fn names(answer: &Structure, array: &str, name: &str) -> Vec<String> {
    all(answer, array)
        .into_iter()
        .map(|one| text(one, name))
        .collect()
}

#[test]
fn each_group_is_listed_once() {
    for version in ApiKey::ListGroups.versions() {
        let said = [Ok(groups(&["a", "b"])), Ok(groups(&["b", "c"]))];
        let all = together(ApiKey::ListGroups, version, said);
        assert_eq!(names(&all, "Groups", "GroupId"), ["a", "b", "c"]);
        assert_eq!(int(&all, "ErrorCode"), 0);
    }
}

#[test]
fn the_client_waits_as_long_as_the_strictest_broker_says() {
    let throttled = |ms: i32| Ok(groups(&[]).with("ThrottleTimeMs", ms));
    let said = [throttled(5), throttled(70), throttled(6)];
    let all = together(ApiKey::ListGroups, 1, said);
    assert_eq!(int(&all, "ThrottleTimeMs"), 70);
}

#[test]
fn groups_of_brokers_that_answer_are_listed_beside_the_error_of_one_that_does_not() {
    let lost = ErrorCode::COORDINATOR_LOAD_IN_PROGRESS;
    let all = together(ApiKey::ListGroups, 5, [Err(lost), Ok(groups(&["a"]))]);
    assert_eq!(names(&all, "Groups", "GroupId"), ["a"]);
    assert_eq!(int(&all, "ErrorCode"), i64::from(lost.0));
}

#[test]
fn the_error_of_a_broker_goes_before_that_of_a_lost_one() {
    let refused = groups(&[]).with("ErrorCode", ErrorCode::GROUP_AUTHORIZATION_FAILED);
    let lost = Err(ErrorCode::COORDINATOR_LOAD_IN_PROGRESS);
    let all = together(ApiKey::ListGroups, 5, [lost, Ok(refused)]);
    let expected = ErrorCode::GROUP_AUTHORIZATION_FAILED.0;
    assert_eq!(int(&all, "ErrorCode"), i64::from(expected));
}

#[test]
fn without_any_answer_there_is_an_error() {
    let lost = ErrorCode::COORDINATOR_LOAD_IN_PROGRESS;
    for key in [ApiKey::ListGroups, ApiKey::ListTransactions] {
        let all = together(key, *key.versions().end(), [Err(lost), Err(lost)]);
        assert_eq!(int(&all, "ErrorCode"), i64::from(lost.0));
    }
}

#[test]
fn each_transaction_is_listed_once_with_the_states_that_some_broker_does_not_know() {
    let said = |unknown: &[&str], ids: &[&str]| {
        let state = |id: &&str| fields().with("TransactionalId", *id);
        let unknown: Vec<Value> = unknown.iter().map(|state| Value::from(*state)).collect();
        Ok(fields()
            .with("UnknownStateFilters", unknown)
            .with("TransactionStates", list(ids.iter().map(state))))
    };
    for version in ApiKey::ListTransactions.versions() {
        let said = [said(&["X"], &["a", "b"]), said(&["X", "Y"], &["b", "c"])];
        let all = together(ApiKey::ListTransactions, version, said);
        let ids = names(&all, "TransactionStates", "TransactionalId");
        assert_eq!(ids, ["a", "b", "c"]);
        let unknown = all.elements("UnknownStateFilters");
        assert_eq!(unknown, [Value::from("X"), Value::from("Y")]);
    }
}

/// A client chooses how many there are, and would keep everybody else on its thread waiting if each were compared with
/// each.
#[track_caller]
fn check_very_many(key: ApiKey, array: &'static str, element: impl Fn(&str) -> Value) {
    const MANY: usize = 20_000;
    let elements: Vec<Value> = (0..MANY)
        .map(|number| element(&number.to_string()))
        .collect();
    let said = || Ok(fields().with(array, elements.clone()));
    let start = Instant::now();
    let all = together(key, *key.versions().end(), [said(), said(), said()]);
    let took = start.elapsed();
    assert_eq!(all.elements(array).len(), MANY);
    assert!(took.as_secs() < 10, "{took:?}");
}

#[test]
fn very_many_states_are_merged_at_once() {
    let array = "UnknownStateFilters";
    check_very_many(ApiKey::ListTransactions, array, |name| name.into());
}

#[test]
fn very_many_topics_are_merged_at_once() {
    check_very_many(ApiKey::AlterReplicaLogDirs, "Results", |name| {
        fields().with("TopicName", name).into()
    });
}

#[test]
fn directories_of_all_brokers_are_described() {
    let said = |path: &str| Ok(fields().with("Results", list([fields().with("LogDir", path)])));
    for version in ApiKey::DescribeLogDirs.versions() {
        let lost = Err(ErrorCode::REQUEST_TIMED_OUT);
        let all = together(
            ApiKey::DescribeLogDirs,
            version,
            [said("/a"), lost, said("/a")],
        );
        assert_eq!(names(&all, "Results", "LogDir"), ["/a", "/a"]);
        if version >= 3 {
            assert_eq!(int(&all, "ErrorCode"), 7);
        }
    }
}

fn moved(partitions: &[(i32, ErrorCode)]) -> Said {
    let partition = |(index, error): &(i32, ErrorCode)| {
        fields()
            .with("PartitionIndex", *index)
            .with("ErrorCode", *error)
    };
    let partitions = list(partitions.iter().map(partition));
    let topic = fields()
        .with("TopicName", "t")
        .with("Partitions", partitions);
    Ok(fields().with("Results", list([topic])))
}

fn outcomes<const N: usize>(said: [Said; N]) -> Vec<(i64, i64)> {
    let all_answers = together(ApiKey::AlterReplicaLogDirs, 2, said);
    let topics = all(&all_answers, "Results");
    let [topic] = topics[..] else {
        panic!("{} topics", topics.len());
    };
    assert_eq!(text(topic, "TopicName"), "t");
    let partitions = all(topic, "Partitions").into_iter();
    partitions
        .map(|one| (int(one, "PartitionIndex"), int(one, "ErrorCode")))
        .collect()
}

const ELSEWHERE: ErrorCode = ErrorCode::REPLICA_NOT_AVAILABLE;
const NO_SUCH_DIR: ErrorCode = ErrorCode::LOG_DIR_NOT_FOUND;

#[test]
fn a_replica_is_moved_if_any_broker_has_moved_it() {
    let said = [
        moved(&[(0, ELSEWHERE), (1, ErrorCode::NONE), (2, ELSEWHERE)]),
        moved(&[(0, ErrorCode::NONE), (1, NO_SUCH_DIR), (2, NO_SUCH_DIR)]),
    ];
    assert_eq!(outcomes(said), [(0, 0), (1, 0), (2, NO_SUCH_DIR.0.into())]);
}

#[test]
fn a_replica_that_nobody_has_may_be_on_the_broker_that_was_lost() {
    let lost = Err(ErrorCode::REQUEST_TIMED_OUT);
    let said = [lost, moved(&[(0, ELSEWHERE), (1, ErrorCode::NONE)])];
    assert_eq!(outcomes(said), [(0, 7), (1, 0)]);
}

#[test]
fn a_merged_answer_answers_the_request() {
    let request = request(ApiKey::ListGroups, 5, &fields());
    let answer = merged(&request, [Ok(groups(&[]))]);
    assert_eq!(answer.request_ref(), request.request_ref());
    assert_eq!(answer.correlation_id(), request.correlation_id());
}

#[test]
fn a_malformed_answer_is_not_merged() {
    let request = request(ApiKey::ListGroups, 5, &fields());
    let malformed = answer_of(&request, Bytes::from_static(b"x"));
    let part = Part::Answer(BrokerId(1), malformed);
    let failed = merge(&request, vec![part]);
    assert!(matches!(failed, Err(MergeError::Malformed { .. })));
}

#[test]
fn of_no_brokers_there_is_no_answer() {
    let request = request(ApiKey::ListGroups, 5, &fields());
    assert!(matches!(
        merge(&request, Vec::new()),
        Err(MergeError::Nothing(_))
    ));
}
