//! Which requests are copied?

use super::fixture::{Teed, produce, produce_long};
use crate::message::{Message, MessageId};
use crate::transforms::tee::selection::Selection;
use crate::transforms::tee::transform::{MAX_HELD, MAX_HELD_BYTES};
use crate::transforms::testing::{default_request, request, request_of};
use crate::wire::ApiKey;
use crate::wire::value::{Structure, Value};
use bytes::Bytes;
use kafka_protocol::messages::api_versions_response::ApiVersion;
use kafka_protocol::messages::{ApiVersionsRequest, ApiVersionsResponse, ResponseKind};

fn keys(copies: &[Message]) -> Vec<ApiKey> {
    copies.iter().map(Message::api_key).collect()
}

#[tokio::test(start_paused = true)]
async fn a_write_goes_to_both_and_only_one_answer_comes_up() {
    let mut teed = Teed::new();
    teed.ask(|sequence| request(sequence, 9, &produce("orders", -1)))
        .await;
    let [original] = teed.broker.received().try_into().unwrap();
    let [copy] = teed.copies().try_into().unwrap();
    assert_ne!(copy.id(), original.id());
    teed.second.answer_all(std::slice::from_ref(&copy));
    teed.settle().await;
    let bytes = |message: Message| message.into_frame().unwrap().contiguous();
    assert_eq!(bytes(copy), bytes(original));
    assert_eq!((teed.copied(), teed.ended()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn what_a_client_asks_for_is_not_copied_before_it_is_let_in() {
    let mut teed = Teed::of_strangers(Selection::default());
    teed.silence();
    let requests = vec![
        request(0, 9, &produce("orders", -1)),
        default_request(1, ApiKey::DeleteTopics, 3),
        default_request(2, ApiKey::Metadata, 12),
    ];
    teed.chain.process(requests).await.unwrap();
    assert!(teed.copies().is_empty());
    // A broker that wants to know who the client is answers nothing else.
    let [write, ..] = &teed.broker.received()[..] else {
        panic!()
    };
    teed.broker.answer_all(std::slice::from_ref(write));
    assert_eq!(teed.chain.process(Vec::new()).await.unwrap().len(), 1);
    assert_eq!(
        keys(&teed.copies()),
        [ApiKey::Produce, ApiKey::DeleteTopics, ApiKey::Metadata]
    );
    // Nor does this cluster ask others.
    teed.reconnect();
    let again = vec![request(0, 9, &produce("orders", -1))];
    teed.chain.process(again).await.unwrap();
    assert_eq!(keys(&teed.copies()), [ApiKey::Produce]);
    assert_eq!(teed.not_copied("not_let_in"), 0);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_copied_of_a_client_that_is_not_let_in() {
    let mut teed = Teed::of_strangers(Selection {
        sasl: true,
        ..Selection::default()
    });
    teed.silence();
    let metadata = |sequence| default_request(sequence, ApiKey::Metadata, 12);
    let count = 2 + u64::try_from(MAX_HELD).unwrap();
    teed.chain
        .process((0..count).map(metadata).collect())
        .await
        .unwrap();
    assert_eq!(teed.not_copied("not_let_in"), 2);
    let login = default_request(count, ApiKey::SaslHandshake, 1);
    teed.chain.process(vec![login]).await.unwrap();
    assert_eq!(keys(&teed.copies()), [ApiKey::SaslHandshake]);
    teed.reconnect();
    assert_eq!(teed.not_copied("not_let_in"), count);
    let long = vec![request(0, 9, &produce_long(MAX_HELD_BYTES))];
    teed.chain.process(long).await.unwrap();
    assert_eq!(teed.not_copied("not_let_in"), count + 1);
    assert!(teed.copies().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_order_of_copies_is_that_of_the_requests() {
    let mut teed = Teed::new();
    let requests = ["a", "b", "c"].iter().zip(0..);
    let requests = requests.map(|(topic, sequence)| request(sequence, 9, &produce(topic, 1)));
    teed.chain.process(requests.collect()).await.unwrap();
    let bodies = |messages: Vec<Message>| -> Vec<Bytes> {
        messages
            .iter()
            .map(|message| message.body_bytes().unwrap())
            .collect()
    };
    let copies = bodies(teed.copies());
    assert_eq!(copies.len(), 3);
    assert_eq!(copies, bodies(teed.broker.received()));
}

#[tokio::test(start_paused = true)]
async fn what_has_an_effect_is_copied_and_nothing_else() {
    let mut teed = Teed::new();
    for key in ApiKey::ALL.iter().filter(|key| **key != ApiKey::Produce) {
        teed.ask_for(*key, *key.versions().end()).await;
    }
    assert_eq!(
        keys(&teed.copies()),
        [
            ApiKey::Metadata,
            ApiKey::CreateTopics,
            ApiKey::DeleteTopics,
            ApiKey::CreateAcls,
            ApiKey::DeleteAcls,
            ApiKey::CreatePartitions,
            ApiKey::AlterClientQuotas,
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn apis_that_are_named_are_copied_and_nothing_else() {
    let selection = [ApiKey::Fetch, ApiKey::Heartbeat].into_iter().collect();
    let mut teed = Teed::selecting(selection);
    for key in [ApiKey::Metadata, ApiKey::Heartbeat, ApiKey::Fetch] {
        teed.ask_for(key, 4).await;
    }
    assert_eq!(keys(&teed.copies()), [ApiKey::Heartbeat, ApiKey::Fetch]);
}

#[tokio::test(start_paused = true)]
async fn what_names_a_topic_by_its_id_is_not_copied() {
    let mut teed = Teed::new();
    let by_id = Structure::new()
        .with("Name", Value::Null)
        .with("TopicId", Value::Uuid([7; 16]));
    let contents = Structure::new().with("Topics", vec![Value::from(by_id)]);
    for (key, version) in [(ApiKey::DeleteTopics, 6), (ApiKey::Metadata, 12)] {
        teed.ask(|sequence| request_of(sequence, (key, version), &contents))
            .await;
    }
    assert!(teed.copies().is_empty());
    assert_eq!(teed.not_copied("topic_id"), 2);
}

/// What came to the second broker of a client that logged in, in either way there is.
async fn log_in(mut teed: Teed) -> Vec<Message> {
    teed.silence();
    let token = Bytes::from_static(b"\0\0\0\x05\0u\0pw");
    let requests = vec![
        default_request(0, ApiKey::ApiVersions, 3),
        default_request(1, ApiKey::SaslHandshake, 1),
        default_request(2, ApiKey::SaslAuthenticate, 2),
        Message::from_bare_sasl_token(MessageId::from_client(3), token),
    ];
    teed.chain.process(requests).await.unwrap();
    teed.copies()
}

#[tokio::test(start_paused = true)]
async fn what_clients_log_in_with_stays_here() {
    assert!(log_in(Teed::new()).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_clients_log_in_with_is_copied_if_the_operator_says_so() {
    let mut copies = log_in(Teed::with_sasl()).await;
    let logged_in = [
        ApiKey::SaslHandshake,
        ApiKey::SaslAuthenticate,
        ApiKey::SaslAuthenticate,
    ];
    assert_eq!(keys(&copies), logged_in);
    let token = copies.remove(2).into_frame().unwrap().contiguous();
    assert_eq!(token, b"\0\0\0\x05\0u\0pw".as_slice());
}

/// The latest version of Produce that a client is offered by a broker with version 13.
async fn offered(selection: Selection) -> i16 {
    let mut teed = Teed::selecting(selection);
    teed.silence();
    let hello = request(0, 3, &ApiVersionsRequest::default());
    let produce = ApiVersion::default().with_max_version(13);
    let body = ApiVersionsResponse::default().with_api_keys(vec![produce]);
    teed.broker
        .answer(hello.respond(&ResponseKind::ApiVersions(body)).unwrap());
    let mut answers = teed.chain.process(vec![hello]).await.unwrap();
    let ResponseKind::ApiVersions(body) = answers[0].response().unwrap() else {
        panic!()
    };
    body.api_keys[0].max_version
}

#[tokio::test(start_paused = true)]
async fn clients_are_kept_from_writes_by_topic_id_where_writes_are_copied() {
    assert_eq!(offered(Selection::default()).await, 12);
    assert_eq!(offered([ApiKey::Metadata].into_iter().collect()).await, 13);
}
