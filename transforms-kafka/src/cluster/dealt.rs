//! Does a request for several partitions go where the one before it went?
//!
//! A producer that writes to several partitions mostly writes to the same ones again. Where clients take the proxies for
//! the brokers its requests are taken apart; what their parts say beside the records is what those of the last one said.
//! Where all of it goes to one broker, what was kept of the last one does for the next.

use super::api::{self, Outline, Place, SubRequest};
use super::kept::{Kept, Numbers};
use super::line::Destination;
use super::purpose::{Purpose, Sent};
use super::sink::KafkaSinkCluster;
use bytes::{BufMut, Bytes};
use kafka_protocol::messages::BrokerId;
use shotover::message::{Assembly, EncodeError, Message, MessageId, RequestRef};
use shotover::transforms::TransformError;
use shotover::wire::produce::{Batch, Partition, partitions};
use shotover::wire::{ApiKey, Encoding, Reader, Topic};
use std::ops::Range;
use std::sync::Arc;

/// The one of so many requests in a row is remembered that say the same: to remember it costs as much as to find out a few
/// times where it goes.
const REMEMBERED: u8 = 3;

/// Bytes kept of a request that is remembered, and of its parts. As long as the client is there, some twenty times of that
/// is held for it at most.
const MOST_KEPT: usize = 4 * 1024;

/// How null is written where there would be records.
const NULL: &[u8] = &[0];

/// Bytes of the number of a partition, which stands before its records.
const INDEX: usize = 4;

/// Bytes that say that there are no tagged fields, which stand behind them.
const NO_TAGS: usize = 1;

/// The last Produce request that further ones may be like.
#[derive(Debug, Default)]
pub(super) struct LastDealt {
    dealt: Option<Box<Dealt>>,
    /// What the last one says that was not like it.
    other: Likeness,
    /// How many of those in a row say that.
    repeated: u8,
}

/// What a Produce request says beside its records, or nearly: which partitions of which topics it is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Likeness(u64);

impl Likeness {
    fn of(request: &Message) -> Self {
        let mut likeness = Self::default();
        if let Ok(body) = request.body_bytes() {
            partitions(request.api_version(), &body).for_each(|it| likeness.add(&it));
        }
        likeness
    }

    /// Another partition.
    #[inline]
    pub(super) fn add(&mut self, partition: &Partition<'_>) {
        let topic = match &partition.topic {
            Topic::Name(name) => name,
            Topic::Id(id) => &id[..],
        };
        for part in topic.chunks(8) {
            let mut word = [0; 8];
            word.iter_mut().zip(part).for_each(|(to, from)| *to = *from);
            self.mix(u64::from_le_bytes(word));
        }
        self.mix(u64::from(partition.index.cast_unsigned()));
    }

    /// As FNV-1a does it with bytes.
    fn mix(&mut self, word: u64) {
        self.0 = (self.0 ^ word).wrapping_mul(0x0100_0000_01b3);
    }
}

/// A Produce request that was sent.
#[derive(Debug)]
struct Dealt {
    /// The state of the view that said where.
    generation: u64,
    template: Template,
    to: To,
    /// Those for each partition of the request that was compared last.
    records: Vec<Records>,
}

/// Where a request went.
#[derive(Debug)]
enum To {
    /// All of it to one broker.
    Whole(BrokerId),
    /// It was taken apart.
    Parts(Vec<Share>, Arc<Outline>),
}

/// Records in a request.
#[derive(Debug)]
struct Records {
    /// Where they are in its body, with the number of the partition and all else that is said of it.
    element: Range<usize>,
    /// Their numbers.
    batch: Option<Batch>,
}

/// What one broker got.
#[derive(Debug)]
struct Share {
    broker: BrokerId,
    template: Template,
}

/// What a request says beside its records.
#[derive(Debug)]
struct Template {
    /// What was kept of it, without the numbers of its records.
    kept: Arc<Message>,
    /// What stands before each partition, and what behind the last one. Of a whole request, what stands before and behind the
    /// records: it is compared.
    between: Vec<Bytes>,
}

