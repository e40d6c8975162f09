//! What do the brokers answer?

use super::socket::Socket;
use crate::frames::{TOPIC, TOPIC_ID, framed};
use crate::pure::wide_metadata;
use anyhow::{Context, Result};
use bytes::{Bytes, BytesMut};
use kafka_protocol::messages::api_versions_response::ApiVersion;
use kafka_protocol::messages::fetch_response::{FetchableTopicResponse, PartitionData};
use kafka_protocol::messages::find_coordinator_response::Coordinator;
use kafka_protocol::messages::metadata_response::{
    MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
};
use kafka_protocol::messages::produce_response::{PartitionProduceResponse, TopicProduceResponse};
use kafka_protocol::messages::*;
use kafka_protocol::protocol::{Decodable, Encodable, StrBytes};
use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::Range;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// Where the correlation id is: in a request without its length, and in an answer with it.
const CORRELATION: Range<usize> = 4..8;

/// Partitions of [`TOPIC`] at least.
const PARTITIONS: i32 = 6;

/// Brokers that lead the partitions of [`TOPIC`] in turn: the first one that with its number.
#[derive(Debug)]
pub(super) struct Cluster {
    brokers: Vec<SocketAddr>,
}

impl Cluster {
    /// Starts brokers, and returns where they are.
    pub(super) async fn start(
        count: usize,
        tasks: &mut JoinSet<Result<u64>>,
    ) -> Result<Vec<SocketAddr>> {
        let mut listeners = Vec::new();
        for _ in 0..count {
            listeners.push(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?);
        }
        let brokers = listeners.iter().map(TcpListener::local_addr);
        let brokers: Vec<SocketAddr> = brokers.collect::<Result<_, _>>()?;
        let cluster = Arc::new(Self {
            brokers: brokers.clone(),
        });
        for listener in listeners {
            tasks.spawn(accept(listener, Arc::clone(&cluster)));
        }
        Ok(brokers)
    }

    /// The answer to a request, both without their length.
    fn answer(&self, mut request: Bytes) -> Result<BytesMut> {
        let code = |at: usize| {
            let bytes = request.get(at..).and_then(<[u8]>::first_chunk);
            bytes.map(|bytes| i16::from_be_bytes(*bytes))
        };
        let (key, version) = code(0).zip(code(2)).context("a short request")?;
        let key = ApiKey::try_from(key).map_err(|()| anyhow::anyhow!("an unknown api key"))?;
        RequestHeader::decode(&mut request, key.request_header_version(version))?;
        let request = RequestKind::decode(key, &mut request, version)?;
        let mut payload = BytesMut::new();
        ResponseHeader::default().encode(&mut payload, key.response_header_version(version))?;
        self.body(&request)?.encode(&mut payload, version)?;
        Ok(payload)
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the rest is what no case asks for"
    )]
    fn body(&self, request: &RequestKind) -> Result<ResponseKind> {
        Ok(match request {
            RequestKind::ApiVersions(_) => ResponseKind::ApiVersions(api_versions()),
            RequestKind::Metadata(request) => ResponseKind::Metadata(self.metadata(request)?),
            RequestKind::FindCoordinator(request) => {
                ResponseKind::FindCoordinator(self.coordinator(request))
            }
            RequestKind::Produce(request) => ResponseKind::Produce(produced(request)),
            RequestKind::Fetch(request) => ResponseKind::Fetch(fetched(request)?),
            RequestKind::Heartbeat(_) => ResponseKind::Heartbeat(HeartbeatResponse::default()),
            other => anyhow::bail!("a request that no client makes: {other:?}"),
        })
    }

    /// Without names, what a big cluster has.
    fn metadata(&self, request: &MetadataRequest) -> Result<MetadataResponse> {
        let brokers = (0..).zip(&self.brokers).map(|(id, address)| {
            MetadataResponseBroker::default()
                .with_node_id(BrokerId(id))
                .with_host(StrBytes::from_string(address.ip().to_string()))
                .with_port(i32::from(address.port()))
        });
        let mut topics = match &request.topics {
            None => wide_metadata().topics,
            Some(topics) if topics.is_empty() => Vec::new(),
            Some(_) => vec![self.topic()?],
        };
        if request.include_topic_authorized_operations {
            let describe =
                |topic: &mut MetadataResponseTopic| topic.topic_authorized_operations = 1 << 8;
            topics.iter_mut().for_each(describe);
        }
        Ok(MetadataResponse::default()
            .with_brokers(brokers.collect())
            .with_topics(topics))
    }

    fn topic(&self) -> Result<MetadataResponseTopic> {
        let brokers = i32::try_from(self.brokers.len())?;
        let partitions = (0..brokers.max(PARTITIONS)).map(|index| {
            let leader = BrokerId(index % brokers);
            MetadataResponsePartition::default()
                .with_partition_index(index)
                .with_leader_id(leader)
                .with_leader_epoch(1)
                .with_replica_nodes(vec![leader])
                .with_isr_nodes(vec![leader])
        });
        Ok(MetadataResponseTopic::default()
            .with_name(Some(TopicName(StrBytes::from_static_str(TOPIC))))
            .with_topic_id(TOPIC_ID)
            .with_partitions(partitions.collect()))
    }

    /// The first broker coordinates everything.
    fn coordinator(&self, request: &FindCoordinatorRequest) -> FindCoordinatorResponse {
        let first = self.brokers.first();
        let port = first.map_or(0, |first| i32::from(first.port()));
        let host = StrBytes::from_static_str("127.0.0.1");
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

async fn accept(listener: TcpListener, cluster: Arc<Cluster>) -> Result<u64> {
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await?;
        connections.spawn(converse(Socket::new(stream)?, Arc::clone(&cluster)));
    }
}

/// Answers everything that has arrived with one write.
async fn converse(mut socket: Socket, cluster: Arc<Cluster>) -> Result<()> {
    let mut answers = Vec::new();
    let mut known: HashMap<Vec<u8>, Bytes> = HashMap::new();
    while socket.read().await? {
        while let Some(request) = socket.frame()? {
            let mut shape = request.to_vec();
            let correlation: Vec<u8> = shape.splice(CORRELATION, []).collect();
            let answer = match known.get(&shape) {
                Some(answer) => answer.clone(),
                None => {
                    let answer = framed(&cluster.answer(request)?)?;
                    known.insert(shape, answer.clone());
                    answer
                }
            };
            let start = answers.len();
            answers.extend_from_slice(&answer);
            let place = answers
                .get_mut(start..)
                .and_then(|answer| answer.get_mut(CORRELATION));
            place
                .context("a short answer")?
                .copy_from_slice(&correlation);
        }
        socket.write_all(&answers).await?;
        answers.clear();
    }
    Ok(())
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

/// As much of each partition as was asked for.
fn fetched(request: &FetchRequest) -> Result<FetchResponse> {
    let topics = request.topics.iter().map(|topic| {
        let partitions = topic.partitions.iter().map(|partition| {
            let records = vec![b'v'; usize::try_from(partition.partition_max_bytes)?];
            Ok(PartitionData::default()
                .with_partition_index(partition.partition)
                .with_high_watermark(1 << 40)
                .with_last_stable_offset(1 << 40)
                .with_log_start_offset(0)
                .with_records(Some(records.into())))
        });
        Ok(FetchableTopicResponse::default()
            .with_topic(topic.topic.clone())
            .with_topic_id(topic.topic_id)
            .with_partitions(partitions.collect::<Result<_>>()?))
    });
    let topics = topics.collect::<Result<_>>()?;
    Ok(FetchResponse::default().with_responses(topics))
}
