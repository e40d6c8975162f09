use super::refusal::error_for;
use crate::message::Message;
use crate::observability::Metrics;
use crate::transforms::testing::{
    Broker, default_request, in_front_of, problems, produce, request, sequences,
};
use crate::transforms::{Blame, TransformChain};
use crate::wire::{ApiKey, ErrorCode};
use kafka_protocol::messages::api_versions_response::ApiVersion;
use kafka_protocol::messages::{
    ApiVersionsRequest, ApiVersionsResponse, FindCoordinatorRequest, InitProducerIdRequest,
    ResponseKind, TransactionalId,
};
use kafka_protocol::protocol::StrBytes;

async fn filtered(settings: &str) -> (Broker, TransformChain) {
    let broker = Broker::default();
    let chain = in_front_of(&broker, &format!("Filter: {settings}"), &Metrics::new()).await;
    (broker, chain)
}

#[tokio::test]
async fn what_is_denied_is_answered_and_the_rest_passes() {
    let (broker, mut chain) = filtered("{ deny: [Produce, DeleteTopics] }").await;
    let requests = vec![
        default_request(0, ApiKey::Heartbeat, 4),
        request(1, 9, &produce("orders", 1)),
        default_request(2, ApiKey::DeleteTopics, 6),
        default_request(3, ApiKey::Fetch, 12),
    ];
    let mut answers = chain.process(requests).await.unwrap();
    answers.sort_by_key(Message::id);
    assert_eq!(sequences(&answers), [0, 1, 2, 3]);
    assert_eq!(sequences(&broker.received()), [0, 3]);
    let ResponseKind::Produce(body) = answers[1].response().unwrap() else {
        panic!()
    };
    let partition = &body.responses[0].partition_responses[0];
    assert_eq!((partition.index, partition.error_code), (3, 29));
}

#[tokio::test]
async fn what_is_not_allowed_is_refused_but_for_the_beginning_of_a_connection() {
    let (broker, mut chain) = filtered("{ allow: [Metadata] }").await;
    let keys = [
        ApiKey::ApiVersions,
        ApiKey::SaslHandshake,
        ApiKey::SaslAuthenticate,
        ApiKey::Metadata,
        ApiKey::Heartbeat,
    ];
    let requests = (0..).zip(keys);
    let requests = requests.map(|(sequence, key)| default_request(sequence, key, 1));
    assert_eq!(chain.process(requests.collect()).await.unwrap().len(), 5);
    assert_eq!(sequences(&broker.received()), [0, 1, 2, 3]);
}

#[tokio::test]
async fn every_request_of_every_version_can_be_refused() {
    let all = ApiKey::ALL.iter().skip(2).map(|key| key.name());
    let beginning = ["ApiVersions", "SaslHandshake", "SaslAuthenticate"];
    let names: Vec<_> = all.filter(|name| !beginning.contains(name)).collect();
    let (broker, mut chain) = filtered(&format!("{{ deny: [{}] }}", names.join(", "))).await;
    let mut sequence = 0;
    for key in names.iter().map(|name| name.parse::<ApiKey>().unwrap()) {
        for version in key.versions() {
            let asked = default_request(sequence, key, version);
            let answers = chain.process(vec![asked]).await.unwrap();
            assert_eq!(sequences(&answers), [sequence], "{key} v{version}");
            sequence += 1;
        }
    }
    assert!(broker.received().is_empty());
}

#[tokio::test]
async fn a_refused_write_without_acks_ends_the_connection() {
    let (broker, mut chain) = filtered("{ deny: [Produce] }").await;
    let asked = request(0, 9, &produce("orders", 0));
    let ended = chain.process(vec![asked]).await.unwrap_err();
    assert_eq!(ended.blame(), Blame::Client);
    assert!(broker.received().is_empty());
}

