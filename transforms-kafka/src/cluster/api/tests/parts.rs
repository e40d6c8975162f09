//! Does a request that is taken apart and put together again say the same?

use super::build::{answer, contents, fields};
use super::parted::{Asked, asking, name, parted_versions, place_of};
use crate::cluster::api::spread::Spread;
use crate::cluster::api::table::api;
use crate::cluster::api::{Entity, Place, Split, entities, for_error, merge_parts, split};
use proptest::collection::vec;
use proptest::prelude::*;
use shotover::message::Message;
use shotover::wire::value::{Structure, Value};
use shotover::wire::{ApiKey, ErrorCode};

/// Of some requests all answers of brokers look alike but for their errors.
const TROUBLE: ErrorCode = ErrorCode::UNKNOWN_SERVER_ERROR;

fn key_and_version() -> impl Strategy<Value = (ApiKey, i16)> {
    let all: Vec<(ApiKey, i16)> = parted_versions().collect();
    prop::sample::select(all)
}

fn asked() -> impl Strategy<Value = Vec<Asked>> {
    vec((0u8..6, vec(0i32..6, 0..5)), 0..6)
}

/// The same, without topics of which nothing is asked.
fn asked_of_each() -> impl Strategy<Value = Vec<Asked>> {
    vec((0u8..6, vec(0i32..6, 1..5)), 0..6)
}

/// The same, each once.
fn asked_once() -> impl Strategy<Value = Vec<Asked>> {
    asked().prop_map(|asked| {
        let mut once: Vec<Asked> = Vec::new();
        for (number, mut partitions) in asked {
            partitions.sort_unstable();
            partitions.dedup();
            // Brokers leave out topics that no partition is written to.
            let is_new = once.iter().all(|(known, _)| *known != number);
            if is_new && !partitions.is_empty() {
                once.push((number, partitions));
            }
        }
        once
    })
}

fn parts_of(request: &Message, brokers: i32) -> Vec<(Place, Message)> {
    match split(request, &mut |entity| place_of(&entity, brokers)).unwrap() {
        Split::Whole(place) => vec![(place, request.duplicate_request())],
        Split::Parts(parts) => parts
            .into_iter()
            .map(|part| (part.place, part.request))
            .collect(),
    }
}

/// What a request names, as text.
fn named(request: &Message) -> Vec<String> {
    let mut named = Vec::new();
    entities(request, &mut |entity| named.push(format!("{entity:?}"))).unwrap();
    named
}

/// The broker's own code, so that it is seen who has said what.
fn code_of(place: Place) -> ErrorCode {
    match place {
        Place::Broker(broker) => ErrorCode(1000 + i16::try_from(broker.0).unwrap()),
        Place::Nowhere(_) => TROUBLE,
    }
}

/// Every name in an answer with its error; that of a partition with its number.
fn outcomes(key: ApiKey, said: &Structure) -> Vec<(Value, Option<Value>, Value)> {
    let structures = |of: &Structure, array: &str| -> Vec<Structure> {
        let elements = of.elements(array).iter();
        elements
            .map(|one| one.as_structure().unwrap().clone())
            .collect()
    };
    let (topics, partitions, index) = match api(key).spread {
        Spread::Records => ("Responses", "PartitionResponses", "Index"),
        Spread::Partitions(of) => ("Topics", "Partitions", of.answered_partition),
        Spread::Entities(of) | Spread::Resources(of) | Spread::Placed(of) => {
            let elements = structures(said, of.answered).into_iter();
            let outcome = |element: Structure| {
                let error = element.get("ErrorCode").cloned().unwrap_or(Value::Null);
                (element.get(of.answered_name).unwrap().clone(), None, error)
            };
            return elements.map(outcome).collect();
        }
        Spread::Whole | Spread::Withheld => panic!("{key}"),
    };
    let mut all = Vec::new();
    for topic in structures(said, topics) {
        let names = ["Name", "Topic", "TopicId"].iter();
        let name = names.filter_map(|name| topic.get(name)).next().unwrap();
        for partition in structures(&topic, partitions) {
            let index = partition.get(index).cloned();
            all.push((
                name.clone(),
                index,
                partition.get("ErrorCode").unwrap().clone(),
            ));
        }
    }
    all
}

