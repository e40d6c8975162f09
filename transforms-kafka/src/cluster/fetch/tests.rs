use super::answer::{Element, Fetched, Head, Status, assemble, nothing};
use super::broker_session::next_epoch;
use super::client_session::{ClientSession, MAX_SESSION_PARTITIONS};
use super::fetches::Fetches;
use super::part::{PartOf, Rack};
use super::preferred::{Brokers, MAX_PREFERRED, Named, Preferred, Source};
use super::ready::{Came, Ready};
use super::wanted::{Asked, PartitionKey, SessionRef, Wanted};
use crate::cluster::api::{Outage, Place};
use crate::cluster::view::TopicKey;
use bytes::Bytes;
use kafka_protocol::messages::fetch_request::{FetchPartition, FetchTopic, ForgottenTopic};
use kafka_protocol::messages::{BrokerId, FetchRequest, FetchResponse, ResponseKind, TopicName};
use kafka_protocol::protocol::StrBytes;
use shotover::message::Message;
use shotover::wire::ErrorCode;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;

pub(super) fn asked(version: i16, topic: u8, index: i32) -> Asked {
    let topic = match version {
        13.. => TopicKey::Id([topic; 16]),
        _ => TopicKey::Name(Bytes::copy_from_slice(&[topic])),
    };
    Asked {
        partition: PartitionKey { topic, index },
        leader_epoch: -1,
        offset: 0,
        last_epoch: -1,
        log_start: -1,
        max_bytes: 1 << 20,
        tags: Bytes::new(),
    }
}

#[test]
fn what_is_said_about_partitions_is_what_kafka_protocol_reads() {
    for version in 4..=17 {
        let request = Message::new_request(version, "c", &FetchRequest::default()).unwrap();
        let positions = [
            asked(version, b'a', 0),
            asked(version, b'a', 5),
            asked(version, b'b', 1),
        ];
        let error = ErrorCode::NOT_LEADER_OR_FOLLOWER;
        let elements = positions
            .each_ref()
            .map(|asked| nothing(version, &asked.partition, (error, Status::UNKNOWN)));
        let head = Head {
            throttle_time_ms: 42,
            error: ErrorCode::NONE,
            session_id: 0,
        };
        let mut answer = assemble(&request, head, &elements).unwrap();
        let read = Fetched::read(&answer, LEADER).unwrap();
        assert_eq!(read.elements.len(), 3, "v{version}");
        assert_eq!(read.throttle_time_ms, 42);
        let frame = answer.clone().into_frame().unwrap().contiguous();
        answer = Message::from_response_frame(request.request_ref(), frame).unwrap();
        let ResponseKind::Fetch(FetchResponse { responses, .. }) = answer.response().unwrap()
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

    fn without_leader(&self, _: &PartitionKey) -> Place {
        Place::Nowhere(Outage::RouteUnknown)
    }

    fn is_up(&self, broker: BrokerId) -> bool {
        broker.0 <= 3
    }
}

#[test]
fn a_replica_goes_on_to_serve_while_no_leader_is_known() {
    let (mut preferred, now) = (Preferred::default(), Instant::now());
    let partition = asked(12, b'a', 0).partition;
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
    let mut next = || asked(12, b'a', index.next().unwrap());
    for _ in 1..MAX_PREFERRED {
        preferred.named(&next().partition, (REPLICA, LEADER), now);
    }
    let one = [next()];
    let two = [next(), next()];
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
        let partition = asked(12, b'a', index).partition;
        let named = preferred.named(&partition, (REPLICA, LEADER), now);
        assert_eq!(named, Named::Elsewhere);
    }
    let partition = asked(12, b'b', 0).partition;
    let named = preferred.named(&partition, (REPLICA, LEADER), now);
    assert_eq!(named, Named::Ignored);
}

#[test]
fn a_leader_that_names_itself_is_not_asked_because_of_that() {
    let partition = asked(12, b'a', 0).partition;
    let named = Preferred::default().named(&partition, (LEADER, LEADER), Instant::now());
    assert_eq!(named, Named::Ignored);
}

#[test]
fn records_stay_when_their_former_leader_says_that_it_does_not_have_them() {
    let mut ready = Ready::default();
    let partition = asked(12, b'a', 0).partition;
    let said = |error| nothing(12, &partition, (error, Status::UNKNOWN));
    let records = Element {
        records: 7,
        ..said(ErrorCode::NONE)
    };
    let error = || Came::Element(said(ErrorCode::NOT_LEADER_OR_FOLLOWER));
    ready.put(partition.clone(), 5, Came::Element(records));
    ready.put(partition.clone(), 5, error());
    assert_eq!(ready.of(&partition, 5).map(Came::records), Some(7));
    ready.put(partition.clone(), 6, error());
    assert_eq!(ready.of(&partition, 6).map(Came::records), Some(0));
}

/// A request in which nothing has its default value that can have another one in this version.
fn full_request(version: i16) -> Message {
    let mut body = FetchRequest::default()
        .with_max_wait_ms(500)
        .with_min_bytes(3)
        .with_max_bytes(1 << 20)
        .with_isolation_level(1);
    for (index, name) in (0..).zip(["a", "bc"]) {
        let mut partition = FetchPartition::default()
            .with_partition(index)
            .with_fetch_offset(41)
            .with_partition_max_bytes(1 << 10);
        if version >= 5 {
            partition.log_start_offset = 42;
        }
        if version >= 9 {
            partition.current_leader_epoch = 43;
        }
        if version >= 12 {
            partition.last_fetched_epoch = 44;
            let tagged = Bytes::from_static(b"tagged");
            partition.unknown_tagged_fields.insert(9, tagged);
        }
        let mut topic = FetchTopic::default().with_partitions(vec![partition.clone(), partition]);
        let mut forgotten = ForgottenTopic::default().with_partitions(vec![5, 6]);
        let name = TopicName(StrBytes::from_static_str(name));
        if version >= 13 {
            (topic.topic_id, forgotten.topic_id) = (uuid(index), uuid(index + 7));
        } else {
            (topic.topic, forgotten.topic) = (name.clone(), name);
        }
        body.topics.push(topic);
        if version >= 7 {
            (body.session_id, body.session_epoch) = (77, 78);
            body.forgotten_topics_data.push(forgotten);
        }
    }
    if version >= 11 {
        body.rack_id = StrBytes::from_static_str("rack");
    }
    Message::new_request(version, "c", &body).unwrap()
}