/// What a client is offered by a broker that offers these.
async fn offered(settings: &str, error: i16, keys: &[i16]) -> Vec<i16> {
    let broker = Broker::silent();
    let mut chain = in_front_of(&broker, &format!("Filter: {settings}"), &Metrics::new()).await;
    let hello = request(0, 3, &ApiVersionsRequest::default());
    let keys = keys
        .iter()
        .map(|key| ApiVersion::default().with_api_key(*key).with_max_version(7));
    let body = ApiVersionsResponse::default()
        .with_error_code(error)
        .with_api_keys(keys.collect())
        .with_finalized_features_epoch(5);
    let answer = hello.respond(&ResponseKind::ApiVersions(body)).unwrap();
    chain.process(vec![hello]).await.unwrap();
    broker.answer(answer);
    let mut answers = chain.process(Vec::new()).await.unwrap();
    let ResponseKind::ApiVersions(body) = answers[0].response().unwrap() else {
        panic!()
    };
    assert_eq!(body.finalized_features_epoch, 5);
    assert!(body.api_keys.iter().all(|offer| offer.max_version == 7));
    body.api_keys.iter().map(|offer| offer.api_key).collect()
}

#[tokio::test]
async fn what_is_refused_is_not_offered_nor_is_what_nobody_knows() {
    let offer = [0, 1, 3, 17, 18, 36, 4711];
    let denied = offered("{ deny: [Produce, Heartbeat] }", 0, &offer).await;
    assert_eq!(denied, [1, 3, 17, 18, 36]);
    let allowed = offered("{ allow: [Fetch] }", 0, &offer).await;
    assert_eq!(allowed, [1, 17, 18, 36]);
}

#[tokio::test]
async fn an_offer_that_is_an_error_stays_as_it_is() {
    assert_eq!(offered("{ deny: [Produce] }", 35, &[0]).await, [0]);
}

#[test]
fn coordinators_and_producers_are_refused_for_what_they_are_wanted_for() {
    let seek = |kind| request(0, 3, &FindCoordinatorRequest::default().with_key_type(kind));
    assert_eq!(error_for(&seek(0)), ErrorCode::GROUP_AUTHORIZATION_FAILED);
    assert_eq!(
        error_for(&seek(1)),
        ErrorCode::TRANSACTIONAL_ID_AUTHORIZATION_FAILED
    );
    let begin = |id| {
        let body = InitProducerIdRequest::default().with_transactional_id(id);
        request(0, 4, &body)
    };
    assert_eq!(
        error_for(&begin(None)),
        ErrorCode::CLUSTER_AUTHORIZATION_FAILED
    );
    let id = TransactionalId(StrBytes::from_static_str("t"));
    assert_eq!(
        error_for(&begin(Some(id))),
        ErrorCode::TRANSACTIONAL_ID_AUTHORIZATION_FAILED
    );
}

/// Errors that clients take for a passing state of the cluster.
#[test]
fn no_client_tries_again_what_is_refused() {
    let passing = [3, 5, 6, 7, 8, 9, 13, 14, 15, 16, 41, 56, 74, 75, 89, 100];
    for key in ApiKey::ALL {
        let asked = default_request(0, *key, *key.versions().end());
        let error = error_for(&asked);
        assert!(error.is_error() && !passing.contains(&error.0), "{key}");
    }
}

#[test]
fn exactly_one_list_is_expected() {
    assert_eq!(
        problems("Filter: {}"),
        [": expected one of allow and deny, found neither"]
    );
    assert_eq!(
        problems("Filter: { allow: [Fetch], deny: [Produce] }"),
        [": expected one of allow and deny, found both"]
    );
    assert_eq!(
        problems("Filter: { allow: [] }"),
        ["allow: expected at least one API, found none"]
    );
}

#[test]
fn names_that_are_no_apis_are_reported_with_those_that_were_meant() {
    let found = problems("Filter: { allow: [Prodce, Fetch, fetch] }");
    assert_eq!(found.len(), 2);
    assert!(
        found[0].starts_with("allow[0]: unknown API `Prodce` (did you mean `Produce`?)"),
        "{found:?}"
    );
    assert!(
        found[1].starts_with("allow[2]: unknown API `fetch` (did you mean `Fetch`?)"),
        "{found:?}"
    );
}

#[test]
fn the_beginning_of_a_connection_cannot_be_refused() {
    assert_eq!(
        problems("Filter: { deny: [Fetch, SaslHandshake] }"),
        ["deny[1]: SaslHandshake cannot be refused: no client can begin without it"]
    );
}
