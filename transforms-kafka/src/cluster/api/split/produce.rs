//! Which records go to which broker?
//!
//! The records themselves are not looked at, and not copied: a part is a few new bytes around slices of the request.

use super::entities::Entity;
use super::part::{Place, Split, SplitError, SubRequest};
use crate::cluster::api::produce::put_without_records;
use crate::cluster::api::write::{put_count, put_no_tags, put_string};
use bytes::{BufMut, Bytes, BytesMut};
use shotover::message::Message;
use shotover::wire::produce::{Partition, Partitions};
use shotover::wire::{ApiKey, Encoding, Malformed, Topic};
use std::ops::Range;

/// Slices up to this many bytes are copied: a piece of its own would cost more.
const COPIED_AT_MOST: usize = 512;

pub(super) fn split(
    request: &Message,
    place: &mut dyn FnMut(Entity<'_>) -> Place,
) -> Result<Split, SplitError> {
    let body = request.body_bytes()?;
    let version = request.api_version();
    let malformed = SplitError::malformed(request);
    let places = match places(version, &body, place).map_err(&malformed)? {
        Places::One(place) => return Ok(Split::Whole(place)),
        Places::Several(places) => places,
    };
    let prefix = Partitions::new(version, &body).map_err(&malformed)?;
    let prefix = body.slice(..prefix.topics_offset);
    let shares = shares(version, &body, &places).map_err(&malformed)?;
    let parts = shares.into_iter().map(|(place, topics)| {
        let encoding = ApiKey::Produce.encoding(version);
        let pieces = Pieces::new(&body).request(&prefix, encoding, &topics);
        let request = request.duplicate_request().with_body(pieces)?;
        let kept = request.with_body(vec![without_records(&prefix, encoding, &topics)])?;
        Ok(SubRequest {
            place,
            request,
            kept,
        })
    });
    let parts: Result<Vec<SubRequest>, SplitError> = parts.collect();
    parts.map(Split::Parts)
}

/// The places of all partitions, in the order of the request.
enum Places {
    One(Place),
    Several(Vec<Place>),
}

fn places(
    version: i16,
    body: &[u8],
    place: &mut dyn FnMut(Entity<'_>) -> Place,
) -> Result<Places, Malformed> {
    let mut first: Option<(Place, usize)> = None;
    let mut several = Vec::new();
    for partition in Partitions::new(version, body)? {
        let partition = partition?;
        let here = place(Entity::Partition {
            topic: partition.topic,
            index: partition.index,
        });
        match &mut first {
            None => first = Some((here, 1)),
            Some((place, count)) if several.is_empty() && *place == here => *count += 1,
            Some((place, count)) => {
                if several.is_empty() {
                    several.resize(*count, *place);
                }
                several.push(here);
            }
        }
    }
    Ok(match first {
        Some((first, _)) if several.is_empty() => Places::One(first),
        Some(_) => Places::Several(several),
        None => Places::One(place(Entity::Any)),
    })
}

/// The partitions of a topic that go to one place.
struct Share<'a> {
    topic: Topic<'a>,
    /// Which of the request's topics that is.
    position: usize,
    indexes: Vec<i32>,
    /// Where they stand in the request; those that stand side by side are one range.
    elements: Vec<Range<usize>>,
}

fn shares<'a>(
    version: i16,
    body: &'a [u8],
    places: &[Place],
) -> Result<Vec<(Place, Vec<Share<'a>>)>, Malformed> {
    let mut shares: Vec<(Place, Vec<Share<'_>>)> = Vec::new();
    for (partition, place) in Partitions::new(version, body)?.zip(places) {
        let partition = partition?;
        match shares.iter_mut().find(|(known, _)| known == place) {
            Some((_, topics)) => add(topics, partition),
            None => {
                let mut topics = Vec::new();
                add(&mut topics, partition);
                shares.push((*place, topics));
            }
        }
    }
    Ok(shares)
}

fn add<'a>(topics: &mut Vec<Share<'a>>, partition: Partition<'a>) {
    match topics.last_mut() {
        Some(topic) if topic.position == partition.topic_position => {
            topic.indexes.push(partition.index);
            match topic.elements.last_mut() {
                Some(last) if last.end == partition.element.start => {
                    last.end = partition.element.end;
                }
                Some(_) | None => topic.elements.push(partition.element),
            }
        }
        Some(_) | None => topics.push(Share {
            topic: partition.topic,
            position: partition.topic_position,
            indexes: vec![partition.index],
            elements: vec![partition.element],
        }),
    }
}

/// What stands in front of a topic's partitions.
fn put_topic(out: &mut BytesMut, encoding: Encoding, topic: &Share<'_>) {
    match topic.topic {
        Topic::Name(name) => put_string(out, encoding, Some(name)),
        Topic::Id(id) => out.put_slice(&id),
    }
    put_count(out, encoding, topic.indexes.len());
}

/// A body with null in place of all records.
fn without_records(prefix: &[u8], encoding: Encoding, topics: &[Share<'_>]) -> Bytes {
    let mut out = BytesMut::from(prefix);
    put_count(&mut out, encoding, topics.len());
    for topic in topics {
        put_topic(&mut out, encoding, topic);
        for index in &topic.indexes {
            put_without_records(&mut out, encoding, *index);
        }
        put_no_tags(&mut out, encoding);
    }
    put_no_tags(&mut out, encoding);
    out.freeze()
}

/// A body in the course of being put together.
struct Pieces<'a> {
    body: &'a Bytes,
    done: Vec<Bytes>,
    fresh: BytesMut,
}

impl<'a> Pieces<'a> {
    fn new(body: &'a Bytes) -> Self {
        Self {
            body,
            done: Vec::new(),
            fresh: BytesMut::new(),
        }
    }

    fn request(mut self, prefix: &[u8], encoding: Encoding, topics: &[Share<'_>]) -> Vec<Bytes> {
        self.fresh.put_slice(prefix);
        put_count(&mut self.fresh, encoding, topics.len());
        for topic in topics {
            put_topic(&mut self.fresh, encoding, topic);
            for elements in &topic.elements {
                self.slice(elements.clone());
            }
            put_no_tags(&mut self.fresh, encoding);
        }
        put_no_tags(&mut self.fresh, encoding);
        self.flush();
        self.done
    }

    fn slice(&mut self, range: Range<usize>) {
        let slice = self.body.get(range).unwrap_or_default();
        if slice.len() <= COPIED_AT_MOST {
            self.fresh.put_slice(slice);
        } else {
            self.flush();
            self.done.push(self.body.slice_ref(slice));
        }
    }

    fn flush(&mut self) {
        if !self.fresh.is_empty() {
            self.done.push(self.fresh.split().freeze());
        }
    }
}
