//! What would a broker of a cluster answer?

use crate::workload::{WIDE_TOPICS, batch, framed, is_idle, partition_count, topic_id, topic_of};
use anyhow::{Context, Result, bail};
use bytes::{Bytes, BytesMut};
use kafka_protocol::messages::api_versions_response::ApiVersion;
use kafka_protocol::messages::fetch_request::FetchTopic;
use kafka_protocol::messages::fetch_response::{FetchableTopicResponse, PartitionData};
use kafka_protocol::messages::find_coordinator_response::Coordinator;
use kafka_protocol::messages::metadata_request::MetadataRequestTopic;
use kafka_protocol::messages::metadata_response::{
    MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
};
use kafka_protocol::messages::produce_response::{PartitionProduceResponse, TopicProduceResponse};
use kafka_protocol::messages::{
    ApiKey, ApiVersionsResponse, BrokerId, FetchRequest, FetchResponse, FindCoordinatorRequest,
    FindCoordinatorResponse, MetadataRequest, MetadataResponse, ProduceRequest, ProduceResponse,
    RequestHeader, RequestKind, ResponseHeader, ResponseKind, TopicName,
};
use kafka_protocol::protocol::{Decodable, Encodable, StrBytes};
use std::net::SocketAddr;
use std::time::Duration;

/// An answer to every request of one shape.
#[derive(Debug)]
pub(crate) struct Answer {
    /// How long a broker would wait for something to answer with.
    pub(crate) wait: Option<Duration>,
    /// With its length in front; the correlation id behind that is to be filled in.
    pub(crate) frame: Bytes,
}

/// The brokers at these addresses, in the order of their ids.
#[derive(Debug)]
pub(crate) struct Cluster {
    pub(crate) brokers: Vec<SocketAddr>,
}

impl Cluster {
    /// What a broker answers to a request, given without its length.
    pub(crate) fn answer(&self, mut request: Bytes) -> Result<Answer> {
        let code = request.first_chunk().map(|code| i16::from_be_bytes(*code));
        let key = ApiKey::try_from(code.context("a request without a key")?)
            .map_err(|()| anyhow::anyhow!("an unknown api key: {code:?}"))?;
        let version = request
            .get(2..4)
            .and_then(|version| version.try_into().ok());
        let version = i16::from_be_bytes(version.context("a request without a version")?);
        RequestHeader::decode(&mut request, key.request_header_version(version))?;
        let body = RequestKind::decode(key, &mut request, version)?;
        let (answer, wait) = self.body(&body, version)?;
        let mut payload = BytesMut::new();
        ResponseHeader::default().encode(&mut payload, key.response_header_version(version))?;
        answer.encode(&mut payload, version)?;
        Ok(Answer {
            wait,
            frame: framed(&payload)?,
        })
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the rest is what no workload asks for"
    )]
    fn body(
        &self,
        request: &RequestKind,
        version: i16,
    ) -> Result<(ResponseKind, Option<Duration>)> {
        Ok(match request {
            RequestKind::ApiVersions(_) => (ResponseKind::ApiVersions(api_versions()), None),
            RequestKind::Metadata(request) => (
                ResponseKind::Metadata(self.metadata(request, version)?),
                None,
            ),
            RequestKind::FindCoordinator(request) => (
                ResponseKind::FindCoordinator(self.coordinator(request)),
                None,
            ),
            RequestKind::Produce(request) => (ResponseKind::Produce(produced(request)), None),
            RequestKind::Fetch(request) => {
                let (answer, wait) = fetched(request, version)?;
                (ResponseKind::Fetch(answer), wait)
            }
            other => bail!("no broker of this cluster answers {other:?}"),
        })
    }

    fn metadata(&self, request: &MetadataRequest, version: i16) -> Result<MetadataResponse> {
        let brokers = self.brokers.iter().enumerate().map(|(id, address)| {
            Ok(MetadataResponseBroker::default()
                .with_node_id(broker_id(id)?)
                .with_host(StrBytes::from_string(address.ip().to_string()))
                .with_port(i32::from(address.port()))
                .with_rack(Some(StrBytes::from_static_str("rack0"))))
        });
        let names = match &request.topics {
            None => (0..WIDE_TOPICS)
                .map(|number| format!("wide-{number:04}"))
                .collect(),
            Some(topics) => topics
                .iter()
                .map(name_asked_for)
                .collect::<Result<Vec<_>>>()?,
        };
        let topics = names.iter().map(|name| self.topic(name));
        let answer = MetadataResponse::default()
            .with_brokers(brokers.collect::<Result<_>>()?)
            .with_cluster_id(Some(StrBytes::from_static_str("answering-peers")))
            .with_controller_id(BrokerId(0))
            .with_topics(topics.collect::<Result<_>>()?);
        Ok(if version > 7 {
            answer
        } else {
            answer.with_cluster_authorized_operations(i32::MIN)
        })
    }

    fn topic(&self, name: &str) -> Result<MetadataResponseTopic> {
        let partitions = (0..partition_count(name, self.brokers.len())).map(|index| {
            let replica = |number| broker_id((index + number) % self.brokers.len());
            let replicas = (0..self.brokers.len().min(3)).map(replica);
            let replicas: Vec<BrokerId> = replicas.collect::<Result<_>>()?;
            Ok(MetadataResponsePartition::default()
                .with_partition_index(i32::try_from(index)?)
                .with_leader_id(replica(0)?)
                .with_leader_epoch(1)
                .with_replica_nodes(replicas.clone())
                .with_isr_nodes(replicas))
        });
        Ok(MetadataResponseTopic::default()
            .with_name(Some(TopicName(StrBytes::from_string(name.to_owned()))))
            .with_topic_id(topic_id(name))
            .with_partitions(partitions.collect::<Result<_>>()?))
    }

    /// Broker 0 coordinates everything.
    fn coordinator(&self, request: &FindCoordinatorRequest) -> FindCoordinatorResponse {
        let Some(first) = self.brokers.first() else {
            return FindCoordinatorResponse::default().with_error_code(15);
        };
        let host = StrBytes::from_string(first.ip().to_string());
        let port = i32::from(first.port());
        let coordinators = request.coordinator_keys.iter().map(|key| {
            Coordinator::default()
                .with_key(key.clone())
                .with_host(host.clone())
                .with_port(port)
        });
        FindCoordinatorResponse::default()
            .with_coordinators(coordinators.collect())
            .with_host(host.clone())
            .with_port(port)
    }
}

