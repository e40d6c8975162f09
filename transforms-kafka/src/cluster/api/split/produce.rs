//! Which records go to which broker?
//!
//! The records themselves are not looked at, and not copied: a part is a few new bytes around slices of the request.

use super::entities::Entity;
use super::part::{Place, Split, SplitError, SubRequest};
use crate::cluster::api::produce::put_without_records;
use crate::cluster::api::write::{put_count, put_no_tags, put_string};
use bytes::{BufMut, Bytes, BytesMut};
use shotover::message::{Assembly, EncodeError, Message};
use shotover::wire::produce::{Partition, Partitions};
use shotover::wire::{ApiKey, Encoding, Malformed, Topic};

pub(super) fn split(
    request: &Message,
    place: &mut dyn FnMut(Entity<'_>) -> Place,
) -> Result<Split, SplitError> {
    let body = request.body_bytes()?;
    let version = request.api_version();
    let malformed = SplitError::malformed(request);
    let placed = placed(version, &body, place).map_err(&malformed)?;
    let Some((_, first)) = placed.first() else {
        return Ok(Split::Whole(place(Entity::Any)));
    };
    if placed.iter().all(|(_, place)| place == first) {
        return Ok(Split::Whole(*first));
    }
    let prefix = Partitions::new(version, &body).map_err(&malformed)?;
    let of = Whole {
        request,
        body: &body,
        prefix: body.get(..prefix.topics_offset).unwrap_or_default(),
        encoding: ApiKey::Produce.encoding(version),
        placed: &placed,
    };
    let parts: Result<Vec<SubRequest>, SplitError> = places(&placed)
        .into_iter()
        .map(|place| of.part(place))
        .collect();
    parts.map(Split::Parts)
}

/// The partitions in the order of the request, and where they belong.
type Placed<'a> = Vec<(Partition<'a>, Place)>;

fn placed<'a>(
    version: i16,
    body: &'a [u8],
    place: &mut dyn FnMut(Entity<'_>) -> Place,
) -> Result<Placed<'a>, Malformed> {
    let partitions = Partitions::new(version, body)?.map(|partition| {
        let partition = partition?;
        let here = place(Entity::Partition {
            topic: partition.topic,
            index: partition.index,
        });
        Ok((partition, here))
    });
    partitions.collect()
}

/// The places, each once, in the order of the request.
fn places(placed: &[(Partition<'_>, Place)]) -> Vec<Place> {
    let mut places = Vec::new();
    for (_, place) in placed {
        if !places.contains(place) {
            places.push(*place);
        }
    }
    places
}

/// A request that is taken apart.
struct Whole<'a> {
    request: &'a Message,
    body: &'a Bytes,
    /// What stands in front of the topics.
    prefix: &'a [u8],
    encoding: Encoding,
    placed: &'a [(Partition<'a>, Place)],
}

impl Whole<'_> {
    fn part(&self, place: Place) -> Result<SubRequest, SplitError> {
        let part = self.request.duplicate_request();
        let kept = part.with_body_of(|out| {
            self.put(
                place,
                out,
                |out| out,
                |out, partition| {
                    put_without_records(out, self.encoding, partition.index);
                },
            );
            Ok::<(), EncodeError>(())
        })?;
        let request = part.with_body_assembled(|out| {
            self.put(place, out, Assembly::fresh, |out, partition| {
                let element = self.body.get(partition.element.clone());
                out.slice(self.body, element.unwrap_or_default());
            });
        })?;
        Ok(SubRequest {
            place,
            request,
            kept,
        })
    }

    /// Appends a body with the partitions of this place.
    fn put<Out>(
        &self,
        place: Place,
        out: &mut Out,
        fresh: impl Fn(&mut Out) -> &mut BytesMut,
        mut element: impl FnMut(&mut Out, &Partition<'_>),
    ) {
        let here = |topic: &&[(Partition<'_>, Place)]| topic.iter().any(|(_, at)| *at == place);
        let topics = || {
            let same = |one: &(Partition<'_>, Place), other: &(Partition<'_>, Place)| {
                one.0.topic_position == other.0.topic_position
            };
            self.placed.chunk_by(same).filter(here)
        };
        fresh(out).put_slice(self.prefix);
        put_count(fresh(out), self.encoding, topics().count());
        for topic in topics() {
            let mut partitions = topic.iter().filter(|(_, at)| *at == place);
            let count = partitions.clone().count();
            if let Some((first, _)) = partitions.clone().next() {
                put_topic(fresh(out), self.encoding, first.topic);
            }
            put_count(fresh(out), self.encoding, count);
            partitions
                .by_ref()
                .for_each(|(partition, _)| element(out, partition));
            put_no_tags(fresh(out), self.encoding);
        }
        put_no_tags(fresh(out), self.encoding);
    }
}

fn put_topic(out: &mut BytesMut, encoding: Encoding, topic: Topic<'_>) {
    match topic {
        Topic::Name(name) => put_string(out, encoding, Some(name)),
        Topic::Id(id) => out.put_slice(&id),
    }
}
