//! Does the walk over a Produce request find what a decoder finds?

use bytes::{Bytes, BytesMut};
use kafka_protocol::indexmap::IndexMap;
use kafka_protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};
use kafka_protocol::messages::{ProduceRequest, RequestKind, TopicName};
use kafka_protocol::protocol::{Encodable, StrBytes};
use kafka_protocol::records::{
    Compression, Record, RecordBatchEncoder, RecordEncodeOptions, TimestampType,
};
use proptest::collection::vec;
use proptest::prelude::*;

use super::arbitrary::{self, Choices};
use super::oracle::{self, Direction, Theirs};
use crate::wire::produce::{Batch, Partition, Partitions, acks, only, only_begun};
use crate::wire::schema::Schema;
use crate::wire::{ApiKey, Reader, Topic};

fn schema() -> &'static Schema {
    ApiKey::Produce.request_schema()
}

fn decode(version: i16, body: &[u8]) -> ProduceRequest {
    let decoded = oracle::decode(Direction::Request, ApiKey::Produce, version, body);
    let Theirs::Request(RequestKind::Produce(request)) = decoded.unwrap().0 else {
        panic!("not a Produce request");
    };
    request
}

type Found = (Vec<u8>, usize, i32, Option<Vec<u8>>);

fn walked(version: i16, body: &[u8]) -> Vec<Found> {
    let partitions = Partitions::new(version, body).unwrap();
    let found = partitions.map(|partition| {
        let partition = partition.unwrap();
        let topic = match partition.topic {
            Topic::Name(name) => name.to_vec(),
            Topic::Id(id) => id.to_vec(),
        };
        let records = partition.records.map(|records| body[records].to_vec());
        (topic, partition.topic_position, partition.index, records)
    });
    found.collect()
}