impl Template {
    /// That of a whole request. None for versions in which null is written in other ways.
    fn of(request: &Message) -> Option<Self> {
        Self::around(request, |partition| {
            let records = partition.element.start + INDEX;
            records..records + NULL.len()
        })
    }

    /// That of a part, of which this was kept.
    fn of_part(kept: &Message) -> Option<Self> {
        Self::around(kept, |partition| partition.element.clone())
    }

    /// None as well if there is much of it, or there are no partitions.
    fn around(request: &Message, what: impl Fn(&Partition<'_>) -> Range<usize>) -> Option<Self> {
        if ApiKey::Produce.encoding(request.api_version()) == Encoding::Fixed {
            return None;
        }
        let kept = api::for_error_unnumbered(request)?;
        if kept.wire_len() > MOST_KEPT {
            return None;
        }
        let body = kept.body_bytes().ok()?;
        let (mut between, mut done) = (Vec::new(), 0);
        for partition in partitions(kept.api_version(), &body) {
            let Range { start, end } = what(&partition);
            between.push(body.slice_ref(body.get(done..start)?));
            done = end;
        }
        between.push(body.slice_ref(body.get(done..)?));
        let kept = Arc::new(kept);
        (between.len() > 1).then_some(Self { kept, between })
    }

    /// What was kept of another request that says the same, but has records with these numbers.
    fn kept_of(&self, request: RequestRef, numbers: Numbers) -> Kept {
        Kept::Shared(Arc::clone(&self.kept), request, numbers)
    }

    /// Tells where the records are in a body that says the same. None if it says something else.
    fn find(&self, body: &[u8], mut found: impl FnMut(Records)) -> Option<()> {
        let (behind, before) = self.between.split_last()?;
        let mut rest = body;
        for known in before {
            rest = rest.strip_prefix(&known[..])?;
            let mut reader = Reader::new(rest, Encoding::Compact);
            let records = reader.nullable_bytes("Records").ok()?;
            let start = body.len() - rest.len();
            rest = rest.get(reader.position()..)?;
            found(Records {
                element: start.saturating_sub(INDEX)..body.len() - rest.len() + NO_TAGS,
                batch: records.and_then(Batch::of),
            });
        }
        (rest == behind).then_some(())
    }
}

impl Dealt {
    /// One of which all parts went to brokers. None if it says much beside its records.
    fn of_parts(
        request: &Message,
        (parts, outline): (&[SubRequest], &Arc<Outline>),
        generation: u64,
    ) -> Option<Self> {
        let of_parts: usize = parts.iter().map(|part| part.kept.wire_len()).sum();
        if of_parts > MOST_KEPT {
            return None;
        }
        let shares = parts.iter().map(Share::of).collect::<Option<_>>()?;
        // Beside what is in its parts it may say anything.
        let template = Template::of(request)?;
        if of_parts + template.kept.wire_len() > MOST_KEPT {
            return None;
        }
        let to = To::Parts(shares, Arc::clone(outline));
        Some(Self::new(template, to, generation))
    }

    /// One that went to this broker. None if it says much beside its records.
    fn of_whole(request: &Message, broker: BrokerId, generation: u64) -> Option<Self> {
        let template = Template::of(request)?;
        Some(Self::new(template, To::Whole(broker), generation))
    }

    fn new(template: Template, to: To, generation: u64) -> Self {
        Self {
            generation,
            template,
            to,
            records: Vec::new(),
        }
    }

    /// Whether a request goes where this one went. If so, it is the one whose [records](Self::records) are known.
    fn take_in_if_like(&mut self, version: i16, body: &[u8], generation: u64) -> bool {
        self.records.clear();
        let records = &mut self.records;
        self.generation == generation
            && self.template.kept.api_version() == version
            && self
                .template
                .find(body, |found| records.push(found))
                .is_some()
    }
}

impl Share {
    fn of(part: &SubRequest) -> Option<Self> {
        let Place::Broker(broker) = part.place else {
            return None;
        };
        let template = Template::of_part(&part.kept)?;
        Some(Self { broker, template })
    }

