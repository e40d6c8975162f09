//! Which bytes does a workload send, and is what comes back an answer to them?

use super::{Ask, Names, Workload};
use anyhow::{Context, Result, ensure};
use bytes::{BufMut, Bytes, BytesMut};
use kafka_protocol::messages::fetch_request::{FetchPartition, FetchTopic};
use kafka_protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};
use kafka_protocol::messages::{
    ApiKey, BrokerId, FetchRequest, MetadataRequest, ProduceRequest, RequestHeader, RequestKind,
    ResponseHeader, ResponseKind, TopicName,
};
use kafka_protocol::protocol::{Decodable, Encodable, StrBytes};
use kafka_protocol::records::{
    Compression, Record, RecordBatchEncoder, RecordEncodeOptions, TimestampType,
};
use std::ops::Range;
use uuid::Uuid;

/// Where the correlation id of a request is, in a frame with its length.
pub(crate) const CORRELATION: Range<usize> = 8..12;

/// The last versions with names, one with topic ids, and what clients of Kafka 4.3 send.
const PRODUCE: i16 = 12;
const FETCH_BY_NAME: i16 = 12;
const FETCH_BY_ID: i16 = 16;
const METADATA: i16 = 13;

/// Where there is always something to fetch, and where there is never.
const BUSY: &str = "busy";
const IDLE: &str = "idle";

/// What the names of topics begin with that say how many partitions they have.
const SIZED: &str = "sized-";

/// All topics of the cluster that a Metadata request without names is told of.
pub(crate) const WIDE_TOPICS: usize = 100;

/// A request as it is sent, but for its correlation id.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) key: ApiKey,
    pub(crate) version: i16,
    /// With its length in front.
    pub(crate) frame: Bytes,
}

impl Workload {
    /// The requests of this workload, to be sent in turn.
    pub(crate) fn requests(&self) -> Result<Vec<Request>> {
        match self.ask {
            Ask::Produce { record, partitions } => Ok(vec![produce(BUSY, record, 0..partitions)?]),
            Ask::ProduceToOneOf { record, partitions } => {
                let topic = format!("{SIZED}{partitions}");
                Ok(vec![produce(&topic, record, partitions - 1..partitions)?])
            }
            Ask::ProduceInTurn { record, partitions } => (0..partitions)
                .map(|partition| produce(BUSY, record, partition..partition + 1))
                .collect(),
            Ask::Fetch {
                bytes,
                partitions,
                names,
            } => Ok(vec![fetch(BUSY, names, partitions, [bytes, 500])?]),
            Ask::IdleFetch { partitions, wait } => {
                let wait = usize::try_from(wait.as_millis())?;
                Ok(vec![fetch(
                    IDLE,
                    Names::Strings,
                    partitions,
                    [1 << 20, wait],
                )?])
            }
            Ask::Metadata => {
                let body = RequestKind::Metadata(MetadataRequest::default().with_topics(None));
                Ok(vec![request(ApiKey::Metadata, METADATA, &body)?])
            }
        }
    }
}

/// What clients ask before anything else. A proxy that has seen it answered knows that no credentials are needed, and
/// takes long requests.
pub(crate) fn greeting() -> Result<Request> {
    let body = RequestKind::Metadata(MetadataRequest::default().with_topics(Some(Vec::new())));
    request(ApiKey::Metadata, METADATA, &body)
}

/// Partitions of a topic: as its name says, those of every wide topic, and one for each broker of the others.
pub(crate) fn partition_count(topic: &str, brokers: usize) -> usize {
    let size = topic.strip_prefix(SIZED);
    if let Some(size) = size.and_then(|size| size.parse().ok()) {
        size
    } else if topic.starts_with("wide-") {
        100
    } else {
        brokers
    }
}

/// The id of a topic is its name, so that whoever reads one knows the other.
pub(crate) fn topic_id(name: &str) -> Uuid {
    let mut id = [0; 16];
    id.iter_mut()
        .zip(name.bytes())
        .for_each(|(to, from)| *to = from);
    Uuid::from_bytes(id)
}

/// The name of the topic with this id.
pub(crate) fn topic_of(id: Uuid) -> Result<String> {
    let name = id.as_bytes().iter().copied().take_while(|byte| *byte != 0);
    Ok(String::from_utf8(name.collect())?)
}

/// Whether a topic has nothing to fetch.
pub(crate) fn is_idle(topic: &str) -> bool {
    topic == IDLE
}

