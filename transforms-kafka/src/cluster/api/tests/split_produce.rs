//! Do records go to the leaders of their partitions, untouched?

use super::build::{contents, fields, list, request};
use super::parted::{asking, id, name};
use crate::cluster::api::{Entity, Outage, Place, Split, entities, for_error, split};
use kafka_protocol::messages::BrokerId;
use shotover::message::Message;
use shotover::wire::value::{Structure, Value};
use shotover::wire::{ApiKey, Topic};

const KEY: ApiKey = ApiKey::Produce;

/// Odd partitions are elsewhere.
fn by_parity(entity: Entity<'_>) -> Place {
    match entity {
        Entity::Partition { index, .. } => Place::Broker(BrokerId(index % 2)),
        Entity::Coordinator(_) | Entity::Broker(_) | Entity::Controller | Entity::Any => {
            Place::Broker(BrokerId(9))
        }
    }
}

/// The topic, by name or by the name that belongs to its id, and the partition.
fn partition_of(entity: Entity<'_>) -> (String, i32) {
    let Entity::Partition { topic, index, .. } = entity else {
        panic!("{entity:?}");
    };
    let topic = match topic {
        Topic::Name(name) => String::from_utf8(name.to_vec()).unwrap(),
        Topic::Id(id) => name(id[0]),
    };
    (topic, index)
}

fn parts(request: &Message) -> Vec<(Place, Message)> {
    match split(request, &mut by_parity).unwrap() {
        Split::Parts(parts) => parts
            .into_iter()
            .map(|part| (part.place, part.request))
            .collect(),
        Split::Whole(place) => panic!("all of it goes to {place:?}"),
    }
}

/// The topic with these partitions and their records, as a part has it.
fn topic(version: i16, number: u8, partitions: &[i32]) -> Structure {
    let partition = |index: &i32| {
        let records = format!("records of {number}/{index}");
        fields()
            .with("Index", *index)
            .with("Records", records.as_str())
    };
    let topic = match version {
        ..13 => fields().with("Name", name(number).as_str()),
        13.. => fields().with("TopicId", Value::Uuid(id(number))),
    };
    topic.with("PartitionData", list(partitions.iter().map(partition)))
}

/// While it waited, it would keep all that arrived with it. A short one is copied when it has to wait.
#[test]
fn a_small_part_of_a_long_request_is_a_copy() {
    for (records, is_copied) in [(40_000, false), (80_000, true), (200_000, false)] {
        let data = |index: i32, bytes: usize| {
            let records = "x".repeat(bytes);
            fields()
                .with("Index", index)
                .with("Records", records.as_str())
        };
        let partitions = [data(0, 4 << 20), data(1, records)];
        let topic = fields()
            .with("Name", "t")
            .with("PartitionData", list(partitions));
        let request = request(KEY, 12, &fields().with("TopicData", list([topic])));
        let body = request.body_bytes().unwrap().as_ptr_range();
        let (_, part) = &parts(&request)[1];
        assert!(part.wire_len() > records);
        let frame = part.clone().into_frame().unwrap();
        let is_of_body = |piece: &[u8]| body.contains(&piece.as_ptr());
        let are_copied = !frame.pieces().iter().any(|piece| is_of_body(piece));
        assert_eq!(are_copied, is_copied, "{records}");
    }
}

#[test]
fn every_part_says_what_the_request_says_about_its_partitions() {
    let asked = [(1, vec![1, 0, 3]), (2, vec![4, 2]), (3, vec![5])];
    for version in KEY.versions() {
        let whole = asking(KEY, version, &asked);
        let parts = parts(&whole);
        let said: Vec<(Place, Structure)> = parts
            .iter()
            .map(|(place, part)| (*place, contents(part)))
            .collect();
        let with = |topics: Vec<Structure>| contents(&whole).with("TopicData", list(topics));
        let odd = with(vec![topic(version, 1, &[1, 3]), topic(version, 3, &[5])]);
        let even = with(vec![topic(version, 1, &[0]), topic(version, 2, &[4, 2])]);
        let expected = [
            (Place::Broker(BrokerId(1)), odd),
            (Place::Broker(BrokerId(0)), even),
        ];
        assert_eq!(said, expected, "v{version}");
        for (_, part) in &parts {
            assert_ne!(part.id(), whole.id());
            assert_eq!(part.client_id(), whole.client_id());
        }
        assert_ne!(parts[0].1.id(), parts[1].1.id());
    }
}

#[test]
fn a_request_for_one_broker_stays_whole() {
    let request = asking(KEY, 9, &[(1, vec![1, 3]), (2, vec![5])]);
    let place = match split(&request, &mut by_parity).unwrap() {
        Split::Whole(place) => place,
        Split::Parts(parts) => panic!("{} parts", parts.len()),
    };
    assert_eq!(place, Place::Broker(BrokerId(1)));
}

