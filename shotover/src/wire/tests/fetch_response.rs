//! Does the walk over a Fetch response find what a decoder finds?

use kafka_protocol::messages::{FetchResponse, ResponseKind};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::arbitrary::{self, Choices};
use super::oracle::{self, Direction, Theirs};
use crate::wire::fetch_response::Partitions;
use crate::wire::schema::Schema;
use crate::wire::{ApiKey, Reader, Topic};

fn schema() -> &'static Schema {
    ApiKey::Fetch.response_schema()
}

fn decode(version: i16, body: &[u8]) -> FetchResponse {
    let decoded = oracle::decode(Direction::Response, ApiKey::Fetch, version, body);
    let Theirs::Response(ResponseKind::Fetch(response)) = decoded.unwrap().0 else {
        panic!("not a Fetch response");
    };
    response
}

type Found = (Vec<u8>, usize, i32, i16, i64, i32, Option<Vec<u8>>);

fn walked(version: i16, body: &[u8]) -> Vec<Found> {
    let partitions = Partitions::new(version, body).unwrap();
    let found = partitions.map(|partition| {
        let partition = partition.unwrap();
        let topic = match partition.topic {
            Topic::Name(name) => name.to_vec(),
            Topic::Id(id) => id.to_vec(),
        };
        let records = partition.records.map(|records| body[records].to_vec());
        (
            topic,
            partition.topic_position,
            partition.index,
            partition.error.0,
            partition.high_watermark,
            partition.preferred_read_replica,
            records,
        )
    });
    found.collect()
}

fn decoded(version: i16, response: &FetchResponse) -> Vec<Found> {
    let mut found = Vec::new();
    for (position, topic) in response.responses.iter().enumerate() {
        let name = match version {
            ..13 => topic.topic.as_bytes().to_vec(),
            13.. => topic.topic_id.as_bytes().to_vec(),
        };
        for partition in &topic.partitions {
            found.push((
                name.clone(),
                position,
                partition.partition_index,
                partition.error_code,
                partition.high_watermark,
                partition.preferred_read_replica.0,
                partition.records.as_ref().map(|records| records.to_vec()),
            ));
        }
    }
    found
}

/// Where the records of the last partition start, if nothing else is said.
fn opens_at(version: i16, body: &[u8]) -> Option<usize> {
    let walk = Partitions::new(version, body).ok()?;
    let (error, topic_count) = (walk.error, walk.topic_count);
    let no_tags = usize::from(version >= 12);
    let partitions: Vec<_> = walk.collect::<Result<_, _>>().ok()?;
    let last = partitions.last()?;
    let is_silent = !error.is_error()
        && partitions.iter().all(|it| {
            !it.error.is_error() && it.tags.len() == no_tags && it.preferred_read_replica == -1
        })
        && last.topic_position + 1 == topic_count
        && body.len() - last.element.end == 2 * no_tags;
    let length = last.records.as_ref().map_or(0, |records| records.len());
    is_silent.then_some(last.tags.start - length)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn walking_finds_what_decoding_finds(version in 4i16..=18, choices in vec(any::<u8>(), 0..300)) {
        let body = arbitrary::body(schema(), version, &mut Choices(&choices));
        let response = decode(version, &body);
        prop_assert_eq!(walked(version, &body), decoded(version, &response));
        let head = Partitions::new(version, &body).unwrap();
        prop_assert_eq!(head.throttle_time_ms, response.throttle_time_ms);
        prop_assert_eq!(head.error.0, response.error_code);
        prop_assert_eq!(head.session_id, response.session_id);
        prop_assert_eq!(head.topic_count, response.responses.len());
    }

    #[test]
    fn ranges_are_where_they_say(version in 4i16..=18, choices in vec(any::<u8>(), 0..300)) {
        let body = arbitrary::body(schema(), version, &mut Choices(&choices));
        let encoding = ApiKey::Fetch.encoding(version);
        let mut walk = Partitions::new(version, &body).unwrap();
        let mut end = walk.topics_offset;
        for partition in walk.by_ref() {
            let partition = partition.unwrap();
            prop_assert!(partition.element.start >= end);
            end = partition.element.end;
            prop_assert_eq!(partition.tags.end, end);
            let mut tags = Reader::new(&body[partition.tags], encoding);
            tags.skip_tags().unwrap();
            prop_assert_eq!(tags.left(), 0);
            if let Some(offset) = partition.preferred_read_replica_offset {
                let replica = Reader::new(&body[offset..], encoding).i32("replica");
                prop_assert_eq!(replica, Ok(partition.preferred_read_replica));
            }
        }
        let mut tags = Reader::new(&body[walk.tags_offset().unwrap()..], encoding);
        tags.skip_tags().unwrap();
        prop_assert_eq!(tags.left(), 0);
    }

    #[test]
    fn a_body_is_open_from_its_last_records_on_unless_it_says_anything_else(
        version in 4i16..=18,
        choices in vec(any::<u8>(), 0..300),
        mutation in option::of((any::<prop::sample::Index>(), any::<u8>())),
    ) {
        let mut body = arbitrary::body(schema(), version, &mut Choices(&choices));
        if let Some((place, byte)) = mutation {
            let place = place.index(body.len());
            body[place] = byte;
        }
        let opens_at = opens_at(version, &body);
        for cut in 0..body.len() {
            prop_assert_eq!(
                Partitions::ends_in_records(version, &body[..cut], body.len() - cut),
                opens_at.is_some_and(|start| start <= cut),
                "{} of {}, {:?}", cut, body.len(), opens_at
            );
        }
    }

    #[test]
    fn what_is_there_of_an_open_body_says_what_all_of_it_says(
        version in 4i16..=18,
        choices in vec(any::<u8>(), 0..300),
    ) {
        let body = arbitrary::body(schema(), version, &mut Choices(&choices));
        let whole: Vec<_> = Partitions::new(version, &body).unwrap().map(Result::unwrap).collect();
        for cut in opens_at(version, &body).into_iter().flat_map(|start| start..body.len()) {
            let mut expected = whole.clone();
            let last = expected.last_mut().unwrap();
            last.tags = cut..cut;
            last.element.end = cut;
            let found = Partitions::of_open(version, &body[..cut]).unwrap();
            prop_assert_eq!(found.collect::<Result<Vec<_>, _>>(), Ok(expected));
        }
    }

    /// Walks end, at the latest with the first error, and never fail on what validates.
    #[test]
    fn walks_over_any_bytes_end(
        version in 4i16..=18,
        choices in vec(any::<u8>(), 0..300),
        mutations in vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
    ) {
        let mut body = arbitrary::body(schema(), version, &mut Choices(&choices));
        for (place, byte) in mutations {
            let place = place.index(body.len());
            body[place] = byte;
        }
        let walk = Partitions::new(version, &body).and_then(|walk| walk.collect::<Result<Vec<_>, _>>());
        if schema().validate(version, &body).is_ok() {
            prop_assert!(walk.is_ok());
        }
        if let Ok(walk) = Partitions::new(version, &body) {
            let errors = walk.filter(Result::is_err).count();
            prop_assert!(errors <= 1);
        }
    }
}

#[test]
fn the_tags_are_not_known_before_the_end() {
    let body = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0];
    let mut walk = Partitions::new(16, &body).unwrap();
    assert_eq!(walk.tags_offset(), None);
    assert_eq!(walk.next(), None);
    assert_eq!(walk.tags_offset(), Some(11));
}
