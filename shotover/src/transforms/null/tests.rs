use crate::message::{Message, MessageId};
use crate::transforms::Blame;
use crate::transforms::testing::{alone, problems, produce, request, request_of, sequences};
use crate::wire::value::Structure;
use crate::wire::{ApiKey, RequestHeader};
use bytes::Bytes;
use kafka_protocol::messages::metadata_request::MetadataRequestTopic;
use kafka_protocol::messages::{
    ApiVersionsRequest, FindCoordinatorRequest, MetadataRequest, MetadataResponse, ResponseKind,
    TopicName,
};
use kafka_protocol::protocol::StrBytes;

async fn answer_of(yaml: &str, request: Message) -> Message {
    let answers = alone(yaml).await.process(vec![request]).await.unwrap();
    let [answer] = answers.try_into().unwrap();
    answer
}

async fn metadata_of(yaml: &str, version: i16) -> MetadataResponse {
    let topic = MetadataRequestTopic::default()
        .with_name(Some(TopicName(StrBytes::from_static_str("orders"))));
    let body = MetadataRequest::default().with_topics(Some(vec![topic]));
    let mut answer = answer_of(yaml, request(0, version, &body)).await;
    let ResponseKind::Metadata(body) = answer.response().unwrap() else {
        panic!()
    };
    body.clone()
}

/// Every request of every version, answered.
async fn answers_everything(yaml: &str) {
    let mut chain = alone(yaml).await;
    let all = ApiKey::ALL.iter();
    let all = all.flat_map(|key| key.versions().map(move |version| (*key, version)));
    for (sequence, (key, version)) in (0..).zip(all) {
        let contents = if key == ApiKey::Produce {
            Structure::new().with("Acks", 1)
        } else {
            Structure::new()
        };
        let asked = request_of(sequence, (key, version), &contents);
        let answers = chain.process(vec![asked]).await.unwrap();
        assert_eq!(sequences(&answers), [sequence], "{key} v{version}");
        let body = answers[0].body_bytes().unwrap();
        let read = key.response_schema().validate(version, &body);
        assert!(read.is_ok(), "{key} v{version}: {read:?}");
    }
}

#[tokio::test]
async fn every_request_gets_an_answer_that_can_be_read() {
    answers_everything("NullSink: {}").await;
}

#[tokio::test]
async fn every_request_gets_an_error_that_can_be_read() {
    answers_everything("NullSink: { error: CLUSTER_AUTHORIZATION_FAILED }").await;
}

#[tokio::test]
async fn a_client_learns_every_version_that_can_be_read() {
    for version in 0..=4 {
        let hello = request(0, version, &ApiVersionsRequest::default());
        let mut answer =
            answer_of("NullSink: { error: CLUSTER_AUTHORIZATION_FAILED }", hello).await;
        let ResponseKind::ApiVersions(body) = answer.response().unwrap() else {
            panic!()
        };
        assert_eq!(body.error_code, 0);
        for offer in &body.api_keys {
            let key = ApiKey::from_code(offer.api_key).unwrap();
            assert_eq!(offer.max_version, *key.versions().end());
        }
        assert_eq!(body.api_keys.len(), ApiKey::ALL.len());
        // What librdkafka looks for.
        assert_eq!(body.api_keys[0].min_version, 0);
    }
}

#[tokio::test]
async fn this_proxy_is_the_only_broker() {
    for version in ApiKey::Metadata.versions() {
        let body = metadata_of("NullSink: {}", version).await;
        assert_eq!(body.brokers.len(), 1);
        assert_eq!(body.brokers[0].host, StrBytes::from_static_str("127.0.0.1"));
        assert_eq!(body.brokers[0].port, 9192);
        assert_eq!(body.topics[0].error_code, 0);
    }
}

#[tokio::test]
async fn the_error_stands_at_every_topic() {
    let body = metadata_of("NullSink: { error: POLICY_VIOLATION }", 12).await;
    assert_eq!((body.brokers.len(), body.topics[0].error_code), (1, 44));
}

#[tokio::test]
async fn there_is_no_coordinator() {
    let asked = request(0, 3, &FindCoordinatorRequest::default());
    let mut answer = answer_of("NullSink: {}", asked).await;
    let ResponseKind::FindCoordinator(body) = answer.response().unwrap() else {
        panic!()
    };
    assert_eq!(body.error_code, 15);
}

#[tokio::test]
async fn a_write_without_acks_is_not_answered() {
    let mut chain = alone("NullSink: {}").await;
    let requests = vec![
        request(0, 9, &produce("orders", 0)),
        request(1, 9, &produce("orders", 1)),
    ];
    assert_eq!(sequences(&chain.process(requests).await.unwrap()), [1]);
}

#[tokio::test]
async fn any_token_is_good_enough_unless_there_is_an_error() {
    let token = || {
        let frame = Bytes::from_static(b"\0\0\0\x05\0u\0pw");
        Message::from_bare_sasl_token(MessageId::from_client(0), frame)
    };
    let answer = answer_of("NullSink: {}", token()).await;
    let frame = answer.into_frame().unwrap().contiguous();
    assert_eq!(frame, Bytes::from_static(&[0; 4]));
    let mut refusing = alone("NullSink: { error: SASL_AUTHENTICATION_FAILED }").await;
    let refused = refusing.process(vec![token()]).await.unwrap_err();
    assert_eq!(refused.blame(), Blame::Client);
}

#[tokio::test]
async fn a_request_that_cannot_be_read_is_the_fault_of_the_client() {
    let mut frame = b"\0\0\0\x0e\0\x03\0\x01\0\0\0\x07\xff\xff\x7f\xff\xff\xff".to_vec();
    assert!(RequestHeader::peek(&frame[4..]).is_ok());
    frame[3] = u8::try_from(frame.len() - 4).unwrap();
    let asked = Message::from_request_frame(MessageId::from_client(0), frame.into()).unwrap();
    let mut chain = alone("NullSink: {}").await;
    let refused = chain.process(vec![asked]).await.unwrap_err();
    assert_eq!(refused.blame(), Blame::Client);
}

#[test]
fn an_error_that_kafka_does_not_have_is_reported_with_the_one_that_was_meant() {
    let found = problems("NullSink: { error: POLICY_VIOLATON }");
    assert_eq!(found.len(), 1);
    assert!(
        found[0].starts_with(
            "error: unknown error `POLICY_VIOLATON` (did you mean `POLICY_VIOLATION`?)"
        ),
        "{found:?}"
    );
    assert!(problems("NullSink: { error: NONE }")[0].starts_with("error: unknown error `NONE`"));
}