fn decoded(version: i16, request: &ProduceRequest) -> Vec<Found> {
    let mut found = Vec::new();
    for (position, topic) in request.topic_data.iter().enumerate() {
        let name = match version {
            ..13 => topic.name.as_bytes().to_vec(),
            13.. => topic.topic_id.as_bytes().to_vec(),
        };
        for partition in &topic.partition_data {
            let records = partition.records.as_ref().map(|records| records.to_vec());
            found.push((name.clone(), position, partition.index, records));
        }
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn walking_finds_what_decoding_finds(version in 3i16..=13, choices in vec(any::<u8>(), 0..200)) {
        let body = arbitrary::body(schema(), version, &mut Choices(&choices));
        let request = decode(version, &body);
        prop_assert_eq!(walked(version, &body), decoded(version, &request));
        let head = Partitions::new(version, &body).unwrap();
        let id = request.transactional_id.as_ref().map(|id| id.as_bytes());
        prop_assert_eq!(head.transactional_id, id);
        prop_assert_eq!(head.acks, request.acks);
        prop_assert_eq!(head.timeout_ms, request.timeout_ms);
        prop_assert_eq!(head.topic_count, request.topic_data.len());
        prop_assert_eq!(acks(version, &body), Ok(request.acks));
    }

    /// A request put together from the ranges is the request.
    #[test]
    fn elements_and_what_is_between_them_are_the_body(version in 3i16..=13, choices in vec(any::<u8>(), 0..200)) {
        let body = arbitrary::body(schema(), version, &mut Choices(&choices));
        let mut end = Partitions::new(version, &body).unwrap().topics_offset;
        for partition in Partitions::new(version, &body).unwrap() {
            let partition = partition.unwrap();
            prop_assert!(partition.element.start >= end);
            end = partition.element.end;
            let mut element = Reader::new(&body[partition.element.clone()], ApiKey::Produce.encoding(version));
            prop_assert_eq!(element.i32("Index"), Ok(partition.index));
            let records = element.nullable_bytes("Records").unwrap();
            prop_assert_eq!(records, partition.records.map(|records| &body[records]));
            element.skip_tags().unwrap();
            prop_assert_eq!(element.left(), 0);
        }
        prop_assert!(end <= body.len());
    }

    /// What is said to be the only partition is the one that the walk finds, whatever bytes those are.
    #[test]
    fn the_only_partition_is_the_one_that_is_walked_over(
        version in 9i16..=13,
        head in vec(any::<u8>(), 0..4),
        name in "[a-z]{0,130}",
        records in prop::option::of(vec(any::<u8>(), 0..300)),
        mutations in vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
    ) {
        let data = PartitionProduceData::default().with_index(7).with_records(records.map(Into::into));
        let topic = TopicProduceData::default()
            .with_name(TopicName(StrBytes::from_string(name)))
            .with_partition_data(vec![data]);
        let id = StrBytes::from_string(format!("{head:?}")).into();
        let request = ProduceRequest::default()
            .with_transactional_id(Some(id).filter(|_| !head.is_empty()))
            .with_topic_data(vec![topic]);
        let mut body = BytesMut::new();
        request.encode(&mut body, version).unwrap();
        let is_short = version == 13 || request.topic_data[0].name.len() < 127;
        prop_assert_eq!(only(version, &body).is_some(), is_short);
        for (place, byte) in mutations {
            let place = place.index(body.len());
            body[place] = byte;
        }
        if let Some(found) = only(version, &body) {
            let walked: Result<Vec<Partition<'_>>, _> = Partitions::new(version, &body).unwrap().collect();
            prop_assert_eq!(walked, Ok(vec![found]));
        }
    }

    /// Of a request that has arrived up to anywhere in its records, the only partition is the one of the whole request.
    #[test]
    fn the_only_partition_is_known_when_its_records_begin(
        version in 9i16..=13,
        records in vec(any::<u8>(), 1..300),
        cut in any::<prop::sample::Index>(),
        wrong in 1usize..10,
    ) {
        let data = PartitionProduceData::default().with_index(7).with_records(Some(records.into()));
        let topic = TopicProduceData::default()
            .with_name(TopicName(StrBytes::from_static_str("t")))
            .with_partition_data(vec![data]);
        let request = ProduceRequest::default().with_topic_data(vec![topic]);
        let mut body = BytesMut::new();
        request.encode(&mut body, version).unwrap();
        let whole = only(version, &body).unwrap();
        let records = whole.records.clone().unwrap();
        let cut = cut.index(body.len());
        let begun = only_begun(version, &body[..cut], body.len() - cut);
        let expected = (records.start..=records.end).contains(&cut).then_some(Partition {
            records: Some(records.start..cut),
            element: whole.element.start..cut,
            ..whole
        });
        prop_assert_eq!(begun, expected);
        // Something is said behind the records, or they say to be longer than all that is to come.
        prop_assert_eq!(only_begun(version, &body[..cut], body.len() - cut + wrong), None);
        prop_assert_eq!(only_begun(version, &body[..cut], (body.len() - cut).saturating_sub(wrong)), None);
    }

    /// Walks end, at the latest with the first error, and fail only on what does not validate.
    #[test]
    fn walks_over_any_bytes_end(
        version in 3i16..=13,
        choices in vec(any::<u8>(), 0..200),
        mutations in vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
    ) {
        let mut body = arbitrary::body(schema(), version, &mut Choices(&choices));
        for (place, byte) in mutations {
            let place = place.index(body.len());
            body[place] = byte;
        }
        let walk = Partitions::new(version, &body).and_then(|walk| walk.collect::<Result<Vec<_>, _>>());
        prop_assert_eq!(walk.is_ok(), schema().validate(version, &body).is_ok());
        if let Ok(walk) = Partitions::new(version, &body) {
            let errors = walk.filter(Result::is_err).count();
            prop_assert!(errors <= 1);
        }
    }
}

#[test]
fn a_request_without_topics_has_no_partitions() {
    let body = [0xff, 0xff, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0];
    assert_eq!(acks(3, &body), Ok(1));
    assert_eq!(Partitions::new(3, &body).unwrap().next(), None);
}

#[test]
fn the_numbers_of_a_batch_are_those_that_it_was_encoded_with() {
    let record = Record {
        transactional: false,
        control: false,
        delete_horizon: false,
        partition_leader_epoch: 3,
        producer_id: 0x0102_0304_0506_0708,
        producer_epoch: 0x0901,
        timestamp_type: TimestampType::Creation,
        offset: 0,
        sequence: 0x0a0b_0c0d,
        timestamp: 0,
        key: None,
        value: Some(Bytes::from_static(b"value")),
        headers: IndexMap::new(),
    };
    let options = RecordEncodeOptions {
        version: 2,
        compression: Compression::None,
    };
    let mut batch = BytesMut::new();
    RecordBatchEncoder::encode(&mut batch, [&record], &options).unwrap();
    let expected = Batch {
        producer_id: record.producer_id,
        epoch: record.producer_epoch,
        sequence: record.sequence,
    };
    assert_eq!(Batch::of(&batch), Some(expected));
    for length in 0..57 {
        assert_eq!(Batch::of(&batch[..length]), None);
    }
    let mut without_producer = batch.clone();
    without_producer[43..57].fill(0xff);
    assert_eq!(Batch::of(&without_producer), None);
    let mut older = batch;
    older[16] = 1;
    assert_eq!(Batch::of(&older), None);
}

#[test]
fn a_batch_is_behind_those_with_lower_numbers_of_its_epoch_up_to_where_numbers_begin_again() {
    let numbered = |sequence| Batch {
        producer_id: 1,
        epoch: 0,
        sequence,
    };
    let pairs = [(0, 1), (5, 10_000), (i32::MAX, 0), (i32::MAX - 1, 3)];
    for (earlier, later) in pairs.map(|(earlier, later)| (numbered(earlier), numbered(later))) {
        assert!(later.is_behind(&earlier), "{later:?} {earlier:?}");
        assert!(!earlier.is_behind(&later), "{later:?} {earlier:?}");
        assert!(!later.is_behind(&later));
        let elsewhere = [
            Batch { epoch: 1, ..later },
            Batch {
                producer_id: 2,
                ..later
            },
        ];
        assert!(elsewhere.iter().all(|other| !other.is_behind(&earlier)));
    }
}
