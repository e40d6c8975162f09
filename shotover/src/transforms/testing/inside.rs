//! What do only the tests of this crate need?

use super::{built, chain_of};
use crate::message::{Message, MessageId};
use crate::observability::Metrics;
use crate::transforms::{TransformChain, TransformConfig};
use crate::wire::value::Structure;
use crate::wire::{ApiKey, encode_request_header};
use bytes::{Bytes, BytesMut};
use kafka_protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};
use kafka_protocol::messages::{ProduceRequest, TopicName};
use kafka_protocol::protocol::StrBytes;

/// The request that a client sends after `sequence` others, with these contents; what they leave out has its default.
pub(crate) fn request_of(
    sequence: u64,
    (key, version): (ApiKey, i16),
    contents: &Structure,
) -> Message {
    let mut body = BytesMut::new();
    let schema = key.request_schema();
    schema.encode(version, contents, &mut body).unwrap();
    let mut frame = BytesMut::from(&[0; 4][..]);
    encode_request_header(&mut frame, key, version, 7, Some(b"tester"));
    frame.extend_from_slice(&body);
    let length = i32::try_from(frame.len() - 4).unwrap();
    frame[..4].copy_from_slice(&length.to_be_bytes());
    Message::from_request_frame(MessageId::from_client(sequence), frame.freeze()).unwrap()
}

pub(crate) fn default_request(sequence: u64, key: ApiKey, version: i16) -> Message {
    request_of(sequence, (key, version), &Structure::new())
}

/// One record batch, which is none, for partition 3 of the topic.
pub(crate) fn produce(topic: &'static str, acks: i16) -> ProduceRequest {
    let partition = PartitionProduceData::default()
        .with_index(3)
        .with_records(Some(Bytes::from_static(b"records")));
    let topic = TopicProduceData::default()
        .with_name(TopicName(StrBytes::from_static_str(topic)))
        .with_partition_data(vec![partition]);
    ProduceRequest::default()
        .with_acks(acks)
        .with_topic_data(vec![topic])
}

/// What is wrong with the text itself.
pub(crate) fn unreadable(yaml: &str) -> String {
    crate::yaml::from_str::<Box<dyn TransformConfig>>("test.yaml", yaml)
        .unwrap_err()
        .to_string()
}

/// A transform at the end of its chain.
pub(crate) async fn alone(yaml: &str) -> TransformChain {
    chain_of(vec![("Tested", built(yaml, &Metrics::new()).await)])
}