fn broker_id(index: usize) -> Result<BrokerId> {
    Ok(BrokerId(i32::try_from(index)?))
}

fn name_asked_for(topic: &MetadataRequestTopic) -> Result<String> {
    topic
        .name
        .as_ref()
        .map_or_else(|| topic_of(topic.topic_id), |name| Ok(name.to_string()))
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

fn produced(request: &ProduceRequest) -> ProduceResponse {
    let topics = request.topic_data.iter().map(|topic| {
        let partitions = topic.partition_data.iter().map(|partition| {
            PartitionProduceResponse::default()
                .with_index(partition.index)
                .with_base_offset(4_711)
        });
        TopicProduceResponse::default()
            .with_name(topic.name.clone())
            .with_topic_id(topic.topic_id)
            .with_partition_responses(partitions.collect())
    });
    ProduceResponse::default().with_responses(topics.collect())
}

/// As much of each partition as was asked for, or nothing, late.
fn fetched(request: &FetchRequest, version: i16) -> Result<(FetchResponse, Option<Duration>)> {
    let topics = request
        .topics
        .iter()
        .map(|topic| fetched_topic(topic, version));
    let topics: Vec<FetchableTopicResponse> = topics.collect::<Result<_>>()?;
    let mut partitions = topics.iter().flat_map(|topic| &topic.partitions);
    let empty = partitions.all(|partition| partition.records.as_ref().is_none_or(Bytes::is_empty));
    let wait = Duration::from_millis(u64::try_from(request.max_wait_ms)?);
    let answer = FetchResponse::default().with_responses(topics);
    Ok((answer, empty.then_some(wait)))
}

fn fetched_topic(topic: &FetchTopic, version: i16) -> Result<FetchableTopicResponse> {
    let name = if version > 12 {
        topic_of(topic.topic_id)?
    } else {
        topic.topic.to_string()
    };
    let partitions = topic.partitions.iter().map(|partition| {
        let records = if is_idle(&name) {
            Bytes::new()
        } else {
            batch(usize::try_from(partition.partition_max_bytes)?)?
        };
        Ok(PartitionData::default()
            .with_partition_index(partition.partition)
            .with_high_watermark(1 << 40)
            .with_last_stable_offset(1 << 40)
            .with_log_start_offset(0)
            .with_records(Some(records)))
    });
    Ok(FetchableTopicResponse::default()
        .with_topic(topic.topic.clone())
        .with_topic_id(topic.topic_id)
        .with_partitions(partitions.collect::<Result<_>>()?))
}
