//! Is what several brokers are in the middle of given once, whole, and in its turn?

use super::answer::{Fetched, Head, Status, assemble, nothing};
use super::fetches::Fetches;
use super::part::{PartOf, Rack};
use super::tests::{ByNumber, asked};
use super::wanted::{SessionRef, Wanted};
use crate::cluster::view::TopicKey;
use bytes::Bytes;
use kafka_protocol::messages::fetch_response::{FetchableTopicResponse, PartitionData};
use kafka_protocol::messages::{BrokerId, FetchRequest, FetchResponse, ResponseKind, TopicName};
use kafka_protocol::protocol::StrBytes;
use shotover::message::Message;
use shotover::wire::ErrorCode;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;

/// What a broker answers to its part, with so many records for each partition, and the end of it that has not arrived: what
/// is behind the first byte of the last records.
fn open_answer(part: &Message, records: usize) -> (Message, Bytes) {
    let version = part.api_version();
    let asked = Wanted::read(part.clone()).unwrap().partitions;
    let topics = asked.iter().map(|asked| {
        let data = PartitionData::default()
            .with_partition_index(asked.partition.index)
            .with_preferred_read_replica(BrokerId(-1))
            .with_records(Some(vec![b'r'; records].into()));
        let topic = FetchableTopicResponse::default().with_partitions(vec![data]);
        match &asked.partition.topic {
            TopicKey::Name(name) => {
                let name = StrBytes::try_from(name.clone()).unwrap();
                topic.with_topic(TopicName(name))
            }
            TopicKey::Id(id) => topic.with_topic_id(uuid::Uuid::from_bytes(*id)),
        }
    });
    let body = FetchResponse::default().with_responses(topics.collect());
    let whole = part.respond(&ResponseKind::Fetch(body)).unwrap();
    let mut beginning = whole.body_bytes().unwrap();
    let missing = records - 1 + if version >= 12 { 3 } else { 0 };
    let rest = beginning.split_off(beginning.len() - missing);
    let request = part.request_ref();
    let open = Message::open_response_of_pieces(request, vec![beginning], missing);
    (open.unwrap(), rest)
}

/// Topic, partition and number of records of all that is in an open answer with its rest, in its order.
fn closed(answer: Message, rest: &Bytes) -> Vec<(u8, i32, usize)> {
    assert_eq!(answer.missing(), rest.len());
    let request = answer.request_ref();
    let mut frame = answer.into_frame().unwrap().contiguous().to_vec();
    frame.extend_from_slice(rest);
    assert_eq!(
        frame[..4],
        i32::try_from(frame.len() - 4).unwrap().to_be_bytes()
    );
    let mut whole = Message::from_response_frame(request, frame.into()).unwrap();
    let ResponseKind::Fetch(body) = whole.response().unwrap() else {
        panic!()
    };
    let topics = body.responses.iter().flat_map(|topic| {
        let name = topic.topic.as_bytes().first();
        let name = *name.unwrap_or(&topic.topic_id.as_bytes()[0]);
        topic.partitions.iter().map(move |data| (name, data))
    });
    topics
        .map(|(name, data)| {
            let records = data.records.as_ref().map_or(0, Bytes::len);
            (name, data.partition_index, records)
        })
        .collect()
}

/// A fetch of these partitions from offset 0.
fn fetch_of(version: i16, order: &[(u8, i32)]) -> Wanted {
    let body = FetchRequest::default().with_max_bytes(1 << 20);
    let request = Message::new_request(version, "c", &body).unwrap();
    let mut wanted = Wanted::read(request).unwrap();
    let partitions = order.iter();
    wanted.partitions = partitions
        .map(|(topic, index)| asked(version, *topic, *index))
        .collect();
    wanted
}

/// Fetches of which the first is this one, and all brokers are in the middle of what they answer. The rest that each has.
fn all_open(wanted: Wanted, records: usize) -> (Fetches, BTreeMap<BrokerId, Bytes>) {
    let (mut fetches, now) = (Fetches::of(1), Instant::now());
    fetches.begin(wanted, now).unwrap();
    let mut rests = BTreeMap::new();
    for part in fetches.unsent(now, &ByNumber).unwrap() {
        let (answer, rest) = open_answer(&part.request, records);
        let arrived = fetches.arrived(part.id, (&answer, &BTreeMap::new()), now);
        arrived.unwrap();
        rests.insert(part.broker, rest);
    }
    (fetches, rests)
}