    /// What this broker gets of a request.
    fn part<'a>(
        &'a self,
        (request, body): (&'a Message, &'a Bytes),
        (records, numbers): (&'a [Records], &'a [usize]),
    ) -> Dealing<'a> {
        Dealing {
            request,
            body,
            template: &self.template,
            records,
            numbers,
        }
    }
}

/// A part of a request.
struct Dealing<'a> {
    request: &'a Message,
    body: &'a Bytes,
    /// That of the part.
    template: &'a Template,
    /// Those of the request.
    records: &'a [Records],
    /// Which of them are in the part.
    numbers: &'a [usize],
}

impl Dealing<'_> {
    fn records(&self) -> impl Iterator<Item = &Records> + Clone {
        let numbers = self.numbers.iter();
        numbers.filter_map(|number| self.records.get(*number))
    }

    /// How many bytes of its body are new or copied, and whether all of it is.
    fn copied(&self) -> (usize, bool) {
        let (copied, is_all) = Assembly::copied(self.records().map(|it| it.element.len()));
        let between = self.template.between.iter().map(Bytes::len);
        (between.sum::<usize>() + copied, is_all)
    }

    fn put<Out>(
        &self,
        out: &mut Out,
        put: impl Fn(&mut Out, &[u8]),
        element: impl Fn(&mut Out, &[u8]),
    ) {
        let mut between = self.template.between.iter();
        for (Records { element: range, .. }, before) in self.records().zip(between.by_ref()) {
            put(out, before);
            element(out, self.body.get(range.clone()).unwrap_or_default());
        }
        between.for_each(|behind| put(out, behind));
    }

    /// The part as a request under an id of its own.
    fn message(&self, room: usize) -> Result<Message, EncodeError> {
        let part = self.request.with_body_assembled(room, |out| {
            let put = |out: &mut Assembly, bytes: &[u8]| out.fresh().put_slice(bytes);
            self.put(out, put, |out, element| out.slice(self.body, element));
        });
        part.map(|part| part.part_of(self.body.len()).under_new_id())
    }

    /// Appends its frame.
    fn write(&self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.request
            .put_with_body(out, |out| self.put(out, put_slice, put_slice))
    }

    /// What is kept of it under this id.
    fn kept(&self, reference: RequestRef) -> Kept {
        let batches = self.records().map(|records| records.batch);
        self.template.kept_of(reference, numbers(batches))
    }
}

/// The numbers of these records.
fn numbers(mut batches: impl Iterator<Item = Option<Batch>> + Clone) -> Numbers {
    let all = batches.clone();
    match (batches.next(), batches.next()) {
        (first, None) => Numbers::Of(first.flatten()),
        (Some(None), Some(None)) if batches.all(|batch| batch.is_none()) => Numbers::Of(None),
        (_, Some(_)) => Numbers::OfSeveral(all.collect()),
    }
}

fn put_slice(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(bytes);
}

impl KafkaSinkCluster {
    /// Sends a request to where the last one went. Gives it back if it is not like that one.
    pub(super) fn deal_again(
        &mut self,
        request: Message,
    ) -> Result<Option<Message>, TransformError> {
        if !self.may_go_as_before(&request) {
            return Ok(Some(request));
        }
        let Some(mut dealt) = self.last_dealt.dealt.take() else {
            return Ok(Some(request));
        };
        let body = request.body_bytes()?;
        let is_like = dealt.take_in_if_like(request.api_version(), &body, self.known.generation());
        let left = match is_like {
            true => self.deal((request, &body), &dealt).map(|()| None),
            false => Ok(Some(request)),
        };
        self.last_dealt.dealt = Some(dealt);
        left
    }