fn uuid(number: i32) -> uuid::Uuid {
    uuid::Uuid::from_u128(u128::try_from(number).unwrap())
}

#[test]
fn a_part_that_is_the_whole_is_the_request_itself() {
    for version in 4..=17 {
        let request = full_request(version);
        let wanted = Wanted::read(request.clone()).unwrap();
        let part = wanted.part(&PartOf {
            max_wait: Duration::from_millis(500),
            max_bytes: 1 << 20,
            rack: Rack::Told,
            session: wanted.session,
            partitions: &wanted.partitions,
            forgotten: &wanted.forgotten,
        });
        let part = part.unwrap().body_bytes().unwrap();
        assert_eq!(part, request.body_bytes().unwrap(), "v{version}");
    }
}

/// A request for so many partitions.
fn wanted(partitions: usize) -> Wanted {
    let mut wanted = Wanted::read(full_request(12)).unwrap();
    let indexes = 0..i32::try_from(partitions).unwrap();
    wanted.partitions = indexes.map(|index| asked(12, b'a', index)).collect();
    wanted.forgotten.clear();
    wanted.session = SessionRef { id: 1, epoch: 1 };
    wanted
}

#[test]
fn a_session_is_granted_up_to_its_limit_and_cannot_grow_beyond() {
    assert!(ClientSession::open(1, &wanted(MAX_SESSION_PARTITIONS + 1)).is_none());
    let mut session = ClientSession::open(1, &wanted(MAX_SESSION_PARTITIONS)).unwrap();
    let mut one_more = wanted(1);
    assert!(session.change(&one_more));
    one_more.partitions = vec![asked(12, b'b', 0)];
    assert!(!session.change(&one_more));
}

#[test]
fn what_is_large_for_a_partition_is_in_no_session() {
    let mut long_name = wanted(1);
    let topic = TopicKey::Name(Bytes::from(vec![b'a'; 250]));
    long_name.partitions[0].partition.topic = topic;
    let mut tagged = wanted(1);
    tagged.partitions[0].tags = Bytes::from_static(b"tagged");
    for wanted in [long_name, tagged, wanted(0)] {
        assert!(ClientSession::open(1, &wanted).is_none());
    }
}

#[test]
fn what_a_session_counts_starts_again_at_1() {
    assert_eq!(next_epoch(1), 2);
    assert_eq!(next_epoch(i32::MAX), 1);
}

/// Every partition is led by the broker of its number.
pub(super) struct ByNumber;

impl Brokers for ByNumber {
    fn leader(&self, partition: &PartitionKey) -> Option<BrokerId> {
        Some(BrokerId(partition.index))
    }

    fn without_leader(&self, _: &PartitionKey) -> Place {
        Place::Nowhere(Outage::RouteUnknown)
    }

    fn is_up(&self, _: BrokerId) -> bool {
        true
    }
}

#[test]
fn what_several_brokers_answer_comes_in_the_order_of_the_request_with_the_longest_throttle() {
    for version in 4..=17 {
        let body = FetchRequest::default().with_max_bytes(1 << 20);
        let request = Message::new_request(version, "c", &body).unwrap();
        let mut wanted = Wanted::read(request).unwrap();
        let order = [(b'a', 2), (b'a', 1), (b'b', 3), (b'b', 1), (b'c', 2)];
        wanted.partitions = order
            .map(|(topic, index)| asked(version, topic, index))
            .into();
        let expected: Vec<PartitionKey> = wanted
            .partitions
            .iter()
            .map(|asked| asked.partition.clone())
            .collect();
        let (mut fetches, now) = (Fetches::of(1), Instant::now());
        fetches.begin(wanted, now).unwrap();
        let mut parts = fetches.unsent(now, &ByNumber).unwrap();
        assert_eq!(parts.len(), 3, "v{version}");
        // They answer in another order than they were asked.
        parts.rotate_left(1);
        for part in parts {
            let asked = Wanted::read(part.request.clone()).unwrap().partitions;
            let elements: Vec<_> = asked
                .iter()
                .map(|asked| {
                    nothing(
                        version,
                        &asked.partition,
                        (ErrorCode::NONE, Status::UNKNOWN),
                    )
                })
                .collect();
            let head = Head {
                throttle_time_ms: 10 * part.broker.0,
                error: ErrorCode::NONE,
                session_id: 0,
            };
            let answer = assemble(&part.request, head, &elements).unwrap();
            fetches
                .arrived(part.id, (&answer, &BTreeMap::new()), now)
                .unwrap();
        }
        let answer = fetches
            .answer(now)
            .unwrap()
            .expect("all have answered")
            .answer;
        let read = Fetched::read(&answer, LEADER).unwrap();
        assert_eq!(read.throttle_time_ms, 30, "v{version}");
        let found: Vec<PartitionKey> = read.elements.into_iter().map(|one| one.partition).collect();
        assert_eq!(found, expected, "v{version}");
    }
}