#[test]
fn an_element_that_is_open_is_the_last_of_the_last_topic() {
    for version in 4..=17 {
        let (a1, a2, b1) = ((b'a', 1), (b'a', 2), (b'b', 1));
        let request = fetch_of(version, &[a1]).part(&PartOf {
            max_wait: Duration::ZERO,
            max_bytes: 0,
            rack: Rack::Withheld,
            session: SessionRef::NONE,
            partitions: &[asked(version, b'a', 1)],
            forgotten: &[],
        });
        let request = request.unwrap();
        let (open, rest) = open_answer(&request, 100);
        let mut elements = Fetched::read(&open, BrokerId(1)).unwrap().elements;
        assert_eq!(elements[0].records, 100, "v{version}");
        for (topic, index) in [a2, b1] {
            let partition = asked(version, topic, index).partition;
            let said = (ErrorCode::NONE, Status::UNKNOWN);
            elements.push(nothing(version, &partition, said));
        }
        let head = Head {
            throttle_time_ms: 0,
            error: ErrorCode::NONE,
            session_id: 0,
        };
        let answer = assemble(&request, head, &elements).unwrap();
        let expected = [(b'b', 1, 0), (b'a', 2, 0), (b'a', 1, 100)];
        assert_eq!(closed(answer, &rest), expected, "v{version}");
    }
}

#[test]
fn of_what_several_brokers_are_in_the_middle_of_each_is_given_in_its_turn() {
    for version in 4..=17 {
        // The first partition of broker 2 is whole.
        let order = [(b'a', 2), (b'a', 1), (b'b', 3), (b'b', 2), (b'c', 2)];
        let (mut fetches, rests) = all_open(fetch_of(version, &order), 100);
        let now = Instant::now();
        let mut seen = Vec::new();
        for round in 0..3 {
            if round > 0 {
                fetches.begin(fetch_of(version, &order), now).unwrap();
            }
            let given = fetches.answer(now).unwrap().expect("something is open");
            let broker = given.rest_of.unwrap();
            assert!(!fetches.wants_rest_of(broker));
            let elements = closed(given.answer, &rests[&broker]);
            assert_eq!(elements.last().unwrap().1, broker.0, "v{version}");
            seen.extend(elements.into_iter().filter(|(.., records)| *records > 0));
        }
        seen.sort_unstable();
        let mut expected = order.map(|(topic, index)| (topic, index, 100));
        expected.sort_unstable();
        assert_eq!(seen, expected, "v{version}");
    }
}

#[test]
fn what_is_open_waits_until_there_is_room_for_all_of_it() {
    let order = [(b'a', 1), (b'a', 2)];
    let mut wanted = fetch_of(12, &order);
    wanted.max_bytes = 150;
    let (mut fetches, rests) = all_open(wanted, 100);
    let now = Instant::now();
    let given = fetches.answer(now).unwrap().expect("something is open");
    assert_eq!(given.rest_of, Some(BrokerId(1)));
    assert_eq!(closed(given.answer, &rests[&BrokerId(1)]).len(), 2);
    assert!(fetches.wants_rest_of(BrokerId(2)));
}

#[test]
fn nobody_wants_the_rest_of_what_is_fetched_from_another_offset_or_not_any_more_or_otherwise() {
    let sought = |mut wanted: Wanted| {
        wanted.partitions[0].offset = 1;
        wanted
    };
    let others = [
        sought(fetch_of(12, &[(b'a', 1)])),
        fetch_of(12, &[(b'a', 2)]),
        fetch_of(11, &[(b'a', 1)]),
    ];
    for other in others {
        let (mut fetches, _) = all_open(fetch_of(12, &[(b'a', 2), (b'a', 1)]), 100);
        let now = Instant::now();
        let given = fetches.answer(now).unwrap().unwrap();
        assert_eq!(given.rest_of, Some(BrokerId(2)));
        assert!(fetches.wants_rest_of(BrokerId(1)));
        fetches.begin(other, now).unwrap();
        assert!(!fetches.wants_rest_of(BrokerId(1)));
    }
}

#[test]
fn what_is_open_is_asked_for_again_when_its_broker_is_lost() {
    let order = [(b'a', 2), (b'a', 1)];
    let (mut fetches, _) = all_open(fetch_of(12, &order), 100);
    let now = Instant::now();
    fetches.rest_lost(BrokerId(1));
    let given = fetches.answer(now).unwrap().unwrap();
    assert_eq!(given.rest_of, Some(BrokerId(2)));
    fetches.begin(fetch_of(12, &order[1..]), now).unwrap();
    assert!(fetches.answer(now).unwrap().is_none());
    let parts = fetches.unsent(now, &ByNumber).unwrap();
    assert_eq!(parts[0].broker, BrokerId(1));
}
