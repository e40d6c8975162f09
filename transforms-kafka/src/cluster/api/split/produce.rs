//! Which records go to which broker?
//!
//! The records themselves are not looked at, and not copied: a part is a few new bytes around slices of the request.

use super::entities::Entity;
use super::part::{Place, Split, SplitError, SubRequest};
use crate::cluster::api::batches::put_kept;
use crate::cluster::api::write::{put_count, put_no_tags, put_topic};
use bytes::{BufMut, Bytes, BytesMut};
use shotover::message::{Assembly, EncodeError, Message};
use shotover::wire::produce::{Batch, Partition, Partitions, only};
use shotover::wire::{ApiKey, Encoding, Malformed, Reader, Topic};
use std::ops::Range;

pub(super) fn split(
    request: &Message,
    place: &mut dyn FnMut(Entity<'_>) -> Place,
) -> Result<Split, SplitError> {
    let body = request.body_bytes()?;
    let version = request.api_version();
    if let Some(Partition { topic, index, .. }) = only(version, &body) {
        return Ok(Split::Whole(place(of_records(topic, index))));
    }
    let named = Named::read(version, &body, place).map_err(SplitError::malformed(request))?;
    let Some(first) = named.partitions.first() else {
        return Ok(Split::Whole(place(Entity::Any)));
    };
    if named.partitions.iter().all(|one| one.place == first.place) {
        return Ok(Split::Whole(first.place));
    }
    let whole = Whole {
        request,
        body: &body,
        encoding: ApiKey::Produce.encoding(version),
        named: &named,
    };
    let places = named.places().into_iter();
    let parts: Result<Vec<SubRequest>, SplitError> =
        places.map(|place| whole.part(place)).collect();
    parts.map(Split::Parts)
}

fn of_records(topic: Topic<'_>, index: i32) -> Entity<'_> {
    Entity::Partition {
        topic,
        index,
        epoch: None,
    }
}

/// What a request names.
struct Named<'a> {
    /// What stands in front of the topics.
    prefix: &'a [u8],
    topics: Vec<Topic<'a>>,
    partitions: Vec<Placed>,
}

/// A partition, and where it belongs. A request can name as many as it has bytes for: this is not much longer.
#[derive(Clone, Copy)]
struct Placed {
    place: Place,
    index: i32,
    /// Which of the topics it is of.
    topic: u32,
    /// Where it begins and ends in the body, which is not longer than a frame.
    element: [u32; 2],
}

impl<'a> Named<'a> {
    fn read(
        version: i16,
        body: &'a [u8],
        place: &mut dyn FnMut(Entity<'_>) -> Place,
    ) -> Result<Self, Malformed> {
        let partitions = Partitions::new(version, body)?;
        let mut named = Self {
            prefix: body.get(..partitions.topics_offset).unwrap_or_default(),
            topics: Vec::new(),
            partitions: Vec::new(),
        };
        let mut position = None;
        for partition in partitions {
            let partition = partition?;
            if position.replace(partition.topic_position) != Some(partition.topic_position) {
                named.topics.push(partition.topic);
            }
            let Range { start, end } = partition.element;
            named.partitions.push(Placed {
                place: place(of_records(partition.topic, partition.index)),
                index: partition.index,
                topic: short(named.topics.len() - 1),
                element: [short(start), short(end)],
            });
        }
        Ok(named)
    }

    /// The places, each once, in the order of the request.
    fn places(&self) -> Vec<Place> {
        let mut places = Vec::new();
        for Placed { place, .. } in &self.partitions {
            if !places.contains(place) {
                places.push(*place);
            }
        }
        places
    }

    /// The partitions of this place, topic by topic.
    fn at(&self, place: Place) -> impl Iterator<Item = &[Placed]> {
        let topics = self
            .partitions
            .chunk_by(|one, other| one.topic == other.topic);
        topics.filter(move |topic| topic.iter().any(|one| one.place == place))
    }
}

/// An offset in a frame, whose length has 31 bits.
fn short(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

/// A request that is taken apart.
struct Whole<'a> {
    request: &'a Message,
    body: &'a Bytes,
    encoding: Encoding,
    named: &'a Named<'a>,
}

impl Whole<'_> {
    fn part(&self, place: Place) -> Result<SubRequest, SplitError> {
        let kept = self.request.with_body_of(|out| {
            self.put(
                place,
                out,
                |out| out,
                |out, partition| {
                    put_kept(out, self.encoding, partition.index, self.batch(partition))
                },
            );
            Ok::<(), EncodeError>(())
        })?;
        let kept = kept.under_new_id();
        let elements = self.named.at(place).flatten();
        let elements = elements.filter(|one| one.place == place);
        let (copied, _) = Assembly::copied(elements.map(|one| self.element(one).len()));
        // Of each partition more is kept than stands around it.
        let request = kept.with_body_assembled(kept.wire_len() + copied, |out| {
            self.put(place, out, Assembly::fresh, |out, partition| {
                out.slice(self.body, self.element(partition));
            });
        })?;
        Ok(SubRequest {
            place,
            request: request.part_of(self.body.len()),
            kept,
        })
    }

    fn element(&self, partition: &Placed) -> &[u8] {
        let [start, end] = partition
            .element
            .map(|offset| usize::try_from(offset).unwrap_or(usize::MAX));
        self.body.get(start..end).unwrap_or_default()
    }

    fn batch(&self, partition: &Placed) -> Option<Batch> {
        let mut reader = Reader::new(self.element(partition), self.encoding);
        reader.i32("Index").ok()?;
        Batch::of(reader.nullable_bytes("Records").ok()??)
    }

    /// Appends a body with the partitions of this place.
    fn put<Out>(
        &self,
        place: Place,
        out: &mut Out,
        fresh: impl Fn(&mut Out) -> &mut BytesMut,
        mut element: impl FnMut(&mut Out, &Placed),
    ) {
        fresh(out).put_slice(self.named.prefix);
        put_count(fresh(out), self.encoding, self.named.at(place).count());
        for topic in self.named.at(place) {
            let here = topic.iter().filter(|one| one.place == place);
            let number = topic
                .first()
                .and_then(|one| usize::try_from(one.topic).ok());
            if let Some(topic) = number.and_then(|number| self.named.topics.get(number)) {
                put_topic(fresh(out), self.encoding, *topic);
            }
            put_count(fresh(out), self.encoding, here.clone().count());
            here.for_each(|partition| element(out, partition));
            put_no_tags(fresh(out), self.encoding);
        }
        put_no_tags(fresh(out), self.encoding);
    }
}
