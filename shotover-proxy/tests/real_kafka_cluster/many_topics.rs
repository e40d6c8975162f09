//! Are records where they belong when a request has some for many topics at once?

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use bytes::{Bytes, BytesMut};
use kafka_protocol::messages::metadata_request::MetadataRequestTopic;
use kafka_protocol::messages::metadata_response::MetadataResponseTopic;
use kafka_protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};
use kafka_protocol::messages::{
    ApiKey, BrokerId, MetadataRequest, MetadataResponse, ProduceRequest, ProduceResponse,
    RequestKind, ResponseHeader, TopicName,
};
use kafka_protocol::protocol::{Decodable, StrBytes};
use kafka_protocol::records::{
    Compression, Record, RecordBatchEncoder, RecordEncodeOptions, TimestampType,
};
use test_helpers::clients::Librdkafka;
use test_helpers::kafka::Listener;
use test_helpers::peers::{FakeClient, request};
use test_helpers::rdkafka::consumer::{BaseConsumer, Consumer};
use test_helpers::rdkafka::message::Message;
use test_helpers::wait::wait_until;

use crate::setup::{Front, LIMIT, both};

const TOPICS: usize = 30;
const PARTITIONS: i32 = 3;
/// Requests to each broker that a client sees, sent without waiting for answers.
const ROUNDS: i64 = 10;
/// Records of a partition in one of them.
const BATCH: i64 = 5;
/// Has names of topics; a Produce request has ids from the next version on.
const PRODUCE_BY_NAME: i16 = 12;
const METADATA: i16 = 12;

/// Partitions of topics, by the broker that leads them.
type ByLeader = BTreeMap<BrokerId, Vec<TopicProduceData>>;

#[test]
fn requests_for_thirty_topics_at_all_brokers_are_stored_and_read_completely_and_in_order() {
    let (cluster, fronts) = both(1);
    let direct = cluster.bootstrap(Listener::Plaintext).unwrap();
    let topics: Vec<String> = (0..TOPICS).map(|number| format!("many-{number}")).collect();
    for topic in &topics {
        let client = Librdkafka::new(&direct);
        client.create_topic(topic, PARTITIONS, 3).unwrap();
    }
    for (front, (leaders, first)) in fronts.iter().zip([(3, 0), (1, ROUNDS)]) {
        let mut client = FakeClient::connect(&front.address).unwrap();
        let led = by_leader(&mut client, &topics).unwrap();
        assert_eq!(led.len(), leaders);
        assert!(led.values().all(|topics| topics.len() == TOPICS));
        produce(&mut client, &led, first).unwrap();
    }
    for front in &fronts {
        read(front, &topics).unwrap();
    }
}

fn frame(key: ApiKey, version: i16, body: &RequestKind) -> Result<Vec<u8>> {
    // The header has no tags.
    let mut bytes = BytesMut::from(&[0][..]);
    body.encode(&mut bytes, version)?;
    Ok(request(key as i16, version, 0, &bytes))
}

fn answer<A: Decodable>(client: &mut FakeClient, key: ApiKey, version: i16) -> Result<A> {
    let answer = client.read()?;
    let mut bytes = Bytes::from(answer.unwrap_or_default());
    ResponseHeader::decode(&mut bytes, key.response_header_version(version))?;
    A::decode(&mut bytes, version)
}

fn by_leader(client: &mut FakeClient, topics: &[String]) -> Result<ByLeader> {
    let topics = topics.iter().map(|name| {
        let name = TopicName(StrBytes::from_string(name.clone()));
        MetadataRequestTopic::default().with_name(Some(name))
    });
    let body = MetadataRequest::default().with_topics(Some(topics.collect()));
    let body = RequestKind::Metadata(body);
    client.send(&frame(ApiKey::Metadata, METADATA, &body)?)?;
    let answer: MetadataResponse = answer(client, ApiKey::Metadata, METADATA)?;
    let mut led = ByLeader::new();
    for topic in answer.topics {
        let MetadataResponseTopic {
            name,
            topic_id,
            partitions,
            ..
        } = topic;
        let topic = TopicProduceData::default()
            .with_name(name.unwrap_or_default())
            .with_topic_id(topic_id);
        let mut here: BTreeMap<BrokerId, TopicProduceData> = BTreeMap::new();
        for partition in partitions {
            let topic = here
                .entry(partition.leader_id)
                .or_insert_with(|| topic.clone());
            let data = PartitionProduceData::default().with_index(partition.partition_index);
            topic.partition_data.push(data);
        }
        for (leader, topic) in here {
            led.entry(leader).or_default().push(topic);
        }
    }
    Ok(led)
}

