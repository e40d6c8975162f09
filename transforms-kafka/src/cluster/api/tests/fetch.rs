//! Does each fetch find its broker, and is it answered there?

use super::build::{fields, full, list, request};
use super::route::{by_id, check_contents, known_since, named};
use crate::cluster::api::{Route, without_rack};
use shotover::wire::ApiKey;
use shotover::wire::value::{Structure, Value};

fn fetch(session: (i32, i32), topics: &[&str], forgotten: &[&str]) -> Structure {
    let topic = |name: &&str| {
        fields()
            .with("Topic", *name)
            .with("TopicId", Value::Uuid([7; 16]))
    };
    let fetched = |name| topic(name).with("Partitions", list([fields().with("Partition", 3)]));
    let no_more = |name| topic(name).with("Partitions", vec![4.into()]);
    fields()
        .with("SessionId", session.0)
        .with("SessionEpoch", session.1)
        .with("Topics", list(topics.iter().map(fetched)))
        .with("ForgottenTopicsData", list(forgotten.iter().map(no_more)))
        .with("RackId", "rack")
}

#[test]
fn a_fetch_in_a_session_goes_to_the_sessions_broker() {
    let contents = fetch((9, 2), &["t"], &[]);
    for version in 7..=18 {
        let expected = Route::FetchSession { id: 9, epoch: 2 };
        check_contents(ApiKey::Fetch, version, &contents, &expected);
    }
}

#[test]
fn a_fetch_that_opens_or_closes_a_session_goes_to_the_leader() {
    for epoch in [0, -1] {
        let contents = fetch((9, epoch), &["t"], &["u"]);
        for version in 4..=18 {
            let expected = match version {
                ..13 => named("t", 3),
                13.. => by_id(3),
            };
            check_contents(ApiKey::Fetch, version, &contents, &expected);
        }
    }
}

#[test]
fn a_fetch_tells_which_election_the_client_knows_of() {
    let partition = fields().with("Partition", 3).with("CurrentLeaderEpoch", 5);
    let topic = fields()
        .with("Topic", "t")
        .with("TopicId", Value::Uuid([7; 16]))
        .with("Partitions", list([partition]));
    let contents = fields().with("Topics", list([topic]));
    for version in 4..=18 {
        let expected = match version {
            ..9 => named("t", 3),
            9..13 => known_since(named("t", 3), 5),
            13.. => known_since(by_id(3), 5),
        };
        check_contents(ApiKey::Fetch, version, &contents, &expected);
    }
}

#[test]
fn a_fetch_without_partitions_goes_to_the_leader_of_a_forgotten_one() {
    let contents = fetch((0, -1), &[], &["u"]);
    check_contents(ApiKey::Fetch, 12, &contents, &named("u", 4));
    check_contents(ApiKey::Fetch, 13, &contents, &by_id(4));
}

#[test]
fn a_fetch_of_nothing_closes_its_session_or_goes_anywhere() {
    let closing = Route::FetchSession { id: 9, epoch: -1 };
    check_contents(ApiKey::Fetch, 12, &fetch((9, -1), &[], &[]), &closing);
    check_contents(ApiKey::Fetch, 12, &fetch((0, -1), &[], &[]), &Route::Any);
}

#[test]
fn racks_are_taken_out_of_fetches() {
    for version in 4..=18 {
        let contents = fetch((9, 2), &["t", "u"], &["v", "w"]);
        let bare = without_rack(request(ApiKey::Fetch, version, &contents));
        let expected = request(ApiKey::Fetch, version, &contents.with("RackId", ""));
        assert_eq!(
            bare.into_frame().unwrap().contiguous(),
            expected.into_frame().unwrap().contiguous(),
            "v{version}"
        );
    }
}

#[test]
fn a_fetch_full_of_everything_loses_nothing_but_its_rack() {
    for version in 11..=18 {
        let contents = full(ApiKey::Fetch.request_schema().fields(), version);
        let bare = without_rack(request(ApiKey::Fetch, version, &contents));
        let expected = request(ApiKey::Fetch, version, &contents.with("RackId", ""));
        assert_eq!(bare.body_bytes().unwrap(), expected.body_bytes().unwrap());
    }
}

#[test]
fn a_fetch_without_a_rack_stays_in_one_piece() {
    let contents = fetch((9, 2), &["t"], &[]).with("RackId", "");
    let bare = without_rack(request(ApiKey::Fetch, 12, &contents));
    assert_eq!(bare.into_frame().unwrap().pieces().len(), 1);
}
