//! Is it seen who coordinates what?

use super::build::{answer, every_version, fields, full, list, request};
use crate::cluster::api::{Route, observe, route};
use crate::cluster::view::{CoordinatorKey, CoordinatorKind, Observation};
use bytes::Bytes;
use kafka_protocol::messages::BrokerId;
use shotover::message::Message;
use shotover::wire::value::Structure;
use shotover::wire::{ApiKey, ErrorCode};

const ASKED: BrokerId = BrokerId(3);

fn key(kind: CoordinatorKind, name: &'static str) -> CoordinatorKey {
    CoordinatorKey {
        kind,
        name: Bytes::from_static(name.as_bytes()),
    }
}

fn seen(request: &Message, said: &Structure) -> Vec<Observation> {
    observe(request, &answer(request, said), Some(ASKED)).unwrap()
}

/// The request's coordinator, if it goes to one.
fn coordinated(request: &Message) -> Option<CoordinatorKey> {
    let body = request.body_bytes().unwrap();
    let Route::Coordinator(key) = route(request.request_ref(), &body).unwrap() else {
        return None;
    };
    Some(key)
}

#[test]
fn a_broker_that_is_not_the_coordinator_says_so_in_every_version() {
    let errors = [
        ErrorCode::NOT_COORDINATOR,
        ErrorCode::COORDINATOR_NOT_AVAILABLE,
    ];
    for (api, version) in every_version() {
        let request = request(api, version, &full(api.request_schema().fields(), version));
        let Some(key) = coordinated(&request) else {
            continue;
        };
        for error in errors {
            let answer = request.error_response(error, None).unwrap();
            let expected = Observation::NotCoordinator {
                key: key.clone(),
                broker: ASKED,
            };
            let seen = observe(&request, &answer, Some(ASKED));
            assert_eq!(seen, Ok(vec![expected]), "{api} v{version}");
        }
    }
}

#[test]
fn of_several_groups_the_one_is_doubted_whose_coordinator_it_is_not() {
    let group = |name: &'static str| fields().with("GroupId", name);
    let asked = fields().with("Groups", list([group("one"), group("other")]));
    let request = request(ApiKey::OffsetFetch, 9, &asked);
    let other = group("other").with("ErrorCode", ErrorCode::NOT_COORDINATOR);
    let said = fields().with("Groups", list([group("one"), other]));
    let expected = Observation::NotCoordinator {
        key: key(CoordinatorKind::Group, "other"),
        broker: ASKED,
    };
    assert_eq!(seen(&request, &said), [expected]);
}

#[test]
fn a_coordinator_is_doubted_behind_other_errors_too() {
    let group = |name: &'static str, error: ErrorCode| {
        let said = fields().with("GroupId", name);
        said.with("ErrorCode", error)
    };
    let groups = |errors: [ErrorCode; 2]| {
        let [one, other] = errors;
        fields().with("Groups", list([group("g", one), group("h", other)]))
    };
    let topics = |errors: [ErrorCode; 2]| {
        let topic = |error: ErrorCode| {
            let partition = fields().with("ErrorCode", error);
            fields().with("Partitions", list([partition]))
        };
        fields().with("Topics", list(errors.map(topic)))
    };
    let no_group = ErrorCode::GROUP_AUTHORIZATION_FAILED;
    let no_topic = ErrorCode::TOPIC_AUTHORIZATION_FAILED;
    let elsewhere = ErrorCode::NOT_COORDINATOR;
    let asked = fields().with("GroupId", "g");
    let names = ["g", "h"].map(|name| fields().with("GroupId", name));
    let fetched = fields().with("Groups", list(names));
    // The errors in an answer, and the group whose coordinator is doubted.
    for (api, asked, said, doubted) in [
        (
            ApiKey::OffsetFetch,
            &fetched,
            groups([no_group, elsewhere]),
            Some("h"),
        ),
        (
            ApiKey::OffsetFetch,
            &fetched,
            groups([elsewhere, no_group]),
            Some("g"),
        ),
        (
            ApiKey::OffsetFetch,
            &fetched,
            groups([no_group, no_group]),
            None,
        ),
        (
            ApiKey::OffsetCommit,
            &asked,
            topics([no_topic, elsewhere]),
            Some("g"),
        ),
        (
            ApiKey::OffsetCommit,
            &asked,
            topics([no_topic, no_topic]),
            None,
        ),
    ] {
        let request = request(api, 8, asked);
        let doubted = doubted.map(|name| Observation::NotCoordinator {
            key: key(CoordinatorKind::Group, name),
            broker: ASKED,
        });
        let expected: Vec<Observation> = doubted.into_iter().collect();
        assert_eq!(seen(&request, &said), expected, "{api} {said:?}");
    }
}