/// Records whose values are the offsets that they come to.
fn batch(first: i64) -> Result<Bytes> {
    let records: Vec<Record> = (0..BATCH)
        .zip(-1..)
        .map(|(offset, sequence)| Record {
            transactional: false,
            control: false,
            delete_horizon: false,
            partition_leader_epoch: -1,
            producer_id: -1,
            producer_epoch: -1,
            timestamp_type: TimestampType::Creation,
            offset,
            // They are one batch only if it goes with the offset, and there is none if it begins with -1.
            sequence,
            timestamp: 1_700_000_000_000,
            key: None,
            value: Some(Bytes::from((first + offset).to_string())),
            headers: Default::default(),
        })
        .collect();
    let options = RecordEncodeOptions {
        version: 2,
        compression: Compression::None,
    };
    let mut bytes = BytesMut::new();
    RecordBatchEncoder::encode(&mut bytes, &records, &options)?;
    Ok(bytes.freeze())
}

/// Sends the requests of all rounds, and expects that each of them is stored behind those before.
fn produce(client: &mut FakeClient, led: &ByLeader, first: i64) -> Result<()> {
    // Names and ids in turn.
    let version = |round: i64| PRODUCE_BY_NAME + i16::from(round % 2 == 1);
    for round in first..first + ROUNDS {
        let records = batch(round * BATCH)?;
        for topics in led.values() {
            let mut topics = topics.clone();
            for partition in topics
                .iter_mut()
                .flat_map(|topic| &mut topic.partition_data)
            {
                partition.records = Some(records.clone());
            }
            let body = ProduceRequest::default()
                .with_acks(-1)
                .with_timeout_ms(30_000)
                .with_topic_data(topics);
            let body = RequestKind::Produce(body);
            client.send(&frame(ApiKey::Produce, version(round), &body)?)?;
        }
    }
    for round in first..first + ROUNDS {
        for topics in led.values() {
            let answer = answer(client, ApiKey::Produce, version(round))?;
            check_stored(round, topics, &answer)?;
        }
    }
    Ok(())
}

/// Whether an answer is about each topic once, and every partition took its records behind those of the rounds before.
fn check_stored(round: i64, asked: &[TopicProduceData], answer: &ProduceResponse) -> Result<()> {
    let said = || format!("round {round}: {answer:?}");
    ensure!(answer.responses.len() == asked.len(), said());
    for asked in asked {
        // It has the name or the id, and brokers have an order of their own.
        let mut answers = answer.responses.iter();
        let answer = answers
            .find(|answer| answer.name == asked.name || answer.topic_id == asked.topic_id)
            .with_context(said)?;
        let stored = answer.partition_responses.iter().filter(|partition| {
            partition.error_code == 0 && partition.base_offset == round * BATCH
        });
        let mut stored: Vec<i32> = stored.map(|partition| partition.index).collect();
        stored.sort_unstable();
        let mut sent: Vec<i32> = asked.partition_data.iter().map(|data| data.index).collect();
        sent.sort_unstable();
        ensure!(stored == sent, said());
    }
    Ok(())
}

/// Reads what all rounds wrote with one consumer.
fn read(front: &Front, topics: &[String]) -> Result<()> {
    let client = Librdkafka::new(&front.address).set("group.id", front.name());
    let consumer: BaseConsumer = client.create()?;
    let names: Vec<&str> = topics.iter().map(String::as_str).collect();
    consumer.subscribe(&names)?;
    let mut next: BTreeMap<(String, i32), i64> = BTreeMap::new();
    let mut missing = TOPICS * usize::try_from(i64::from(PARTITIONS) * 2 * ROUNDS * BATCH)?;
    wait_until("all records", LIMIT, || {
        while let Some(message) = consumer.poll(Duration::ZERO) {
            let message = message?;
            let place = (message.topic().to_owned(), message.partition());
            let value = std::str::from_utf8(message.payload().unwrap_or_default())?;
            let (offset, at) = (message.offset(), format!("{place:?}: {value}"));
            let next = next.entry(place).or_default();
            ensure!(
                offset == *next && value == offset.to_string(),
                "{at} is at {offset}, not at {next}"
            );
            *next += 1;
            missing -= 1;
        }
        Ok((missing == 0).then_some(()))
    })
}
