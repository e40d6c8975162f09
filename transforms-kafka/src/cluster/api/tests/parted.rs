//! How are requests made that belong to several brokers, and who has what?

use super::build::{fields, full, list, request};
use crate::cluster::api::spread::{Entities, Named, Spread};
use crate::cluster::api::table::api;
use crate::cluster::api::target::Partitions;
use crate::cluster::api::{Entity, Place, Proxies, Proxy, Split, SubRequest, split};
use bytes::Bytes;
use kafka_protocol::messages::BrokerId;
use shotover::message::Message;
use shotover::wire::addresses::NewAddress;
use shotover::wire::value::{Structure, Value};
use shotover::wire::{ApiKey, Topic};

/// A topic, or something else by its number, and numbers of partitions.
pub(super) type Asked = (u8, Vec<i32>);

/// Every API with requests that belong to several brokers, with the versions in which they do.
pub(super) fn parted_versions() -> impl Iterator<Item = (ApiKey, i16)> {
    super::build::every_version().filter(|(key, version)| match api(*key).spread {
        Spread::Withheld | Spread::Whole => false,
        Spread::Entities(of) => {
            let mut fields = key.request_schema().fields().iter();
            fields.any(|field| field.name() == of.asked && field.exists(*version))
        }
        Spread::Records | Spread::Partitions(_) | Spread::Resources(_) | Spread::Placed(_) => true,
    })
}

pub(super) fn name(number: u8) -> String {
    format!("name{number}")
}

pub(super) fn id(number: u8) -> [u8; 16] {
    [number; 16]
}

/// The parts of a Produce request whose partitions have these places, which are more than one.
pub(in crate::cluster) fn parts_by(
    request: &Message,
    place: impl Fn(Topic<'_>, i32) -> Place,
) -> Vec<SubRequest> {
    let mut place = |entity: Entity<'_>| match entity {
        Entity::Partition { topic, index, .. } => place(topic, index),
        other @ (Entity::Coordinator(_) | Entity::Broker(_) | Entity::Controller | Entity::Any) => {
            panic!("{other:?}")
        }
    };
    match split(request, &mut place).unwrap() {
        Split::Parts(parts) => parts,
        Split::Whole(place) => panic!("all of it goes to {place:?}"),
    }
}

/// An answer as it comes from a broker: in one piece.
pub(in crate::cluster) fn as_it_comes(answer: Message) -> Message {
    let request = answer.request_ref();
    let frame = answer.into_frame().unwrap().contiguous();
    Message::from_response_frame(request, frame).unwrap()
}

/// A request about these, in which everything else says something too.
pub(super) fn asking(key: ApiKey, version: i16, asked: &[Asked]) -> Message {
    let base = full(key.request_schema().fields(), version);
    let (array, elements) = match api(key).spread {
        Spread::Records => ("TopicData", list(asked.iter().map(written))),
        Spread::Partitions(of) => ("Topics", list(asked.iter().map(|asked| topic(asked, of)))),
        Spread::Entities(of) | Spread::Resources(of) | Spread::Placed(of) => {
            let elements = asked.iter().map(|(number, _)| entity(&base, of, *number));
            (of.asked, Value::Array(elements.collect()))
        }
        Spread::Withheld | Spread::Whole => panic!("{key} is about one thing"),
    };
    request(key, version, &base.with(array, elements))
}

fn written((number, partitions): &Asked) -> Structure {
    let partition = |index: &i32| {
        let records = format!("records of {number}/{index}");
        fields()
            .with("Index", *index)
            .with("Records", records.as_str())
    };
    let partitions = partitions.iter().map(partition);
    fields()
        .with("Name", name(*number).as_str())
        .with("TopicId", Value::Uuid(id(*number)))
        .with("PartitionData", list(partitions))
}

fn topic((number, partitions): &Asked, of: &Partitions) -> Structure {
    let partitions = partitions.iter().map(|index| match of.partition {
        [_] => Value::from(*index),
        [_, number, ..] => fields().with(number, *index).into(),
        [] => panic!("{of:?}"),
    });
    fields()
        .with(of.topic, name(*number).as_str())
        .with(of.array(), partitions.collect::<Vec<Value>>())
}

fn entity(base: &Structure, of: &Entities, number: u8) -> Value {
    let name = name(number);
    match of.named {
        Named::Itself => name.as_str().into(),
        Named::By(field) => {
            let mut element = base.elements(of.asked)[0].as_structure().unwrap().clone();
            element.remove("Assignments");
            element.with(field, name.as_str()).into()
        }
    }
}

/// Who has it, of so many brokers.
pub(super) fn place_of(entity: &Entity<'_>, brokers: i32) -> Place {
    let sum = |bytes: &[u8]| bytes.iter().map(|byte| i32::from(*byte)).sum::<i32>();
    let number = match entity {
        Entity::Partition { topic, index, .. } => {
            let topic = match topic {
                Topic::Name(name) => sum(name),
                Topic::Id(id) => sum(id),
            };
            topic.wrapping_add(*index)
        }
        Entity::Coordinator(key) => sum(&key.name),
        Entity::Broker(id) => id.0,
        Entity::Controller | Entity::Any => 0,
    };
    Place::Broker(BrokerId(number.rem_euclid(brokers)))
}

/// Even brokers are behind proxy 70, odd ones behind proxy 71.
#[derive(Debug)]
pub(super) struct TwoProxies;

pub(super) fn proxy(id: i32) -> Proxy {
    Proxy {
        id: BrokerId(id),
        address: NewAddress {
            host: Bytes::from(format!("proxy{id}")),
            port: 9000,
        },
        rack: Some(Bytes::from(format!("rack{id}"))),
    }
}

impl Proxies for TwoProxies {
    fn proxy_of(&self, broker: BrokerId) -> BrokerId {
        BrokerId(70 + broker.0 % 2)
    }

    fn up(&self) -> Vec<Proxy> {
        vec![proxy(70), proxy(71)]
    }
}
