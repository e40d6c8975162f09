//! How do answers to the parts of a Produce request become one where all went well?
//!
//! What each broker says of a partition is copied as it stands. Nearly all answers are like that; others are
//! [decoded](super::partitions).

use super::part::MergeError;
use crate::cluster::api::write::{put_count, put_no_tags, put_string};
use bytes::BufMut;
use shotover::message::Message;
use shotover::wire::produce::{Partition, Partitions};
use shotover::wire::produce_response::{PlainPartition, plain};
use shotover::wire::{ApiKey, Encoding, Topic};

/// One answer to `request`, of which records need not have been kept. None if an answer says anything but that all went
/// well, or not in the order of the request.
pub(super) fn produced(
    request: &Message,
    answers: &[Message],
) -> Option<Result<Message, MergeError>> {
    let version = request.api_version();
    let body = request.body_bytes().ok()?;
    let asked: Vec<Partition<'_>> = Partitions::new(version, &body)
        .ok()?
        .collect::<Result<_, _>>()
        .ok()?;
    let mut said = Vec::with_capacity(asked.len());
    let mut throttle = 0;
    let mut parts = Vec::with_capacity(answers.len());
    for answer in answers {
        let begin = said.len();
        let visit = |topic, partition| said.push((topic, partition));
        throttle = throttle.max(plain(version, answer.body_in_place()?, visit)?);
        parts.push(begin..said.len());
    }
    let mut ordered = Vec::with_capacity(asked.len());
    for partition in &asked {
        let next = parts.iter_mut().find(|part| {
            let next = said.get(part.start).filter(|_| part.start < part.end);
            next.is_some_and(|next| is_about(next, partition))
        })?;
        ordered.push((partition, said.get(next.start)?.1));
        next.start += 1;
    }
    if ordered.len() != said.len() || names_a_topic_twice(&asked) {
        return None;
    }
    let merged = Message::response_assembled(request.request_ref(), |out| {
        let (out, encoding) = (out.fresh(), ApiKey::Produce.encoding(version));
        let same = |one: &(&Partition<'_>, _), other: &(&Partition<'_>, _)| {
            one.0.topic_position == other.0.topic_position
        };
        put_count(out, encoding, ordered.chunk_by(same).count());
        for topic in ordered.chunk_by(same) {
            if let Some((first, _)) = topic.first() {
                match first.topic {
                    Topic::Name(name) => put_string(out, encoding, Some(name)),
                    Topic::Id(id) => out.put_slice(&id),
                }
            }
            put_count(out, encoding, topic.len());
            topic.iter().for_each(|(_, said)| out.put_slice(*said));
            put_no_tags(out, encoding);
        }
        out.put_i32(throttle);
        put_no_tags(out, Encoding::Compact);
    });
    Some(merged.map_err(MergeError::from))
}

fn is_about((topic, said): &(Topic<'_>, &PlainPartition), partition: &Partition<'_>) -> bool {
    said.starts_with(&partition.index.to_be_bytes()) && *topic == partition.topic
}

/// Brokers answer about a topic once, however often it was named.
fn names_a_topic_twice(asked: &[Partition<'_>]) -> bool {
    let Some((first, others)) = asked.split_first() else {
        return false;
    };
    if others
        .iter()
        .all(|other| other.topic_position == first.topic_position)
    {
        return false;
    }
    let mut topics: Vec<(Topic<'_>, usize)> = asked
        .iter()
        .map(|partition| (partition.topic, partition.topic_position))
        .collect();
    topics.sort_unstable();
    topics
        .windows(2)
        .any(|pair| matches!(pair, [one, other] if one.0 == other.0 && one.1 != other.1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::api::merge::part::encoded;
    use crate::cluster::api::merge::{partitions, parts};
    use kafka_protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};
    use kafka_protocol::messages::produce_response::{
        PartitionProduceResponse, TopicProduceResponse,
    };
    use kafka_protocol::messages::{ProduceRequest, ProduceResponse, ResponseKind, TopicName};
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
        let answered = request(version, topics);
        let answer = answered.respond(&ResponseKind::Produce(body)).unwrap();
        // As it comes from a broker: in one piece.
        let frame = answer.into_frame().unwrap().contiguous();
        Message::from_response_frame(answered.request_ref(), frame).unwrap()
    }

    /// Whether the answers are put together here, and then to what a decoder makes of them.
    #[track_caller]
    fn check(asked: &Topics, said: &[&Topics], expected: bool) {
        for version in 9..=13 {
            let request = request(version, asked);
            let answers: Vec<Message> = (1..)
                .zip(said)
                .map(|(throttle, topics)| answer(version, topics, throttle))
                .collect();
            let plain = produced(&request, &answers).map(|merged| merged.unwrap());
            assert_eq!(plain.is_some(), expected, "v{version}");
            let decoded = answers.iter().map(|answer| parts::read(answer).unwrap());
            let decoded = partitions::produced(&request, decoded.collect()).unwrap();
            let throttle = i64::try_from(said.len()).unwrap();
            let decoded = decoded.with("ThrottleTimeMs", throttle);
            let decoded = encoded(&request, &decoded).unwrap();
            if let Some(plain) = plain {
                let bytes = |message: Message| message.into_frame().unwrap().contiguous();
                assert_eq!(bytes(plain), bytes(decoded), "v{version}");
            }
        }
    }

    #[test]
    fn parts_become_what_a_decoder_makes_of_them() {
        check(
            &[("a", &[0, 1, 2])],
            &[&[("a", &[0, 2])], &[("a", &[1])]],
            true,
        );
        check(
            &[("a", &[3, 1]), ("b", &[1]), ("c", &[0, 4])],
            &[
                &[("a", &[1]), ("c", &[4])],
                &[("a", &[3]), ("c", &[0])],
                &[("b", &[1])],
            ],
            true,
        );
    }

    #[test]
    fn errors_other_orders_and_what_is_missing_are_left_to_the_decoder() {
        check(&[("a", &[9, 1])], &[&[("a", &[9])], &[("a", &[1])]], false);
        check(
            &[("a", &[0, 1, 2])],
            &[&[("a", &[2, 0])], &[("a", &[1])]],
            false,
        );
        check(
            &[("a", &[0, 1, 2])],
            &[&[("a", &[0])], &[("a", &[1])]],
            false,
        );
        check(
            &[("a", &[0]), ("a", &[1])],
            &[&[("a", &[0])], &[("a", &[1])]],
            false,
        );
    }
}