/// The same for one that all parts were asked for.
fn once<T: PartialEq>(all: Vec<T>) -> Vec<T> {
    let mut once = Vec::new();
    for one in all {
        if !once.contains(&one) {
            once.push(one);
        }
    }
    once
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn what_is_asked_for_is_in_one_part_that_goes_where_it_belongs(
        (key, version) in key_and_version(), asked in asked(), brokers in 1i32..4,
    ) {
        let request = asking(key, version, &asked);
        let mut by_place: Vec<(Place, Vec<String>)> = Vec::new();
        entities(&request, &mut |entity| {
            let place = place_of(&entity, brokers);
            let text = format!("{entity:?}");
            match by_place.iter_mut().find(|(known, _)| *known == place) {
                Some((_, named)) => named.push(text),
                None => by_place.push((place, vec![text])),
            }
        }).unwrap();
        let parts = parts_of(&request, brokers);
        let parts: Vec<_> = parts.iter().map(|(place, part)| (*place, named(part))).collect();
        prop_assert_eq!(parts, by_place);
    }

    #[test]
    fn each_broker_s_error_stands_beside_what_it_is_about_once_and_in_order(
        (key, version) in key_and_version(), asked in asked_of_each(), brokers in 1i32..4,
    ) {
        let request = asking(key, version, &asked);
        let parts = parts_of(&request, brokers);
        let mut expected = Vec::new();
        let whole = request.error_response(TROUBLE, None).unwrap();
        let mut answers = Vec::new();
        for (place, part) in &parts {
            let said = part.error_response(code_of(*place), None).unwrap();
            expected.extend(outcomes(key, &contents(&said)));
            answers.push(said);
        }
        // Brokers may answer in any order.
        answers.reverse();
        let merged = merge_parts(&for_error(&request), answers).unwrap();
        let merged = outcomes(key, &contents(&merged));
        let place = |(name, index, _): (Value, Option<Value>, Value)| (name, index);
        let order = once(outcomes(key, &contents(&whole)).into_iter().map(place).collect());
        let shown: Vec<_> = merged.iter().cloned().map(place).collect();
        if parts.len() > 1 {
            // A topic that stands in two places stands in the first of them.
            let mut by_topic: Vec<(Value, Option<Value>)> = Vec::new();
            for topic in once(order.iter().map(|(name, _)| name.clone()).collect()) {
                by_topic.extend(order.iter().filter(|(name, _)| *name == topic).cloned());
            }
            prop_assert_eq!(shown, by_topic);
        }
        for outcome in expected {
            prop_assert!(merged.contains(&outcome), "{:?} is lost", outcome);
        }
    }

    #[test]
    fn an_answer_is_the_same_whether_its_request_was_taken_apart_or_not(
        (key, version) in key_and_version(), asked in asked_once(), brokers in 1i32..4,
    ) {
        let request = asking(key, version, &asked);
        let answers = parts_of(&request, brokers).into_iter();
        let answers = answers.map(|(_, part)| part.error_response(TROUBLE, None).unwrap());
        let merged = merge_parts(&for_error(&request), answers.collect()).unwrap();
        let whole = request.error_response(TROUBLE, None).unwrap();
        prop_assert_eq!(merged.request_ref(), request.request_ref());
        prop_assert_eq!(merged.body_bytes().unwrap(), whole.body_bytes().unwrap());
    }

    #[test]
    fn the_client_waits_as_long_as_the_strictest_broker_says(
        (key, version) in key_and_version(), times in vec(0i32..1000, 2..4),
    ) {
        let asked: Vec<Asked> = (0..4).map(|number| (number, vec![0, 1, 2])).collect();
        let request = asking(key, version, &asked);
        let parts = parts_of(&request, i32::try_from(times.len()).unwrap());
        let mut longest = 0;
        let mut answers = Vec::new();
        for ((_, part), time) in parts.iter().zip(&times) {
            longest = longest.max(i64::from(*time));
            let said = contents(&part.error_response(TROUBLE, None).unwrap());
            answers.push(answer(part, &said.with("ThrottleTimeMs", *time)));
        }
        let merged = contents(&merge_parts(&request, answers).unwrap());
        let told = merged.get("ThrottleTimeMs").and_then(Value::as_int);
        prop_assert!(told.is_none_or(|told| told == longest));
    }
}

/// The answers of two brokers to a request about what both have.
fn two_answers(key: ApiKey, version: i16, said: [Structure; 2]) -> Message {
    let request = asking(key, version, &[(0, vec![0, 1])]);
    let answers = said.map(|said| answer(&request.duplicate_request(), &said));
    merge_parts(&request, answers.into()).unwrap()
}

