//! What is the answer to a Produce request that was taken apart, where all goes well?
//!
//! All of it but what brokers say of the partitions is known when the request leaves. What comes of a broker is put where it
//! belongs, as it stands. Nearly all answers can be; others are [decoded](super::partitions).

use crate::cluster::api::split::SubRequest;
use crate::cluster::api::write::{put_count, put_no_tags, put_topic};
use crate::cluster::view::TopicKey;
use bytes::{BufMut, Bytes, BytesMut};
use shotover::message::{EncodeError, Message, RequestRef};
use shotover::wire::produce::{Partition, Partitions, partitions};
use shotover::wire::produce_response::{PlainPartition, plain};
use shotover::wire::{ApiKey, Encoding, Topic};
use std::sync::Arc;

/// Bytes of an answer that may always be outlined. What is longer must be less than half as long as its request: with the
/// draft, no more is held than has arrived.
const SHORT: usize = 1024;

/// Partitions of a part at most: each is looked for among them when a broker does not keep their order.
const MOST_OF_PART: usize = 256;

/// What is said of a partition of which nothing was said yet.
const NOTHING: PlainPartition = [0; size_of::<PlainPartition>()];

/// What requests are answered with that name the same partitions and are taken apart in the same way.
#[derive(Debug)]
pub(crate) struct Outline {
    version: i16,
    /// The body of the answer, with [nothing](NOTHING) where something is said of a partition.
    body: Vec<u8>,
    topics: Vec<TopicKey>,
    /// In the order of the request, which is that of the answer.
    partitions: Vec<Named>,
    /// The numbers of the partitions of each part, in the order in which it names them.
    parts: Vec<Vec<usize>>,
}

#[derive(Debug)]
struct Named {
    index: [u8; 4],
    /// The number of its topic.
    topic: usize,
    /// Where in the body something is said of it.
    place: usize,
}

/// An answer of which parts are there.
#[derive(Debug)]
pub(crate) struct Draft {
    outline: Arc<Outline>,
    body: Vec<u8>,
    throttle: i32,
}

impl Outline {
    /// None for versions in which lengths are written in other ways, and for a request that names a topic twice: brokers
    /// answer about it once.
    pub(crate) fn of(request: &Message, parts: &[SubRequest]) -> Option<Self> {
        let (version, encoding) = (request.api_version(), Encoding::Compact);
        if ApiKey::Produce.encoding(version) != encoding {
            return None;
        }
        let body = request.body_bytes().ok()?;
        let asked: Vec<Partition<'_>> = Partitions::new(version, &body)
            .ok()?
            .collect::<Result<_, _>>()
            .ok()?;
        let parts = parted(&asked, parts)?;
        let is_large = parts.iter().any(|part| part.len() > MOST_OF_PART);
        if is_large || !may_be(answer_len(&asked), body.len()) || names_a_topic_twice(&asked) {
            return None;
        }
        let mut outline = Self {
            version,
            body: Vec::new(),
            topics: Vec::new(),
            partitions: Vec::with_capacity(asked.len()),
            parts,
        };
        outline.put_topics(&asked);
        Some(outline)
    }

    /// Whether it may be that of a request with a body of this length.
    pub(crate) fn suits(&self, request: usize) -> bool {
        may_be(self.body.len(), request)
    }

