use super::answer::{Fetched, assemble, nothing};
use super::preferred::{Brokers, MAX_PREFERRED, Named, Preferred, Source};
use super::wanted::{PartitionKey, Position, Rack};
use crate::cluster::api::{Outage, Place};
use crate::cluster::view::TopicKey;
use bytes::Bytes;
use kafka_protocol::messages::{BrokerId, FetchRequest, FetchResponse};
use shotover::message::Message;
use shotover::wire::ErrorCode;
use std::collections::HashSet;
use std::time::Duration;
use tokio::time::Instant;

fn position(version: i16, topic: u8, index: i32) -> Position {
    let topic = match version {
        13.. => TopicKey::Id([topic; 16]),
        _ => TopicKey::Name(Bytes::copy_from_slice(&[topic])),
    };
    Position {
        partition: PartitionKey { topic, index },
        offset: 0,
    }
}

#[test]
fn what_is_said_about_partitions_is_what_kafka_protocol_reads() {
    for version in 4..=17 {
        let request = Message::new_request(version, "c", &FetchRequest::default()).unwrap();
        let positions = [
            position(version, b'a', 0),
            position(version, b'a', 5),
            position(version, b'b', 1),
        ];
        let error = ErrorCode::NOT_LEADER_OR_FOLLOWER;
        let elements = positions
            .each_ref()
            .map(|position| nothing(version, position, error));
        let mut answer = assemble(&request, 42, &elements).unwrap();
        let read = Fetched::read(&answer).unwrap();
        assert_eq!(read.elements.len(), 3, "v{version}");
        assert_eq!(read.throttle_time_ms, 42);
        let frame = answer.clone().into_frame().unwrap().contiguous();
        answer = Message::from_response_frame(request.request_ref(), frame).unwrap();
        let kafka_protocol::messages::ResponseKind::Fetch(FetchResponse { responses, .. }) =
            answer.response().unwrap()
        else {
            panic!()
        };
        let seen: Vec<(usize, i32, i16, i64)> = responses
            .iter()
            .enumerate()
            .flat_map(|(topic, response)| {
                response.partitions.iter().map(move |partition| {
                    (
                        topic,
                        partition.partition_index,
                        partition.error_code,
                        partition.high_watermark,
                    )
                })
            })
            .collect();
        assert_eq!(
            seen,
            [(0, 0, 6, -1), (0, 5, 6, -1), (1, 1, 6, -1)],
            "v{version}"
        );
    }
}

/// Every partition is led by this broker, if it is known, and all brokers up to number 3 are up.
struct Led(Option<BrokerId>);

const LEADER: BrokerId = BrokerId(1);
const REPLICA: BrokerId = BrokerId(2);

impl Brokers for Led {
    fn leader(&self, _: &PartitionKey) -> Option<BrokerId> {
        self.0
    }

    fn any(&self) -> Place {
        Place::Nowhere(Outage::RouteUnknown)
    }

    fn is_up(&self, broker: BrokerId) -> bool {
        broker.0 <= 3
    }
}

#[test]
fn a_replica_goes_on_to_serve_while_no_leader_is_known() {
    let (mut preferred, now) = (Preferred::default(), Instant::now());
    let partition = position(12, b'a', 0).partition;
    preferred.named(&partition, (REPLICA, LEADER), now);
    for leader in [Some(LEADER), None] {
        let source = preferred.source(&partition, &Led(leader), now);
        assert_eq!(source, Source::Replica(REPLICA));
    }
}

#[test]
fn leaders_are_told_the_rack_while_there_is_room_for_what_they_say() {
    let (mut preferred, now) = (Preferred::default(), Instant::now());
    let mut index = 0..;
    let mut next = || position(12, b'a', index.next().unwrap());
    for _ in 1..MAX_PREFERRED {
        preferred.named(&next().partition, (REPLICA, LEADER), now);
    }
    let one = HashSet::from([next()]);
    let two = HashSet::from([next(), next()]);
    assert_eq!(preferred.rack_for(&one, now), Rack::Told);
    assert_eq!(preferred.rack_for(&two, now), Rack::Withheld);
    // What they said is old by then.
    let later = now + Duration::from_secs(301);
    assert_eq!(preferred.rack_for(&two, later), Rack::Told);
}

#[test]
fn what_is_said_about_replicas_beyond_that_is_ignored() {
    let (mut preferred, now) = (Preferred::default(), Instant::now());
    for index in 0..i32::try_from(MAX_PREFERRED).unwrap() {
        let partition = position(12, b'a', index).partition;
        let named = preferred.named(&partition, (REPLICA, LEADER), now);
        assert_eq!(named, Named::Elsewhere);
    }
    let partition = position(12, b'b', 0).partition;
    let named = preferred.named(&partition, (REPLICA, LEADER), now);
    assert_eq!(named, Named::Ignored);
}

#[test]
fn a_leader_that_names_itself_is_not_asked_because_of_that() {
    let partition = position(12, b'a', 0).partition;
    let named = Preferred::default().named(&partition, (LEADER, LEADER), Instant::now());
    assert_eq!(named, Named::Ignored);
}
