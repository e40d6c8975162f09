use super::frame::RESTS_ALONE;
use super::*;
use crate::budget::Budget;
use crate::wire::schema::MAX_DECODED_VALUES;
use crate::wire::{ApiKey, ErrorCode, RequestHeaderError};
use bytes::{BufMut, Bytes, BytesMut};
use kafka_protocol::messages::api_versions_response::ApiVersion;
use kafka_protocol::messages::metadata_request::MetadataRequestTopic;
use kafka_protocol::messages::{
    AlterReplicaLogDirsRequest, ApiVersionsRequest, ApiVersionsResponse, FetchRequest,
    MetadataRequest, MetadataResponse, ProduceRequest, RequestKind, ResponseKind, TopicName,
    TransactionalId,
};
use kafka_protocol::protocol::StrBytes;

fn topic(name: &'static str) -> TopicName {
    TopicName(StrBytes::from_static_str(name))
}

fn metadata(names: &[&'static str]) -> Message {
    let topics = names
        .iter()
        .map(|name| MetadataRequestTopic::default().with_name(Some(topic(name))));
    let body = MetadataRequest::default().with_topics(Some(topics.collect()));
    Message::new_request(12, "tester", &body).unwrap()
}

fn produce(acks: i16) -> Message {
    Message::new_request(9, "tester", &ProduceRequest::default().with_acks(acks)).unwrap()
}

/// The request as it would arrive at a source.
fn arrived(request: Message) -> Message {
    let id = request.id();
    Message::from_request_frame(id, request.into_frame().unwrap().contiguous()).unwrap()
}

#[test]
fn a_header_is_known_without_decoding() {
    let request = arrived(metadata(&["a"]));
    assert_eq!(request.api_key(), ApiKey::Metadata);
    assert_eq!(request.api_version(), 12);
    assert_eq!(request.correlation_id(), Some(0));
    assert_eq!(request.client_id(), Some(Bytes::from_static(b"tester")));
}

#[test]
fn a_message_that_was_read_leaves_as_the_bytes_it_came_as() {
    // A null client id and a byte behind the last field: encoding again would lose both.
    let mut frame = BytesMut::new();
    frame.put_i32(2 + 2 + 4 + 2 + 4 + 1);
    frame.put_i16(3);
    frame.put_i16(1);
    frame.put_i32(77);
    frame.put_i16(-1);
    frame.put_i32(-1);
    frame.put_u8(9);
    let frame = frame.freeze();
    let mut request =
        Message::from_request_frame(MessageId::from_client(0), frame.clone()).unwrap();
    assert!(
        matches!(request.request().unwrap(), RequestKind::Metadata(body) if body.topics.is_none())
    );
    let left = request.into_frame().unwrap();
    assert_eq!(left.pieces().len(), 1);
    assert_eq!(
        left.pieces()[0].as_ptr(),
        frame.as_ptr(),
        "the bytes were copied"
    );
}

#[test]
fn a_message_that_was_changed_is_encoded_again_behind_its_own_header() {
    let mut request = arrived(metadata(&["a"]));
    let RequestKind::Metadata(body) = request.request_mut().unwrap() else {
        panic!()
    };
    body.topics = None;
    let mut again = arrived(request);
    assert_eq!(again.client_id(), Some(Bytes::from_static(b"tester")));
    assert!(
        matches!(again.request().unwrap(), RequestKind::Metadata(body) if body.topics.is_none())
    );
}

#[test]
fn only_produce_without_acks_expects_no_response() {
    assert!(!arrived(produce(0)).expects_response());
    assert!(arrived(produce(1)).expects_response());
    assert!(arrived(produce(-1)).expects_response());
    assert!(metadata(&[]).expects_response());
}

#[test]
fn acks_of_a_request_in_pieces_are_known_wherever_it_is_cut() {
    for length in [0, 3, 32_000] {
        let id = StrBytes::from_string("x".repeat(length));
        for acks in [0, 1] {
            let body = ProduceRequest::default()
                .with_transactional_id(Some(id.clone().into()))
                .with_acks(acks);
            let request = Message::new_request(9, "tester", &body).unwrap();
            let body = request.body_bytes().unwrap();
            for cut in [1, 2, body.len() / 2, body.len() - 1] {
                let pieces = vec![body.slice(..cut), body.slice(cut..)];
                let cut = request.with_body(pieces).unwrap();
                assert_eq!(cut.expects_response(), acks != 0);
            }
        }
    }
}

#[test]
fn acks_that_a_transform_changed_count() {
    let mut request = arrived(produce(1));
    let RequestKind::Produce(body) = request.request_mut().unwrap() else {
        panic!()
    };
    body.acks = 0;
    assert!(!request.expects_response());
}

#[test]
fn a_response_carries_the_id_and_version_of_its_request() {
    let request = metadata(&[]);
    let response = request
        .respond(&ResponseKind::Metadata(MetadataResponse::default()))
        .unwrap();
    assert_eq!((response.id(), response.api_version()), (request.id(), 12));
    assert_eq!(response.direction(), Direction::Response);
}

#[test]
fn a_response_is_read_back_from_its_frame() {
    let request = metadata(&[]);
    let body = MetadataResponse::default().with_throttle_time_ms(17);
    let sent = request
        .respond(&ResponseKind::Metadata(body))
        .unwrap()
        .into_frame()
        .unwrap();
    let mut got = Message::from_response_frame(request.request_ref(), sent.contiguous()).unwrap();
    assert!(
        matches!(got.response().unwrap(), ResponseKind::Metadata(body) if body.throttle_time_ms == 17)
    );
}

#[test]
fn a_request_is_no_response() {
    let mut request = metadata(&[]);
    assert!(matches!(
        request.response(),
        Err(DecodeError::WrongDirection(_))
    ));
    assert!(matches!(
        request.response_mut(),
        Err(DecodeError::WrongDirection(_))
    ));
}

/// `kafka-protocol` alone would ask for 300 GB here and abort the process.
#[test]
fn an_array_length_without_an_array_is_an_error() {
    let request =
        metadata(&[]).with_body(vec![Bytes::from_static(&[0xff, 0xff, 0xff, 0xff, 0x0f])]);
    let mut request = arrived(request.unwrap());
    assert!(matches!(
        request.request(),
        Err(DecodeError::Malformed { .. })
    ));
}

#[test]
fn a_frame_of_pieces_is_written_as_one() {
    let request = metadata(&["a", "b"]);
    let body = request.body_bytes().unwrap();
    let pieces = vec![body.slice(..3), Bytes::new(), body.slice(3..)];
    let whole = request.clone().into_frame().unwrap().contiguous();
    let frame = request.with_body(pieces).unwrap().into_frame().unwrap();
    assert_eq!(frame.pieces().len(), 3);
    assert_eq!(frame.contiguous(), whole);
    assert_eq!(frame.wire_len(), whole.len());
}

#[test]
fn a_bare_sasl_token_is_a_sasl_authenticate_without_header() {
    let frame = Bytes::from_static(b"\0\0\0\x05\0u\0pw");
    let mut token = Message::from_bare_sasl_token(MessageId::from_client(3), frame.clone());
    assert_eq!((token.client_id(), token.correlation_id()), (None, None));
    let RequestKind::SaslAuthenticate(body) = token.request().unwrap() else {
        panic!()
    };
    assert_eq!(&body.auth_bytes[..], b"\0u\0pw");
    assert_eq!(token.clone().into_frame().unwrap().contiguous(), frame);
    let RequestKind::SaslAuthenticate(body) = token.request_mut().unwrap() else {
        panic!()
    };
    body.auth_bytes = Bytes::from_static(b"x");
    assert_eq!(
        token.into_frame().unwrap().contiguous(),
        Bytes::from_static(b"\0\0\0\x01x")
    );
}

#[test]
fn a_version_that_does_not_exist_is_refused() {
    let made = Message::new_request(99, "", &ApiVersionsRequest::default());
    assert!(matches!(
        made,
        Err(EncodeError::NoSuchVersion {
            code: 18,
            version: 99
        })
    ));
}

#[test]
fn a_header_of_an_unknown_key_is_refused() {
    let frame = Bytes::from_static(&[0, 0, 0, 8, 0x7f, 0, 0, 1, 0, 0, 0, 9]);
    let refused = Message::from_request_frame(MessageId::from_client(0), frame);
    assert!(matches!(
        refused,
        Err(RequestHeaderError::UnknownKey {
            key: 0x7f00,
            correlation_id: 9,
            ..
        })
    ));
}

#[test]
fn ids_of_clients_and_of_transforms_never_meet() {
    assert_eq!(MessageId::from_client(7).client_sequence(), Some(7));
    assert_eq!(MessageId::made_up().client_sequence(), None);
    assert_ne!(MessageId::made_up(), MessageId::made_up());
}

#[test]
fn an_error_stands_at_every_topic_that_was_asked_for() {
    let request = metadata(&["a", "b"]);
    let mut answer = request
        .error_response(ErrorCode::TOPIC_AUTHORIZATION_FAILED, None)
        .unwrap();
    let ResponseKind::Metadata(body) = answer.response().unwrap() else {
        panic!()
    };
    let errors: Vec<_> = body
        .topics
        .iter()
        .map(|topic| (topic.name.as_ref().unwrap().to_string(), topic.error_code))
        .collect();
    assert_eq!(errors, [("a".to_owned(), 29), ("b".to_owned(), 29)]);
}

#[test]
fn an_empty_answer_is_a_success() {
    let mut answer = metadata(&["a"]).empty_response().unwrap();
    let ResponseKind::Metadata(body) = answer.response().unwrap() else {
        panic!()
    };
    assert_eq!(body.topics[0].error_code, 0);
}

#[test]
fn a_bare_sasl_token_has_no_error_response() {
    let token =
        Message::from_bare_sasl_token(MessageId::from_client(0), Bytes::from_static(b"\0\0\0\0"));
    let refused = token.error_response(ErrorCode::SASL_AUTHENTICATION_FAILED, None);
    assert!(matches!(refused, Err(AnswerError::BareSaslToken)));
}

/// What is left of Produce v0-13 and Fetch v4-18 once Produce is offered up to `latest`.
#[track_caller]
fn offered(latest: i16, expected: &[(i16, i16)]) {
    let request = Message::new_request(3, "c", &ApiVersionsRequest::default()).unwrap();
    let offers = [(0, 0, 13), (1, 4, 18)].map(|(key, least, most)| {
        ApiVersion::default()
            .with_api_key(key)
            .with_min_version(least)
            .with_max_version(most)
    });
    let body = ApiVersionsResponse::default().with_api_keys(offers.to_vec());
    let mut answer = request.respond(&ResponseKind::ApiVersions(body)).unwrap();
    answer.offer_at_most(ApiKey::Produce, latest).unwrap();
    let ResponseKind::ApiVersions(offer) = answer.response().unwrap() else {
        panic!()
    };
    let left = offer
        .api_keys
        .iter()
        .map(|api| (api.api_key, api.max_version));
    assert_eq!(left.collect::<Vec<_>>(), expected);
}

#[test]
fn a_version_that_is_too_late_is_not_offered() {
    offered(12, &[(0, 12), (1, 18)]);
    offered(99, &[(0, 13), (1, 18)]);
    offered(-1, &[(1, 18)]);
}

#[test]
fn an_offer_that_is_an_error_stays_as_it_is() {
    let request = Message::new_request(3, "c", &ApiVersionsRequest::default()).unwrap();
    let in_version_0 = Bytes::from_static(b"\0\x23\0\0\0\0");
    let answer = Message::response_of_pieces(request.request_ref(), vec![in_version_0.clone()]);
    let mut answer = answer.unwrap();
    answer.offer_at_most(ApiKey::Produce, 12).unwrap();
    assert_eq!(answer.body_bytes().unwrap(), in_version_0);
}

/// A write without acks in pieces, whose transactional id has this length.
fn unanswered(id_length: usize) -> Message {
    let id = TransactionalId(StrBytes::from_string("x".repeat(id_length)));
    let body = ProduceRequest::default().with_transactional_id(Some(id));
    let whole = Message::new_request(9, "c", &body).unwrap();
    let body = whole.body_bytes().unwrap();
    let (a, b) = (body.slice(..body.len() / 2), body.slice(body.len() / 2..));
    whole.with_body(vec![a, b]).unwrap()
}

#[test]
fn acks_are_found_in_pieces_however_long_the_transactional_id_is() {
    for id_length in [1, 10, 90, 95, 96, 97, 98, 99, 100, 1_000, 30_000] {
        assert!(!unanswered(id_length).expects_response(), "{id_length}");
    }
}

#[test]
fn a_body_with_more_values_than_are_decoded_has_no_typed_form() {
    let request = |partitions: usize| {
        // A directory and a topic without names.
        let mut body = BytesMut::from(&[0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0][..]);
        body.put_i32(i32::try_from(partitions).unwrap());
        body.put_bytes(0, 4 * partitions);
        let asked = Message::new_request(1, "tester", &AlterReplicaLogDirsRequest::default());
        asked.unwrap().with_body(vec![body.freeze()]).unwrap()
    };
    assert!(request(1_000).request().is_ok());
    let refused = request(MAX_DECODED_VALUES).request().map(drop);
    assert!(matches!(refused, Err(DecodeError::Malformed { .. })));
}

#[test]
fn a_short_message_that_rests_keeps_no_buffer_that_others_use() {
    for (length, is_copied) in [(100, true), (100_000, false)] {
        let body = ProduceRequest::default().with_transactional_id(Some(TransactionalId(
            StrBytes::from_string("x".repeat(length.min(30_000))),
        )));
        let request = Message::new_request(9, "c", &body).unwrap();
        let mut frame = request.into_frame().unwrap().contiguous().to_vec();
        frame.resize(frame.len() + length, 0);
        let frame = Bytes::from(frame);
        let request =
            Message::from_request_frame(MessageId::from_client(0), frame.clone()).unwrap();
        let rested = request.clone().to_rest();
        drop(request);
        assert_eq!(frame.is_unique(), is_copied);
        assert_eq!(rested.client_id().unwrap(), "c");
        assert_eq!(rested.into_frame().unwrap().contiguous(), frame);
    }
}

#[test]
fn what_waits_counts_as_held_until_nobody_has_any_of_it() {
    static BUDGET: Budget = Budget::new(0);
    for length in [100, 2 * RESTS_ALONE] {
        let request = arrived(metadata(&["a"]));
        let pieces = vec![Bytes::from(vec![1; length]), Bytes::from(vec![2; length])];
        let made = Message::response_of_pieces(request.request_ref(), pieces).unwrap();
        let frame = made.clone().into_frame().unwrap().contiguous();
        let came = Message::from_response_frame(request.request_ref(), frame.clone()).unwrap();
        for message in [made, came] {
            let rests = message.at_rest_within(&BUDGET);
            assert_eq!(BUDGET.held(), frame.len());
            // It goes on waiting.
            let again = rests.clone().at_rest_within(&BUDGET);
            assert_eq!(BUDGET.held(), frame.len());
            drop(rests);
            let left = again.into_frame().unwrap();
            assert_eq!(left.contiguous(), frame);
            assert_eq!(BUDGET.held(), frame.len());
            drop(left);
            assert_eq!(BUDGET.held(), 0);
        }
    }
}

#[test]
fn the_length_of_an_open_answer_counts_what_is_missing_and_has_a_limit() {
    let request = Message::new_request(12, "c", &FetchRequest::default()).unwrap();
    let open = |missing| {
        let beginning = vec![Bytes::from_static(b"begin"), Bytes::from_static(b"ning")];
        Message::open_response_of_pieces(request.request_ref(), beginning, missing)
    };
    let answer = open(1_000).unwrap();
    assert_eq!(answer.missing(), 1_000);
    assert_eq!(answer.body_bytes().unwrap(), "beginning");
    let frame = answer.into_frame().unwrap().contiguous();
    // The correlation id and no tags are in front of the body.
    assert_eq!(frame[..4], (4 + 1 + 9 + 1_000_i32).to_be_bytes());
    assert_eq!(frame.len(), 4 + 4 + 1 + 9);
    for missing in [1 << 31, usize::MAX] {
        assert!(matches!(open(missing), Err(EncodeError::TooLong { .. })));
    }
}