    fn put_topics(&mut self, asked: &[Partition<'_>]) {
        let mut out = BytesMut::new();
        put_count(
            &mut out,
            Encoding::Compact,
            asked.chunk_by(is_of_same).count(),
        );
        for topic in asked.chunk_by(is_of_same) {
            if let Some(first) = topic.first() {
                put_topic(&mut out, Encoding::Compact, first.topic);
                self.topics.push(first.topic.into());
            }
            put_count(&mut out, Encoding::Compact, topic.len());
            for partition in topic {
                self.partitions.push(Named {
                    index: partition.index.to_be_bytes(),
                    topic: self.topics.len() - 1,
                    place: out.len(),
                });
                out.put_slice(&NOTHING);
            }
            put_no_tags(&mut out, Encoding::Compact);
        }
        out.put_slice(&end_of(0));
        self.body = out.into();
    }

    /// The numbers of the partitions of a part, counted in the order of the request.
    pub(crate) fn of_part(&self, part: usize) -> &[usize] {
        self.parts.get(part).map_or(&[], Vec::as_slice)
    }

    /// Whether this is said of that partition.
    fn is_of(&self, named: &Named, (topic, said): (Topic<'_>, &PlainPartition)) -> bool {
        let known = self.topics.get(named.topic).map(TopicKey::as_topic);
        said.starts_with(&named.index) && known == Some(topic)
    }
}

impl Draft {
    /// One in which nothing is said yet.
    pub(crate) fn of(outline: Arc<Outline>) -> Self {
        Self {
            body: outline.body.clone(),
            outline,
            throttle: 0,
        }
    }

    /// Takes in what a broker answered to a part of which nothing was taken in. False if that is anything but that all of it
    /// went well: then the draft is what it was.
    pub(crate) fn take(&mut self, part: usize, answer: &Message) -> bool {
        let Self { outline, body, .. } = self;
        let asked = outline.of_part(part);
        let (mut count, mut is_all_known) = (0, true);
        let throttle = answer.body_in_place().and_then(|answer| {
            plain(outline.version, answer, |topic, said| {
                // Behind one that is not known nothing is looked for.
                is_all_known = is_all_known && put(body, outline, (asked, count), (topic, said));
                count += 1;
            })
        });
        match throttle {
            Some(throttle) if is_all_known && count == asked.len() => {
                self.throttle = self.throttle.max(throttle);
                true
            }
            Some(_) | None => {
                self.unsay(part);
                false
            }
        }
    }

    /// Takes back what was said of a part.
    fn unsay(&mut self, part: usize) {
        let Self { outline, body, .. } = self;
        let asked = outline.of_part(part).iter();
        for named in asked.filter_map(|number| outline.partitions.get(*number)) {
            if let Some(place) = said_mut(body, named) {
                *place = NOTHING;
            }
        }
    }

    /// The answer to `request`, of which all parts were taken in.
    ///
    /// # Errors
    /// When it is longer than a frame can be.
    pub(crate) fn finish(&mut self, request: RequestRef) -> Result<Message, EncodeError> {
        if let Some(end) = self.body.last_chunk_mut() {
            *end = end_of(self.throttle);
        }
        Message::response_copied(request, &self.body)
    }

    /// What was taken in, as an answer to these parts of `request`. None if nothing was.
    ///
    /// # Errors
    /// When it is longer than a frame can be.
    pub(crate) fn so_far(&self, request: RequestRef) -> Result<Option<Message>, EncodeError> {
        let said = self.outline.partitions.iter().filter_map(|named| {
            let said = self.body.get(named.place..)?.first_chunk()?;
            (*said != NOTHING).then_some((named.topic, said))
        });
        let said: Vec<(usize, &PlainPartition)> = said.collect();
        if said.is_empty() {
            return Ok(None);
        }
        let (mut out, encoding) = (BytesMut::new(), Encoding::Compact);
        let topics = || said.chunk_by(|one, other| one.0 == other.0);
        put_count(&mut out, encoding, topics().count());
        for topic in topics() {
            let known = topic
                .first()
                .and_then(|(number, _)| self.outline.topics.get(*number));
            if let Some(known) = known {
                put_topic(&mut out, encoding, known.as_topic());
            }
            put_count(&mut out, encoding, topic.len());
            topic.iter().for_each(|(_, said)| out.put_slice(*said));
            put_no_tags(&mut out, encoding);
        }
        out.put_slice(&end_of(self.throttle));
        Message::response_copied(request, &out).map(Some)
    }
}

/// Puts what is said of a partition where it belongs: mostly it is the one of this number of those that were `asked`. False
/// if it is none of them, or something was said of it before.
fn put(
    body: &mut [u8],
    outline: &Outline,
    (asked, number): (&[usize], usize),
    (topic, said): (Topic<'_>, &PlainPartition),
) -> bool {
    let (before, from_there) = asked.split_at_checked(number).unwrap_or((asked, &[]));
    let named = from_there.iter().chain(before);
    let mut named = named.filter_map(|number| outline.partitions.get(*number));
    let named = named.find(|named| outline.is_of(named, (topic, said)));
    match named.and_then(|named| said_mut(body, named)) {
        Some(place) if *place == NOTHING => {
            *place = *said;
            true
        }
        Some(_) | None => false,
    }
}

/// Where something is said of a partition.
fn said_mut<'a>(body: &'a mut [u8], named: &Named) -> Option<&'a mut PlainPartition> {
    body.get_mut(named.place..)?.first_chunk_mut()
}

/// For how many milliseconds the client is throttled, and no tagged fields.
fn end_of(throttle: i32) -> [u8; 5] {
    let [a, b, c, d] = throttle.to_be_bytes();
    [a, b, c, d, 0]
}

/// Whether an answer of this length may be outlined for a request of that one.
fn may_be(answer: usize, request: usize) -> bool {
    answer <= SHORT || answer < request / 2
}

/// About how long the answer about these partitions is.
fn answer_len(asked: &[Partition<'_>]) -> usize {
    let names = topics(asked).map(|topic| match topic {
        Topic::Name(name) => name.len(),
        Topic::Id(id) => id.len(),
    });
    asked.len() * NOTHING.len() + names.sum::<usize>()
}

/// The topics of these partitions, as often as they are named.
fn topics<'a>(asked: &[Partition<'a>]) -> impl Iterator<Item = Topic<'a>> {
    let topics = asked.chunk_by(is_of_same);
    topics.filter_map(|topic| topic.first().map(|first| first.topic))
}