#[test]
fn other_answers_say_nothing_about_coordinators() {
    for (api, version) in every_version() {
        let request = request(api, version, &full(api.request_schema().fields(), version));
        if coordinated(&request).is_none() {
            continue;
        }
        for error in [
            ErrorCode::COORDINATOR_LOAD_IN_PROGRESS,
            ErrorCode::ILLEGAL_GENERATION,
        ] {
            let answer = request.error_response(error, None).unwrap();
            assert_eq!(observe(&request, &answer, Some(ASKED)), Ok(Vec::new()));
        }
        let empty = request.empty_response().unwrap();
        assert_eq!(observe(&request, &empty, Some(ASKED)), Ok(Vec::new()));
    }
}

fn found(name: &str, error: ErrorCode, id: i32) -> Structure {
    fields()
        .with("Key", name)
        .with("ErrorCode", error)
        .with("NodeId", id)
        .with("Host", "h")
        .with("Port", 9092)
}

fn coordinator(kind: CoordinatorKind, name: &'static str, id: i32) -> Observation {
    Observation::Coordinator {
        key: key(kind, name),
        broker: BrokerId(id),
    }
}

#[test]
fn a_coordinator_that_is_found_belongs_to_the_key_of_the_request() {
    for version in 0..=3 {
        for (number, kind) in [
            (0, CoordinatorKind::Group),
            (1, CoordinatorKind::Transaction),
        ] {
            if version == 0 && number == 1 {
                continue;
            }
            let asked = fields().with("Key", "k").with("KeyType", number);
            let request = request(ApiKey::FindCoordinator, version, &asked);
            let mut said = fields().with("NodeId", 6);
            assert_eq!(seen(&request, &said), [coordinator(kind, "k", 6)]);
            said.set("ErrorCode", ErrorCode::COORDINATOR_NOT_AVAILABLE);
            assert_eq!(seen(&request, &said), []);
        }
    }
}

#[test]
fn of_several_coordinators_those_that_are_found_count() {
    for version in 4..=6 {
        let asked = fields().with("KeyType", 2);
        let request = request(ApiKey::FindCoordinator, version, &asked);
        let said = fields().with(
            "Coordinators",
            list([
                found("a", ErrorCode::NONE, 6),
                found("b", ErrorCode::COORDINATOR_NOT_AVAILABLE, -1),
                found("c", ErrorCode::NONE, 7),
                found("d", ErrorCode::NONE, -1),
            ]),
        );
        let expected = [("a", 6), ("c", 7)];
        let expected = expected.map(|(name, id)| coordinator(CoordinatorKind::Share, name, id));
        assert_eq!(seen(&request, &said), expected);
    }
}

#[test]
fn coordinators_of_an_unknown_kind_are_not_kept() {
    let asked = fields().with("KeyType", 3);
    let request = request(ApiKey::FindCoordinator, 4, &asked);
    let said = fields().with("Coordinators", list([found("a", ErrorCode::NONE, 6)]));
    assert_eq!(seen(&request, &said), []);
}
