//! Does the walk over a Produce response find what a decoder finds?

use bytes::BytesMut;
use kafka_protocol::messages::produce_response::{
    NodeEndpoint, PartitionProduceResponse, TopicProduceResponse,
};
use kafka_protocol::messages::{BrokerId, ProduceResponse, ResponseKind, TopicName};
use kafka_protocol::protocol::{Encodable, StrBytes};
use proptest::collection::vec;
use proptest::prelude::*;

use super::arbitrary::{self, Choices};
use super::oracle::{self, Direction, Theirs};
use crate::wire::produce_response::{Partitions, is_plain};
use crate::wire::schema::Schema;
use crate::wire::{ApiKey, Topic};

fn schema() -> &'static Schema {
    ApiKey::Produce.response_schema()
}

fn decode(version: i16, body: &[u8]) -> ProduceResponse {
    let decoded = oracle::decode(Direction::Response, ApiKey::Produce, version, body);
    let Theirs::Response(ResponseKind::Produce(response)) = decoded.unwrap().0 else {
        panic!("not a Produce response");
    };
    response
}

/// Topic, partition, error and the leader that is named.
type Found = (Vec<u8>, i32, i16, Option<i32>);

fn walked(version: i16, body: &[u8]) -> Vec<Found> {
    let partitions = Partitions::new(version, body).unwrap();
    let found = partitions.map(|partition| {
        let partition = partition.unwrap();
        let topic = match partition.topic {
            Topic::Name(name) => name.to_vec(),
            Topic::Id(id) => id.to_vec(),
        };
        let leader = partition.current_leader;
        let leader = leader.map(|mut leader| leader.i32("LeaderId").unwrap());
        (topic, partition.index, partition.error.0, leader)
    });
    found.collect()
}

fn decoded(version: i16, response: &ProduceResponse) -> Vec<Found> {
    let mut found = Vec::new();
    for topic in &response.responses {
        let name = match version {
            ..13 => topic.name.as_bytes().to_vec(),
            13.. => topic.topic_id.as_bytes().to_vec(),
        };
        for partition in &topic.partition_responses {
            let leader = partition.current_leader.leader_id.0;
            found.push((
                name.clone(),
                partition.index,
                partition.error_code,
                (leader != -1).then_some(leader),
            ));
        }
    }
    found
}

/// A leader that is named as nobody is the same as none.
fn known_leaders(found: Vec<Found>) -> Vec<Found> {
    let known = |(topic, index, error, leader): Found| {
        (topic, index, error, leader.filter(|leader| *leader != -1))
    };
    found.into_iter().map(known).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn walking_finds_what_decoding_finds(version in 3i16..=13, choices in vec(any::<u8>(), 0..300)) {
        let body = arbitrary::body(schema(), version, &mut Choices(&choices));
        let response = decode(version, &body);
        let walked = known_leaders(walked(version, &body));
        prop_assert_eq!(walked, decoded(version, &response));
    }

    #[test]
    fn a_body_that_is_cut_off_is_malformed(choices in vec(any::<u8>(), 0..300), cut in 1usize..40) {
        let body = arbitrary::body(schema(), 12, &mut Choices(&choices));
        let mut partitions = Partitions::new(12, &body).unwrap();
        while partitions.next().is_some() {}
        let needed = partitions.tags_offset().unwrap();
        let short = &body[..needed.saturating_sub(cut)];
        let walked = Partitions::new(12, short).and_then(|partitions| partitions.collect::<Result<Vec<_>, _>>());
        prop_assert!(walked.is_err());
    }

    #[test]
    fn any_bytes_end_the_walk(version in 3i16..=13, bytes in vec(any::<u8>(), 0..200)) {
        if let Ok(partitions) = Partitions::new(version, &bytes) {
            prop_assert!(partitions.count() <= bytes.len() + 1);
        }
    }
}

/// A response of one partition of which all went well.
fn success() -> ProduceResponse {
    let partition = PartitionProduceResponse::default()
        .with_index(7)
        .with_base_offset(123_456)
        .with_log_append_time_ms(-1);
    let topic = TopicProduceResponse::default()
        .with_name(TopicName(StrBytes::from_static_str("topic")))
        .with_partition_responses(vec![partition]);
    ProduceResponse::default()
        .with_responses(vec![topic])
        .with_throttle_time_ms(9)
}

#[track_caller]
fn check_plain(change: impl FnOnce(&mut ProduceResponse), expected: bool) {
    let mut response = success();
    change(&mut response);
    for version in 10..=12 {
        let mut body = BytesMut::new();
        response.encode(&mut body, version).unwrap();
        assert_eq!(is_plain(version, &body), expected, "v{version}");
    }
}

#[test]
fn a_response_without_errors_is_plain() {
    check_plain(|_| {}, true);
    check_plain(|response| response.responses.clear(), true);
    check_plain(
        |response| {
            let partition = response.responses[0].partition_responses[0].clone();
            response.responses[0].partition_responses.push(partition);
        },
        true,
    );
}

#[test]
fn a_response_that_says_more_is_not_plain() {
    check_plain(
        |response| response.responses[0].partition_responses[0].error_code = 6,
        false,
    );
    check_plain(
        |response| {
            let leader = &mut response.responses[0].partition_responses[0].current_leader;
            leader.leader_id = BrokerId(3);
        },
        false,
    );
    check_plain(
        |response| {
            let endpoint = NodeEndpoint::default().with_node_id(BrokerId(3));
            response.node_endpoints.push(endpoint);
        },
        false,
    );
    check_plain(
        |response| {
            let message = StrBytes::from_static_str("m");
            response.responses[0].partition_responses[0].error_message = Some(message);
        },
        false,
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    /// What is plain can be passed on unread: nothing in it names a broker or an error.
    #[test]
    fn what_is_plain_has_no_errors_and_no_brokers(
        version in 9i16..=13,
        choices in vec(0u8..4, 0..60),
        mutation in (any::<prop::sample::Index>(), any::<u8>()),
    ) {
        let mut body = arbitrary::body(schema(), version, &mut Choices(&choices));
        for mutated in [false, true] {
            if mutated {
                let place = mutation.0.index(body.len());
                body[place] = mutation.1;
            }
            if !is_plain(version, &body) {
                continue;
            }
            for (_, _, error, leader) in walked(version, &body) {
                prop_assert_eq!((error, leader), (0, None));
            }
            let mut partitions = Partitions::new(version, &body).unwrap();
            while partitions.next().is_some() {}
            let tags = partitions.tags_offset().unwrap();
            prop_assert_eq!(body[tags], 0);
        }
    }

    #[test]
    fn any_bytes_can_be_asked_whether_they_are_plain(version in 0i16..=14, bytes in vec(any::<u8>(), 0..100)) {
        is_plain(version, &bytes);
    }
}