#[test]
fn a_topic_that_appears_twice_does_so_in_the_parts() {
    let asked = [(1, vec![1, 0]), (2, vec![0]), (1, vec![3, 1])];
    let request = asking(KEY, 9, &asked);
    let parts = parts(&request);
    let odd = list([topic(9, 1, &[1]), topic(9, 1, &[3, 1])]);
    assert_eq!(contents(&parts[0].1).get("TopicData"), Some(&odd));
    let even = list([topic(9, 1, &[0]), topic(9, 2, &[0])]);
    assert_eq!(contents(&parts[1].1).get("TopicData"), Some(&even));
}

#[test]
fn what_belongs_nowhere_is_a_part_of_its_own_for_each_reason() {
    let request = asking(KEY, 9, &[(1, vec![0, 1, 2, 3])]);
    let split = split(&request, &mut |entity| match partition_of(entity).1 {
        0 => Place::Nowhere(Outage::RouteUnknown),
        3 => Place::Broker(BrokerId(1)),
        _ => Place::Nowhere(Outage::NotReached),
    });
    let Split::Parts(parts) = split.unwrap() else {
        panic!("whole");
    };
    let indexes = parts.iter().map(|part| {
        let mut indexes = Vec::new();
        entities(&part.request, &mut |entity| {
            indexes.push(partition_of(entity).1)
        })
        .unwrap();
        (part.place, indexes)
    });
    let expected = [
        (Place::Nowhere(Outage::RouteUnknown), vec![0]),
        (Place::Nowhere(Outage::NotReached), vec![1, 2]),
        (Place::Broker(BrokerId(1)), vec![3]),
    ];
    assert_eq!(indexes.collect::<Vec<_>>(), expected);
}

#[test]
fn records_are_not_copied() {
    let records = |byte: u8| bytes::Bytes::from(vec![byte; 10_000]);
    for version in KEY.versions() {
        let partition = |index: i32| {
            fields()
                .with("Index", index)
                .with("Records", records(b'0' + index.to_le_bytes()[0]))
        };
        let topic = fields()
            .with("Name", "t")
            .with("PartitionData", list((0..4).map(partition)));
        let contents = fields().with("Acks", 1).with("TopicData", list([topic]));
        let request = request(KEY, version, &contents);
        let body = request.body_bytes().unwrap();
        let range = body.as_ptr_range();
        for (_, part) in parts(&request) {
            let frame = part.into_frame().unwrap();
            let pieces = frame.pieces().iter();
            let kept = pieces.filter(|piece| range.contains(&piece.as_ptr()));
            let kept: usize = kept.map(|piece| piece.len()).sum();
            assert!(kept >= 20_000, "v{version}: {kept}");
        }
    }
}

/// Partitions of a broker that stand side by side are sent in one piece.
#[test]
fn neighbours_stay_together() {
    let partition = |index: i32| {
        let records = bytes::Bytes::from(vec![b'r'; 1000]);
        fields().with("Index", index).with("Records", records)
    };
    let indexes = [1, 3, 5, 0, 2, 4];
    let topic = fields()
        .with("Name", "t")
        .with("PartitionData", list(indexes.into_iter().map(partition)));
    let contents = fields().with("TopicData", list([topic]));
    for (_, part) in parts(&request(KEY, 9, &contents)) {
        let frame = part.into_frame().unwrap();
        let large = frame.pieces().iter().filter(|piece| piece.len() > 3000);
        assert_eq!(large.count(), 1);
    }
}

#[test]
fn partitions_are_visited_in_order_by_name_or_by_id() {
    for version in KEY.versions() {
        let request = asking(KEY, version, &[(2, vec![7, 0]), (1, vec![3])]);
        let mut visited = Vec::new();
        entities(&request, &mut |entity| visited.push(partition_of(entity))).unwrap();
        let expected = [(name(2), 7), (name(2), 0), (name(1), 3)];
        assert_eq!(visited, expected, "v{version}");
    }
}

#[test]
fn of_each_part_is_kept_what_its_answer_is_about() {
    let asked = [(1, vec![1, 0, 3]), (2, vec![4, 2]), (1, vec![5])];
    for version in KEY.versions() {
        let request = asking(KEY, version, &asked);
        let Split::Parts(parts) = split(&request, &mut by_parity).unwrap() else {
            panic!("whole");
        };
        for part in parts {
            let expected = for_error(&part.request);
            assert_eq!(part.kept.request_ref(), part.request.request_ref());
            let kept = part.kept.body_bytes().unwrap();
            assert_eq!(kept, expected.body_bytes().unwrap(), "v{version}");
        }
    }
}