    fn deal(
        &mut self,
        (request, body): (Message, &Bytes),
        dealt: &Dealt,
    ) -> Result<(), TransformError> {
        let kept = |numbers| dealt.template.kept_of(request.request_ref(), numbers);
        let (shares, outline) = match &dealt.to {
            To::Whole(broker) => {
                let batches = dealt.records.iter().map(|records| records.batch);
                let sent = request.expects_response().then(|| Sent {
                    request: kept(numbers(batches)),
                    failed: 0,
                });
                return self.send_keeping(*broker, request, sent);
            }
            To::Parts(shares, outline) => (shares, outline),
        };
        if request.expects_response() {
            // Its answer is put together of what brokers say: the numbers do not matter.
            let kept = kept(Numbers::Of(None));
            let outline = Some(outline).filter(|outline| outline.suits(body.len()));
            self.gathers.expect_of_shares(kept, shares.len(), outline);
        }
        for (number, share) in shares.iter().enumerate() {
            let records = (&dealt.records[..], outline.of_part(number));
            let part = share.part((&request, body), records);
            self.send_dealt((request.id(), number), share.broker, &part)?;
        }
        Ok(())
    }

    fn send_dealt(
        &mut self,
        of: (MessageId, usize),
        broker: BrokerId,
        part: &Dealing<'_>,
    ) -> Result<(), TransformError> {
        let (room, is_copied) = part.copied();
        let line = self.lines.get_mut(Destination::Id(broker));
        let Some(line) = line.filter(|line| is_copied && line.upstream.is_writing()) else {
            let message = part.message(room)?;
            let kept = part.kept(message.request_ref());
            return self.send_part(of, broker, (message, kept));
        };
        let asked = part.request.expects_response().then(|| {
            let reference = part.request.request_ref().under_new_id();
            let purpose = Purpose::part(of, broker, part.kept(reference));
            (reference, purpose)
        });
        let room = part.request.head_len() + room;
        line.upstream
            .send_written(asked, room, |out| part.write(out))?;
        Ok(())
    }

    /// Remembers how a Produce request was taken apart, for those that follow.
    pub(super) fn remember_dealt(
        &mut self,
        request: &Message,
        parts: &[SubRequest],
        outline: &Arc<Outline>,
    ) {
        if self.may_go_as_before(request) && self.last_dealt.is_due(Likeness::of(request)) {
            let generation = self.known.generation();
            let dealt = Dealt::of_parts(request, (parts, outline), generation);
            self.last_dealt.remember(dealt);
        }
    }

    /// Remembers that all of a request goes to this broker.
    pub(super) fn remember_whole(&mut self, request: &Message, broker: BrokerId, says: Likeness) {
        if self.last_dealt.is_due(says) {
            let generation = self.known.generation();
            let dealt = Dealt::of_whole(request, broker, generation);
            self.last_dealt.remember(dealt);
        }
    }
}

impl LastDealt {
    /// Whether a request that says this, and was not like the one that is remembered, takes its place.
    fn is_due(&mut self, says: Likeness) -> bool {
        let before = std::mem::replace(&mut self.other, says);
        self.repeated = match before == says {
            true => self.repeated.saturating_add(1),
            false => 1,
        };
        self.repeated == REMEMBERED
    }

