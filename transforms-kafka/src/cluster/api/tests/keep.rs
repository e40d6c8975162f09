//! Is enough of a request kept, and no more?

use super::build::{contents, every_version, fields, full, list, request, request_of};
use crate::cluster::api::for_error;
use bytes::Bytes;
use shotover::message::Message;
use shotover::wire::produce::Batch;
use shotover::wire::value::Value;
use shotover::wire::{ApiKey, ErrorCode};

#[test]
fn what_is_kept_of_a_request_gets_the_same_error_as_the_request() {
    for (key, version) in every_version() {
        let whole = request(key, version, &full(key.request_schema().fields(), version));
        let kept = for_error(&whole);
        assert_eq!(kept.request_ref(), whole.request_ref());
        assert_eq!(kept.client_id(), whole.client_id());
        let error = |request: &Message| {
            let answer = request.error_response(ErrorCode::REQUEST_TIMED_OUT, None);
            answer.unwrap().into_frame().unwrap().contiguous()
        };
        assert_eq!(error(&kept), error(&whole), "{key} v{version}");
        assert_eq!(kept.expects_response(), whole.expects_response());
    }
}

#[test]
fn records_are_not_kept() {
    let partition = |index: i32| {
        let records = Bytes::from(vec![b'r'; 100_000]);
        fields().with("Index", index).with("Records", records)
    };
    let topic = |name: &str| {
        let partitions = list([partition(5), partition(6)]);
        fields()
            .with("Name", name)
            .with("PartitionData", partitions)
    };
    let said = fields()
        .with("TransactionalId", "x")
        .with("Acks", -1)
        .with("TopicData", list([topic("t"), topic("u")]));
    for version in 3..=12 {
        let whole = request(ApiKey::Produce, version, &said);
        let kept = for_error(&whole);
        assert!(kept.wire_len() < 100);
        let mut expected = contents(&whole);
        for topic in expected.elements_mut("TopicData") {
            for partition in topic.elements_mut("PartitionData") {
                partition.set("Records", Value::Null);
            }
        }
        assert_eq!(contents(&kept), expected);
    }
}

#[test]
fn of_records_their_numbers_are_kept() {
    let mut batch = vec![0; 100];
    batch[16] = 2;
    let numbers: Vec<u8> = (1..15).collect();
    batch[43..57].copy_from_slice(&numbers);
    let others = vec![0; 100];
    let partitions = [(5, &batch), (6, &others), (7, &batch)].map(|(index, records)| {
        let records = Bytes::from(records.clone());
        fields().with("Index", index).with("Records", records)
    });
    for version in 3..=12 {
        for partitions in [&partitions[..1], &partitions[..2], &partitions] {
            let topic = fields()
                .with("Name", "t")
                .with("PartitionData", list(partitions.iter().cloned()));
            let said = fields().with("Acks", -1).with("TopicData", list([topic]));
            let whole = request(ApiKey::Produce, version, &said);
            let kept = for_error(&whole);
            let expected = batches(&whole);
            assert_eq!(batches(&kept), expected);
            let numbered = expected.iter().map(|(index, _)| *index);
            let rest = [5, 7]
                .into_iter()
                .filter(|index| *index == 5 || partitions.len() > 2);
            assert!(numbered.eq(rest));
            let named = contents(&kept);
            let topics = named.elements("TopicData");
            let first = topics[0].as_structure().unwrap().elements("PartitionData")[0].clone();
            let records = first.as_structure().unwrap().get("Records");
            assert_eq!(
                records.and_then(Value::as_bytes),
                Some(&numbers.clone().into())
            );
        }
    }
}

fn batches(request: &Message) -> Vec<(i32, Batch)> {
    let body = request.body_bytes().unwrap();
    let batches = crate::cluster::api::batches(request.api_version(), &body);
    batches
        .map(|(partition, batch)| (partition.index, batch))
        .collect()
}

#[test]
fn what_is_kept_shares_no_memory_with_the_request() {
    for key in [ApiKey::Produce, ApiKey::Fetch, ApiKey::Heartbeat] {
        let version = *key.versions().end();
        let whole = request(key, version, &full(key.request_schema().fields(), version));
        let frame = whole.clone().into_frame().unwrap();
        let range = frame.pieces()[0].as_ptr_range();
        let kept = for_error(&whole).into_frame().unwrap();
        assert!(
            kept.pieces()
                .iter()
                .all(|piece| !range.contains(&piece.as_ptr()))
        );
    }
}

#[test]
fn a_malformed_request_is_kept_as_it_is() {
    let whole = request_of(ApiKey::Produce, 9, b"malformed");
    let kept = for_error(&whole);
    assert_eq!(&kept.body_bytes().unwrap()[..], b"malformed");
}

#[test]
fn of_a_token_nothing_is_kept() {
    for version in ApiKey::SaslAuthenticate.versions() {
        let said = fields().with("AuthBytes", Value::from(Bytes::from_static(b"hunter2")));
        let request = request(ApiKey::SaslAuthenticate, version, &said);
        let kept = contents(&for_error(&request));
        let token = kept.get("AuthBytes").and_then(Value::as_bytes);
        assert_eq!(token, Some(&Bytes::new()), "v{version}");
    }
}