/// Whether a request names these partitions together.
fn is_of_same(one: &Partition<'_>, other: &Partition<'_>) -> bool {
    one.topic_position == other.topic_position
}

/// The partitions of each part. None if they are not those of the request, in its order.
fn parted(asked: &[Partition<'_>], parts: &[SubRequest]) -> Option<Vec<Vec<usize>>> {
    let kept: Vec<(i16, Bytes)> = parts
        .iter()
        .map(|part| Some((part.kept.api_version(), part.kept.body_bytes().ok()?)))
        .collect::<Option<_>>()?;
    let parts = kept.iter();
    let mut parts: Vec<_> = parts
        .map(|(version, body)| (partitions(*version, body).peekable(), Vec::new()))
        .collect();
    for (number, partition) in asked.iter().enumerate() {
        let is_next =
            |next: &Partition<'_>| next.index == partition.index && next.topic == partition.topic;
        let mut parts = parts.iter_mut();
        let numbers = parts.find_map(|(next, numbers)| next.next_if(is_next).map(|_| numbers))?;
        numbers.push(number);
    }
    Some(parts.into_iter().map(|(_, numbers)| numbers).collect())
}

/// Brokers answer about a topic once, however often it was named.
fn names_a_topic_twice(asked: &[Partition<'_>]) -> bool {
    let mut topics: Vec<Topic<'_>> = topics(asked).collect();
    topics.sort_unstable();
    topics
        .windows(2)
        .any(|pair| matches!(pair, [one, other] if one == other))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::api::tests::parted::{as_it_comes, parts_by};
    use crate::cluster::api::{Place, merge_parts};
    use kafka_protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};
    use kafka_protocol::messages::produce_response::{
        PartitionProduceResponse, TopicProduceResponse,
    };
    use kafka_protocol::messages::{
        BrokerId, ProduceRequest, ProduceResponse, ResponseKind, TopicName,
    };
    use kafka_protocol::protocol::StrBytes;
    use uuid::Uuid;

    type Topics = [(&'static str, &'static [i32])];

    fn name(topic: &'static str) -> TopicName {
        TopicName(StrBytes::from_static_str(topic))
    }

    fn id(topic: &str) -> Uuid {
        Uuid::from_u128(topic.bytes().map(u128::from).sum())
    }

    fn request(version: i16, topics: &Topics) -> Message {
        let topics = topics.iter().map(|(topic, partitions)| {
            let partitions = partitions
                .iter()
                .map(|index| PartitionProduceData::default().with_index(*index));
            let topic_data = TopicProduceData::default().with_partition_data(partitions.collect());
            match version {
                ..13 => topic_data.with_name(name(topic)),
                13.. => topic_data.with_topic_id(id(topic)),
            }
        });
        let body = ProduceRequest::default()
            .with_acks(-1)
            .with_topic_data(topics.collect());
        Message::new_request(version, "c", &body).unwrap()
    }

    /// An answer in which partition 9 has an error.
    fn answer(version: i16, topics: &Topics, throttle: i32) -> Message {
        let said = topics.iter().map(|(topic, partitions)| {
            let partitions = partitions.iter().map(|index| {
                PartitionProduceResponse::default()
                    .with_index(*index)
                    .with_error_code(if *index == 9 { 6 } else { 0 })
                    .with_base_offset(i64::from(*index) + 1_000)
            });
            let said =
                TopicProduceResponse::default().with_partition_responses(partitions.collect());
            match version {
                ..13 => said.with_name(name(topic)),
                13.. => said.with_topic_id(id(topic)),
            }
        });
        let body = ProduceResponse::default()
            .with_responses(said.collect())
            .with_throttle_time_ms(throttle);
        let body = ResponseKind::Produce(body);
        as_it_comes(request(version, topics).respond(&body).unwrap())
    }

    /// Where partitions are: each share names those of one broker.
    fn parts(request: &Message, shares: &[&Topics]) -> Vec<SubRequest> {
        parts_by(request, |topic, index| {
            let is_named = |share: &&Topics| {
                let mut topics = share.iter();
                topics.any(|(name, partitions)| {
                    let is_topic = match topic {
                        Topic::Name(topic) => topic == name.as_bytes(),
                        Topic::Id(topic) => topic == *id(name).as_bytes(),
                    };
                    is_topic && partitions.contains(&index)
                })
            };
            let broker = shares.iter().position(is_named).unwrap();
            Place::Broker(BrokerId(broker.try_into().unwrap()))
        })
    }

    /// Those with even numbers are of one broker, those with odd ones of another.
    fn by_parity(request: &Message) -> Vec<SubRequest> {
        parts_by(request, |_, index| Place::Broker(BrokerId(index % 2)))
    }

    fn bytes(message: Message) -> Bytes {
        message.into_frame().unwrap().contiguous()
    }

    /// Checks which answers to the parts of a request have a place in its draft, and that what comes of them is what a
    /// decoder makes of all of them. Each part is what it is asked, what its answer names, and whether that has a place.
    #[track_caller]
    fn check(asked: &Topics, shares: &[(&Topics, &Topics, bool)]) {
        for version in 9..=13 {
            let request = request(version, asked);
            let named: Vec<&Topics> = shares.iter().map(|(named, ..)| *named).collect();
            let outline = Outline::of(&request, &parts(&request, &named)).unwrap();
            let mut draft = Draft::of(Arc::new(outline));
            let mut others = Vec::new();
            let mut all = Vec::new();
            for (number, (_, said, has_place)) in shares.iter().enumerate() {
                let throttle = 10 - i32::try_from(number).unwrap();
                let said = answer(version, said, throttle);
                assert_eq!(draft.take(number, &said), *has_place, "v{version} {number}");
                if !has_place {
                    others.push(said.clone());
                }
                all.push(said);
            }
            let expected = bytes(merge_parts(&request, all).unwrap());
            if others.is_empty() {
                let whole = draft.finish(request.request_ref()).unwrap();
                assert_eq!(bytes(whole), expected, "v{version}");
            }
            others.extend(draft.so_far(request.request_ref()).unwrap());
            others.push(answer(version, &[], 0));
            let merged = merge_parts(&request, others).unwrap();
            assert_eq!(bytes(merged), expected, "v{version}");
        }
    }

    #[test]
    fn parts_become_what_a_decoder_makes_of_them() {
        check(
            &[("a", &[0, 1, 2])],
            &[
                (&[("a", &[0, 2])], &[("a", &[0, 2])], true),
                (&[("a", &[1])], &[("a", &[1])], true),
            ],
        );
        check(
            &[("a", &[3, 1]), ("b", &[1]), ("c", &[0, 4])],
            &[
                (
                    &[("a", &[3]), ("c", &[0])],
                    &[("a", &[3]), ("c", &[0])],
                    true,
                ),
                (
                    &[("a", &[1]), ("c", &[4])],
                    &[("a", &[1]), ("c", &[4])],
                    true,
                ),
                (&[("b", &[1])], &[("b", &[1])], true),
            ],
        );
    }

    #[test]
    fn brokers_name_partitions_in_any_order() {
        check(
            &[("a", &[0, 1, 2, 3]), ("b", &[0, 1])],
            &[
                (
                    &[("a", &[0, 2, 3]), ("b", &[0])],
                    &[("b", &[0]), ("a", &[3, 0, 2])],
                    true,
                ),
                (
                    &[("a", &[1]), ("b", &[1])],
                    &[("b", &[1]), ("a", &[1])],
                    true,
                ),
            ],
        );
    }

    #[test]
    fn what_says_anything_else_has_no_place() {
        let asked: &Topics = &[("a", &[9, 0])];
        let others: [&Topics; 6] = [
            // An error.
            &[("a", &[9, 0])],
            // One is missing, or there twice.
            &[("a", &[0])],
            &[("a", &[0, 0])],
            &[],
            // What another broker was asked, and what none was.
            &[("a", &[0, 1])],
            &[("b", &[0])],
        ];
        for other in others {
            let fine: (&Topics, &Topics, bool) = (&[("a", &[1])], &[("a", &[1])], true);
            check(&[("a", &[9, 0, 1])], &[(asked, other, false), fine]);
        }
    }

    #[test]
    fn there_is_none_for_topics_named_twice_fixed_lengths_and_what_is_longer_than_the_request() {
        let outline = |version, topics: &Topics| {
            let request = request(version, topics);
            Outline::of(&request, &by_parity(&request))
        };
        assert!(outline(9, &[("a", &[0, 1]), ("b", &[0])]).is_some());
        assert!(outline(9, &[("a", &[0, 1]), ("b", &[0]), ("a", &[2])]).is_none());
        assert!(outline(8, &[("a", &[0, 1])]).is_none());
        let many = |count: usize| -> &'static [i32] {
            let many: Vec<i32> = (0..i32::try_from(count).unwrap()).collect();
            many.leak()
        };
        let fits = SHORT / NOTHING.len();
        assert!(outline(9, &[("a", many(fits - 1))]).is_some());
        assert!(outline(9, &[("a", many(fits + 1))]).is_none());
        let long: &'static str = "a".repeat(SHORT).leak();
        assert!(outline(9, &[(long, &[0, 1])]).is_none());
    }

    /// A request with so many partitions and records of this length, and its parts.
    fn with_records(count: usize, length: usize) -> (Message, Vec<SubRequest>) {
        let records = Bytes::from(vec![7; length]);
        let partitions = (0..i32::try_from(count).unwrap()).map(|index| {
            PartitionProduceData::default()
                .with_index(index)
                .with_records(Some(records.clone()))
        });
        let topic = TopicProduceData::default()
            .with_name(name("a"))
            .with_partition_data(partitions.collect());
        let body = ProduceRequest::default().with_topic_data(vec![topic]);
        let request = Message::new_request(9, "c", &body).unwrap();
        let parts = by_parity(&request);
        (request, parts)
    }

    #[test]
    fn what_has_records_may_name_many_but_not_in_one_part() {
        for (count, is_some) in [(2 * MOST_OF_PART, true), (2 * MOST_OF_PART + 1, false)] {
            let (request, parts) = with_records(count, 100);
            assert_eq!(Outline::of(&request, &parts).is_some(), is_some);
        }
        let (request, parts) = with_records(100, 100);
        let outline = Outline::of(&request, &parts).unwrap();
        assert!(outline.suits(request.wire_len()) && !outline.suits(outline.body.len()));
    }
}