#[test]
fn leaders_are_left_out_of_a_merged_produce_answer() {
    let key = ApiKey::Produce;
    for version in 10..=*key.versions().end() {
        let said = super::build::full(key.response_schema().fields(), version);
        let merged = contents(&two_answers(key, version, [said.clone(), said]));
        assert_eq!(merged.get("NodeEndpoints"), None);
        for topic in super::build::all(&merged, "Responses") {
            for partition in super::build::all(topic, "PartitionResponses") {
                assert_eq!(partition.get("CurrentLeader"), None);
                assert_eq!(partition.get("ErrorMessage"), Some(&"text".into()));
            }
        }
    }
}

#[test]
fn of_two_answers_about_the_same_the_error_counts() {
    let said = |index: i32, error: i32| {
        let partition = fields().with("PartitionIndex", index);
        let partitions = super::build::list([partition.with("ErrorCode", error)]);
        let topic = fields().with("Name", name(0).as_str());
        fields().with(
            "Topics",
            super::build::list([topic.with("Partitions", partitions)]),
        )
    };
    let merged = two_answers(ApiKey::ListOffsets, 7, [said(1, 0), said(1, 6)]);
    let codes = outcomes(ApiKey::ListOffsets, &contents(&merged));
    assert_eq!(codes, [(name(0).as_str().into(), Some(1.into()), 6.into())]);
}

#[test]
fn an_error_of_a_broker_altogether_is_one_of_what_it_was_asked_for() {
    let asked = [(0, vec![]), (1, vec![])];
    let request = asking(ApiKey::AddPartitionsToTxn, 4, &asked);
    let parts = parts_of(&request, 2);
    assert_eq!(parts.len(), 2);
    let done = parts[0].1.error_response(ErrorCode::NONE, None).unwrap();
    let refused = fields().with("ErrorCode", ErrorCode::CLUSTER_AUTHORIZATION_FAILED);
    let refused = answer(&parts[1].1, &refused);
    let merged = contents(&merge_parts(&request, vec![done, refused.clone()]).unwrap());
    assert_eq!(merged.get("ErrorCode"), Some(&0.into()));
    let codes: Vec<Vec<i64>> = super::build::all(&merged, "ResultsByTransaction")
        .into_iter()
        .map(|transaction| {
            let topics = super::build::all(transaction, "TopicResults").into_iter();
            let partitions =
                topics.flat_map(|topic| super::build::all(topic, "ResultsByPartition"));
            partitions
                .map(|partition| super::build::int(partition, "PartitionErrorCode"))
                .collect()
        })
        .collect();
    assert_eq!(codes, [vec![0; 4], vec![31; 4]]);
    let merged = contents(&merge_parts(&request, vec![refused.clone(), refused]).unwrap());
    assert_eq!(merged.get("ErrorCode"), Some(&31.into()));
}

#[test]
fn what_nobody_asked_for_is_passed_on_behind_the_rest() {
    let group = |name: &str| fields().with("GroupId", name);
    let said = |names: &[&str]| {
        let groups = names.iter().map(|name| group(name));
        fields().with("Results", super::build::list(groups))
    };
    let merged = two_answers(ApiKey::DeleteGroups, 2, [said(&["x"]), said(&["name0"])]);
    let merged = outcomes(ApiKey::DeleteGroups, &contents(&merged));
    let names: Vec<Value> = merged.into_iter().map(|(name, ..)| name).collect();
    assert_eq!(names, ["name0".into(), "x".into()]);
}

#[test]
fn there_is_no_answer_made_of_none() {
    let request = asking(ApiKey::DeleteGroups, 2, &[(0, vec![])]);
    assert!(merge_parts(&request, Vec::new()).is_err());
}

/// `Any` is not asked for by a request that is about partitions.
#[test]
fn a_request_about_nothing_goes_to_any_broker() {
    for (key, version) in parted_versions() {
        let request = asking(key, version, &[]);
        let mut visited = Vec::new();
        entities(&request, &mut |entity| {
            visited.push(matches!(entity, Entity::Any | Entity::Controller));
        })
        .unwrap();
        assert_eq!(visited, [true], "{key} v{version}");
        assert!(matches!(
            split(&request, &mut |entity| place_of(&entity, 2)),
            Ok(Split::Whole(_))
        ));
    }
}