    fn remember(&mut self, dealt: Option<Dealt>) {
        if let Some(dealt) = dealt {
            self.dealt = Some(Box::new(dealt));
            // When the view changes, none is like it any more.
            self.repeated = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::api::Outage;
    use crate::cluster::api::tests::parted::parts_by;
    use kafka_protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};
    use kafka_protocol::messages::{ProduceRequest, TopicName};
    use kafka_protocol::protocol::StrBytes;
    use uuid::Uuid;

    type Topics = [(&'static str, &'static [i32])];

    const SEVERAL: &Topics = &[("a", &[4, 0, 2]), ("b", &[1]), ("c", &[0, 3, 1, 2])];

    /// Records whose lengths are written in one byte and more, with numbers in some batches, and null.
    fn records(seed: usize) -> Option<Bytes> {
        let length = [0, 7, 100, 126, 127, 128, 700, 20_000][seed % 8];
        let mut bytes: Vec<u8> = (0..=250).cycle().skip(seed).take(length).collect();
        if let Some(version) = bytes.get_mut(16) {
            *version = 2;
        }
        if let Some(id) = bytes.get_mut(43..51) {
            id.copy_from_slice(&(i64::try_from(seed % 3).unwrap() - 1).to_be_bytes());
        }
        (seed % 11 != 5).then(|| bytes.into())
    }

    fn produce(version: i16, topics: &Topics, seed: usize) -> Message {
        let mut seeds = seed..;
        let topics = topics.iter().map(|(topic, partitions)| {
            let partitions = partitions.iter().map(|index| {
                PartitionProduceData::default()
                    .with_index(*index)
                    .with_records(seeds.next().and_then(records))
            });
            let data = TopicProduceData::default().with_partition_data(partitions.collect());
            match version {
                ..13 => data.with_name(TopicName(StrBytes::from_static_str(topic))),
                13.. => data.with_topic_id(Uuid::from_u128(topic.bytes().map(u128::from).sum())),
            }
        });
        let body = ProduceRequest::default()
            .with_acks(-1)
            .with_timeout_ms(1_000)
            .with_topic_data(topics.collect());
        Message::new_request(version, "c", &body).unwrap()
    }

    fn parts(request: &Message) -> Vec<SubRequest> {
        parts_by(request, |_, index| match index {
            9 => Place::Nowhere(Outage::RouteUnknown),
            _ => Place::Broker(BrokerId(index % 3)),
        })
    }

    fn dealt(request: &Message) -> Option<Dealt> {
        let parts = parts(request);
        let outline = Outline::of(request, &parts).map(Arc::new)?;
        Dealt::of_parts(request, (&parts, &outline), 7)
    }

    fn bytes(message: Message) -> Bytes {
        message.into_frame().unwrap().contiguous()
    }

    fn pieces(message: &Message) -> usize {
        message.clone().into_frame().unwrap().pieces().len()
    }

    #[test]
    fn parts_are_what_they_are_when_nothing_is_remembered() {
        let alike: [&Topics; 2] = [SEVERAL, &[("a", &[0, 1])]];
        for (version, topics) in [9, 12, 13]
            .into_iter()
            .flat_map(|it| alike.map(|of| (it, of)))
        {
            let first = produce(version, topics, 1);
            let mut dealt = dealt(&first).unwrap();
            for seed in 0..100 {
                let later = produce(version, topics, seed);
                let body = later.body_bytes().unwrap();
                assert!(
                    dealt.take_in_if_like(version, &body, 7),
                    "v{version}, {seed}"
                );
                let expected = parts(&later);
                let To::Parts(shares, outline) = &dealt.to else {
                    panic!("{:?}", dealt.to);
                };
                assert_eq!(shares.len(), expected.len());
                for (number, (share, expected)) in shares.iter().zip(expected).enumerate() {
                    assert_eq!(Place::Broker(share.broker), expected.place);
                    let records = (&dealt.records[..], outline.of_part(number));
                    let dealing = share.part((&later, &body), records);
                    let (room, is_copied) = dealing.copied();
                    let part = dealing.message(room).unwrap();
                    let kept = dealing.kept(part.request_ref());
                    let mut written = vec![7];
                    dealing.write(&mut written).unwrap();
                    assert_eq!(written[1..], bytes(part.clone()));
                    assert_eq!(is_copied, pieces(&part) == 1);
                    assert!(part.id() != later.id() && part.id() == kept.request_ref().id);
                    assert_eq!(pieces(&part), pieces(&expected.request));
                    assert_eq!(bytes(part), bytes(expected.request));
                    let kept = kept.into_message().body_bytes().unwrap();
                    assert_eq!(kept, expected.kept.body_bytes().unwrap());
                }
            }
        }
    }

    #[test]
    fn of_what_goes_to_one_broker_is_kept_what_there_is_to_keep() {
        for version in [9, 12, 13] {
            let first = produce(version, SEVERAL, 1);
            let mut dealt = Dealt::of_whole(&first, BrokerId(1), 7).unwrap();
            for seed in 0..100 {
                let later = produce(version, SEVERAL, seed);
                let body = later.body_bytes().unwrap();
                assert!(dealt.take_in_if_like(version, &body, 7));
                let numbers = numbers(dealt.records.iter().map(|records| records.batch));
                let kept = dealt.template.kept_of(later.request_ref(), numbers);
                let expected = api::for_error(&later).body_bytes().unwrap();
                assert_eq!(kept.into_message().body_bytes().unwrap(), expected);
            }
        }
    }

    #[test]
    fn the_third_request_in_a_row_that_says_the_same_is_remembered() {
        let mut last = LastDealt::default();
        let mut due = |topics: &[&Topics], seed| {
            let says = topics
                .iter()
                .map(|topics| Likeness::of(&produce(12, topics, seed)));
            says.map(|says| last.is_due(says)).collect::<Vec<_>>()
        };
        let (these, others): (&Topics, &Topics) = (&[("a", &[0, 1])], &[("b", &[0, 1])]);
        let differing: [&Topics; 4] = [
            &[("a", &[1, 0])],
            &[("a", &[0]), ("b", &[1])],
            others,
            these,
        ];
        assert_eq!(due(&[these, these], 1), [false, false]);
        assert_eq!(due(&[these, these], 2), [true, false]);
        assert_eq!(due(&differing, 3), [false; 4]);
        assert_eq!(
            due(&[others, these, these, these], 3),
            [false, false, false, true]
        );
    }

    #[test]
    fn what_went_elsewhere_since_is_remembered_again_and_what_says_much_is_tried_once() {
        let first = produce(12, SEVERAL, 1);
        let mut last = LastDealt::default();
        let mut due = |remembered: fn(&Message) -> Option<Dealt>| {
            let is_due = last.is_due(Likeness::of(&first));
            if is_due {
                last.remember(remembered(&first));
            }
            is_due
        };
        for _ in 0..3 {
            assert_eq!([(); 3].map(|()| due(dealt)), [false, false, true]);
        }
        let much = |_: &Message| None;
        assert_eq!([(); 3].map(|()| due(much)), [false, false, true]);
        assert_eq!([(); 9].map(|()| due(much)), [false; 9]);
    }

    #[test]
    fn what_says_anything_else_is_not_like_it() {
        let first = produce(12, SEVERAL, 1);
        let mut dealt = dealt(&first).unwrap();
        let others: [&Topics; 5] = [
            &[("a", &[4, 0, 2]), ("b", &[1]), ("c", &[0, 3, 1])],
            &[("a", &[4, 0, 2]), ("b", &[1]), ("c", &[0, 3, 1, 2, 3])],
            &[("a", &[4, 0, 2]), ("b", &[2]), ("c", &[0, 3, 1, 2])],
            &[("a", &[4, 0, 2]), ("x", &[1]), ("c", &[0, 3, 1, 2])],
            &[("a", &[0, 4, 2]), ("b", &[1]), ("c", &[0, 3, 1, 2])],
        ];
        for other in others {
            let body = produce(12, other, 1).body_bytes().unwrap();
            assert!(!dealt.take_in_if_like(12, &body, 7), "{other:?}");
        }
        let body = first.body_bytes().unwrap();
        for length in 0..body.len() {
            assert!(!dealt.take_in_if_like(12, &body[..length], 7));
        }
        let longer = Bytes::from([&body[..], &[0]].concat());
        assert!(!dealt.take_in_if_like(12, &longer, 7));
        assert!(!dealt.take_in_if_like(11, &body, 7));
        assert!(!dealt.take_in_if_like(12, &body, 8));
        assert!(dealt.take_in_if_like(12, &body, 7));
    }

    #[test]
    fn what_goes_nowhere_in_part_or_has_fixed_lengths_or_says_much_or_twice_is_not_remembered() {
        let (nowhere, fixed) = (produce(12, &[("a", &[0, 9])], 1), produce(8, SEVERAL, 1));
        let many: Vec<i32> = (10..1_010).collect();
        let many = produce(12, &[("a", many.leak())], 1);
        let mut topics: Vec<(&'static str, &'static [i32])> = vec![("b", &[]); 2_000];
        topics.insert(0, ("a", &[0, 1]));
        let much = produce(12, &topics, 1);
        let twice = produce(12, &[("a", &[0]), ("a", &[1, 0])], 1);
        for request in [nowhere, fixed, many, much, twice] {
            assert!(dealt(&request).is_none());
        }
    }
}
