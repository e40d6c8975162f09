//! What clients ask, and what a broker answers, whichever sink is between them.

use bytes::{BufMut, Bytes, BytesMut};
use kafka_protocol::messages::api_versions_response::ApiVersion;
use kafka_protocol::messages::fetch_request::{FetchPartition, FetchTopic};
use kafka_protocol::messages::fetch_response::{FetchableTopicResponse, PartitionData};
use kafka_protocol::messages::metadata_response::{
    MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
};
use kafka_protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};
use kafka_protocol::messages::produce_response::{PartitionProduceResponse, TopicProduceResponse};
use kafka_protocol::messages::*;
use kafka_protocol::protocol::{Decodable, Encodable, StrBytes};
use std::net::SocketAddr;
use test_helpers::peers::Asked;

/// The versions that are asked in.
const PRODUCE: i16 = 9;
const FETCH: i16 = 12;

fn topic() -> TopicName {
    TopicName(StrBytes::from_static_str("t"))
}

/// So many bytes of records for the only partition.
pub(super) fn produce(correlation_id: i32, bytes: usize) -> Vec<u8> {
    let partition = PartitionProduceData::default().with_records(Some(Bytes::from(vec![0; bytes])));
    let topic = TopicProduceData::default()
        .with_name(topic())
        .with_partition_data(vec![partition]);
    let body = ProduceRequest::default()
        .with_acks(-1)
        .with_timeout_ms(30_000)
        .with_topic_data(vec![topic]);
    request((ApiKey::Produce, PRODUCE, correlation_id), &body)
}

/// All that there is in the only partition.
pub(super) fn fetch(correlation_id: i32) -> Vec<u8> {
    let partition = FetchPartition::default().with_partition_max_bytes(1 << 20);
    let topic = FetchTopic::default()
        .with_topic(topic())
        .with_partitions(vec![partition]);
    let body = FetchRequest::default()
        .with_replica_id(BrokerId(-1))
        .with_max_wait_ms(500)
        .with_min_bytes(1)
        .with_max_bytes(50 << 20)
        .with_session_epoch(-1)
        .with_topics(vec![topic]);
    request((ApiKey::Fetch, FETCH, correlation_id), &body)
}

fn request((key, version, id): (ApiKey, i16, i32), body: &impl Encodable) -> Vec<u8> {
    let mut payload = BytesMut::new();
    RequestHeader::default()
        .with_request_api_key(key as i16)
        .with_request_api_version(version)
        .with_correlation_id(id)
        .encode(&mut payload, key.request_header_version(version))
        .unwrap();
    body.encode(&mut payload, version).unwrap();
    framed(&payload)
}

fn framed(payload: &[u8]) -> Vec<u8> {
    let mut frame = Vec::with_capacity(4 + payload.len());
    frame.put_u32(payload.len().try_into().unwrap());
    frame.put_slice(payload);
    frame
}

/// What the only broker of a cluster, which is at `address`, answers; a fetch gets so many bytes.
pub(super) fn answer(asked: &Asked, address: SocketAddr, fetched: usize) -> Vec<u8> {
    let key = ApiKey::try_from(asked.api_key).unwrap();
    let mut request = Bytes::from(asked.payload.clone());
    RequestHeader::decode(&mut request, key.request_header_version(asked.version)).unwrap();
    let request = RequestKind::decode(key, &mut request, asked.version).unwrap();
    let mut payload = BytesMut::new();
    ResponseHeader::default()
        .with_correlation_id(asked.correlation_id)
        .encode(&mut payload, key.response_header_version(asked.version))
        .unwrap();
    body(&request, address, fetched)
        .encode(&mut payload, asked.version)
        .unwrap();
    framed(&payload)
}

#[expect(
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "the rest is what no test asks for"
)]
fn body(request: &RequestKind, address: SocketAddr, fetched: usize) -> ResponseKind {
    match request {
        RequestKind::ApiVersions(_) => ResponseKind::ApiVersions(api_versions()),
        RequestKind::Metadata(_) => ResponseKind::Metadata(metadata(address)),
        RequestKind::Produce(_) => {
            let topic = TopicProduceResponse::default()
                .with_name(topic())
                .with_partition_responses(vec![PartitionProduceResponse::default()]);
            ResponseKind::Produce(ProduceResponse::default().with_responses(vec![topic]))
        }
        RequestKind::Fetch(_) => {
            let partition =
                PartitionData::default().with_records(Some(Bytes::from(vec![0; fetched])));
            let topic = FetchableTopicResponse::default()
                .with_topic(topic())
                .with_partitions(vec![partition]);
            ResponseKind::Fetch(FetchResponse::default().with_responses(vec![topic]))
        }
        other => panic!("nobody asks for {other:?}"),
    }
}

fn api_versions() -> ApiVersionsResponse {
    let keys = ApiKey::iter().map(|key| {
        let versions = key.valid_versions();
        ApiVersion::default()
            .with_api_key(key as i16)
            .with_min_version(versions.min)
            .with_max_version(versions.max)
    });
    ApiVersionsResponse::default().with_api_keys(keys.collect())
}

fn metadata(address: SocketAddr) -> MetadataResponse {
    let broker = MetadataResponseBroker::default()
        .with_host(StrBytes::from_string(address.ip().to_string()))
        .with_port(address.port().into());
    let partition = MetadataResponsePartition::default()
        .with_leader_epoch(1)
        .with_replica_nodes(vec![BrokerId(0)])
        .with_isr_nodes(vec![BrokerId(0)]);
    let topic = MetadataResponseTopic::default()
        .with_name(Some(topic()))
        .with_partitions(vec![partition]);
    MetadataResponse::default()
        .with_brokers(vec![broker])
        .with_topics(vec![topic])
}