/// A batch of one record with a value of `length` bytes.
pub(crate) fn batch(length: usize) -> Result<Bytes> {
    let record = Record {
        transactional: false,
        control: false,
        delete_horizon: false,
        partition_leader_epoch: -1,
        producer_id: -1,
        producer_epoch: -1,
        timestamp_type: TimestampType::Creation,
        offset: 0,
        sequence: -1,
        timestamp: 1_700_000_000_000,
        key: None,
        value: Some(Bytes::from(vec![b'v'; length])),
        headers: Default::default(),
    };
    let options = RecordEncodeOptions {
        version: 2,
        compression: Compression::None,
    };
    let mut records = BytesMut::new();
    RecordBatchEncoder::encode(&mut records, [&record], &options)?;
    Ok(records.freeze())
}

fn produce(topic: &str, record: usize, partitions: Range<usize>) -> Result<Request> {
    let records = batch(record)?;
    let partitions = partitions.map(|index| {
        Ok(PartitionProduceData::default()
            .with_index(i32::try_from(index)?)
            .with_records(Some(records.clone())))
    });
    let topic = TopicProduceData::default()
        .with_name(TopicName(StrBytes::from_string(topic.to_owned())))
        .with_partition_data(partitions.collect::<Result<_>>()?);
    let body = ProduceRequest::default()
        .with_acks(-1)
        .with_timeout_ms(30_000)
        .with_topic_data(vec![topic]);
    request(ApiKey::Produce, PRODUCE, &RequestKind::Produce(body))
}

fn fetch(
    topic: &'static str,
    names: Names,
    partitions: usize,
    [bytes, wait]: [usize; 2],
) -> Result<Request> {
    let partitions = (0..partitions).map(|index| {
        Ok(FetchPartition::default()
            .with_partition(i32::try_from(index)?)
            .with_fetch_offset(4_711)
            .with_partition_max_bytes(i32::try_from(bytes)?))
    });
    let topic = FetchTopic::default()
        .with_topic(TopicName(StrBytes::from_static_str(topic)))
        .with_topic_id(topic_id(topic))
        .with_partitions(partitions.collect::<Result<_>>()?);
    // Without a fetch session: the request is the same every time.
    let body = FetchRequest::default()
        .with_replica_id(BrokerId(-1))
        .with_max_wait_ms(i32::try_from(wait)?)
        .with_min_bytes(1)
        .with_max_bytes(50 << 20)
        .with_session_epoch(-1)
        .with_topics(vec![topic]);
    let version = match names {
        Names::Strings => FETCH_BY_NAME,
        Names::Ids => FETCH_BY_ID,
    };
    request(ApiKey::Fetch, version, &RequestKind::Fetch(body))
}

fn request(key: ApiKey, version: i16, body: &RequestKind) -> Result<Request> {
    let mut payload = BytesMut::new();
    RequestHeader::default()
        .with_request_api_key(key as i16)
        .with_request_api_version(version)
        .with_client_id(Some(StrBytes::from_static_str("bench")))
        .encode(&mut payload, key.request_header_version(version))?;
    body.encode(&mut payload, version)?;
    Ok(Request {
        key,
        version,
        frame: framed(&payload)?,
    })
}

/// A payload behind its length.
pub(crate) fn framed(payload: &[u8]) -> Result<Bytes> {
    let mut frame = BytesMut::with_capacity(4 + payload.len());
    frame.put_u32(u32::try_from(payload.len())?);
    frame.put_slice(payload);
    Ok(frame.freeze())
}

/// Whether an answer (without its length) is one to `request`, without an error in it.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the rest is what no workload asks for"
)]
pub(crate) fn check_answer(request: &Request, answer: &[u8]) -> Result<()> {
    let mut answer = Bytes::copy_from_slice(answer);
    ResponseHeader::decode(
        &mut answer,
        request.key.response_header_version(request.version),
    )?;
    let answer = ResponseKind::decode(request.key, &mut answer, request.version)
        .with_context(|| format!("decoding an answer to {:?}", request.key))?;
    let errors: Vec<i16> = match &answer {
        ResponseKind::Produce(answer) => {
            let topics = answer.responses.iter();
            let partitions = topics.flat_map(|topic| &topic.partition_responses);
            partitions.map(|partition| partition.error_code).collect()
        }
        ResponseKind::Fetch(answer) => {
            let topics = answer.responses.iter();
            let partitions = topics.flat_map(|topic| &topic.partitions);
            let errors = partitions.map(|partition| partition.error_code);
            errors.chain([answer.error_code]).collect()
        }
        ResponseKind::Metadata(answer) => {
            ensure!(
                answer.topics.len() == WIDE_TOPICS,
                "{} topics",
                answer.topics.len()
            );
            answer.topics.iter().map(|topic| topic.error_code).collect()
        }
        other => anyhow::bail!("an answer that nobody waits for: {other:?}"),
    };
    ensure!(!errors.is_empty(), "an answer about nothing: {answer:?}");
    ensure!(
        errors.iter().all(|error| *error == 0),
        "an error: {answer:?}"
    );
    Ok(())
}
