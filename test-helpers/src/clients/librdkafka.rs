//! The C client, linked into the test.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::{ClientContext, DefaultClientContext};
use rdkafka::config::{ClientConfig, FromClientConfig};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::{BorrowedMessage, Header, Headers, Message, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, DeliveryResult, Producer, ProducerContext};
use rdkafka::types::RDKafkaErrorCode;
use tokio::time::Instant;

use super::command::LIMIT;
use super::{Client, Received, Record, Security};
use crate::blocking::block_on;
use crate::wait::wait_until;

/// How long one call into librdkafka may block.
const POLL: Duration = Duration::from_millis(100);

/// How long the leader of a new topic is given to answer.
const LEADER: Duration = Duration::from_secs(5);

/// librdkafka with a test's properties.
#[derive(Clone, Debug)]
pub struct Librdkafka {
    properties: BTreeMap<String, String>,
}

impl Librdkafka {
    /// A client of the cluster at `bootstrap`.
    #[must_use]
    pub fn new(bootstrap: &str) -> Self {
        Self {
            properties: BTreeMap::new(),
        }
        .set("bootstrap.servers", bootstrap)
        // Fail within the limits of a test.
        .set("message.timeout.ms", "60000")
        .set("auto.offset.reset", "earliest")
    }

    /// Sets a property, of producers or of consumers.
    #[must_use]
    pub fn set(mut self, property: &str, value: &str) -> Self {
        self.properties
            .insert(property.to_owned(), value.to_owned());
        self
    }

    /// Sets how its connections are secured.
    ///
    /// TLS and SCRAM need the feature `real-kafka`.
    #[must_use]
    pub fn security(self, security: &Security) -> Self {
        security
            .librdkafka()
            .into_iter()
            .fold(self, |client, (property, value)| {
                client.set(property, &value)
            })
    }

    /// A producer, consumer or admin client of librdkafka's own.
    ///
    /// # Errors
    /// When librdkafka refuses a property.
    pub fn create<T: FromClientConfig>(&self) -> Result<T> {
        self.config()
            .create()
            .context("creating a librdkafka client")
    }

    /// The properties as librdkafka takes them, for a client with a context of its own.
    #[must_use]
    pub fn config(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        for (property, value) in &self.properties {
            config.set(property, value);
        }
        config
    }

    /// Creates a topic and waits until each partition has a leader.
    ///
    /// # Errors
    /// When the cluster refuses it.
    pub fn create_topic(&self, topic: &str, partitions: i32, replicas: i32) -> Result<()> {
        let admin: AdminClient<DefaultClientContext> = self.create()?;
        ask_for_topic(&admin, topic, partitions, replicas)
            .with_context(|| format!("creating topic {topic:?}"))?;
        let expected = usize::try_from(partitions)?;
        wait_until("each partition has a leader", LIMIT, || {
            let metadata = admin.inner().fetch_metadata(Some(topic), LIMIT)?;
            let led = metadata
                .topics()
                .iter()
                .flat_map(|topic| topic.partitions())
                .filter(|partition| partition.leader() >= 0)
                .count();
            Ok((led == expected).then_some(()))
        })?;
        // A leader that has not heard of it refuses the first records and may take the ones after them, on which the
        // client takes all for stored: it accepts any sequence number of a producer that it does not know.
        wait_until("each leader knows", LIMIT, || {
            let answers = |partition| admin.inner().fetch_watermarks(topic, partition, LEADER);
            Ok((0..partitions)
                .all(|partition| answers(partition).is_ok())
                .then_some(()))
        })
    }
}

/// Has a topic created, which may take until after the answer.
fn ask_for_topic(
    admin: &AdminClient<DefaultClientContext>,
    topic: &str,
    partitions: i32,
    replicas: i32,
) -> Result<()> {
    let new = NewTopic::new(topic, partitions, TopicReplication::Fixed(replicas));
    let options = AdminOptions::new()
        .operation_timeout(Some(LIMIT))
        .request_timeout(Some(LIMIT));
    let mut may_exist = false;
    wait_until("a broker answers", LIMIT, || {
        let answer = block_on(async { Ok(admin.create_topics([&new], &options).await) })?;
        // A broker that the controller does not hear from for a moment, on a busy machine, is not in Metadata. librdkafka
        // then gives up what it asked that broker for, which may have been done.
        if let Err(KafkaError::AdminOp(RDKafkaErrorCode::DestroyBroker)) = answer {
            may_exist = true;
            return Ok(None);
        }
        for result in answer? {
            match result {
                // A busy controller may still be at it: the leaders tell.
                Ok(_) | Err((_, RDKafkaErrorCode::RequestTimedOut)) => {}
                Err((_, RDKafkaErrorCode::TopicAlreadyExists)) if may_exist => {}
                Err((_, error)) => bail!(error),
            }
        }
        Ok(Some(()))
    })
}

impl Client for Librdkafka {
    fn produce(&self, topic: &str, records: &[Record]) -> Result<()> {
        let producer: BaseProducer<Deliveries> =
            self.config().create_with_context(Deliveries::default())?;
        for record in records {
            send(&producer, topic, record)?;
        }
        producer
            .flush(LIMIT)
            .context("waiting for acknowledgements")?;
        producer.context().all_acknowledged(records.len())
    }

    fn consume(&self, topic: &str, count: usize) -> Result<Vec<Received>> {
        let mut config = self.config();
        if config.get("group.id").is_none() {
            config.set("group.id", new_group());
        }
        let consumer: BaseConsumer = config.create()?;
        consumer.subscribe(&[topic])?;
        let deadline = Instant::now() + LIMIT;
        let mut received = Vec::with_capacity(count);
        while received.len() < count {
            ensure!(
                Instant::now() < deadline,
                "{} of {count} records arrived within {LIMIT:?}",
                received.len()
            );
            match consumer.poll(POLL) {
                None => {}
                Some(Ok(message)) => received.push(received_from(&message)),
                // The client goes on by itself after these: a broker is down, a topic is not known yet.
                Some(Err(KafkaError::MessageConsumption(
                    RDKafkaErrorCode::BrokerTransportFailure
                    | RDKafkaErrorCode::AllBrokersDown
                    | RDKafkaErrorCode::OperationTimedOut
                    | RDKafkaErrorCode::UnknownTopicOrPartition,
                ))) => {}
                Some(Err(error)) => return Err(error).context("consuming"),
            }
        }
        Ok(received)
    }
}

/// What became of the records of a producer.
#[derive(Debug, Default)]
struct Deliveries {
    acknowledged: AtomicUsize,
    refused: Mutex<Vec<KafkaError>>,
}

impl Deliveries {
    fn all_acknowledged(&self, sent: usize) -> Result<()> {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        let acknowledged = self.acknowledged.load(Ordering::Relaxed);
        ensure!(
            acknowledged == sent,
            "{acknowledged} of {sent} records were acknowledged, {} refused, the first with {:?}",
            refused.len(),
            refused.first()
        );
        Ok(())
    }
}

impl ClientContext for Deliveries {}

impl ProducerContext for Deliveries {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        match result {
            Ok(_) => drop(self.acknowledged.fetch_add(1, Ordering::Relaxed)),
            Err((error, _)) => {
                self.refused
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(error.clone());
            }
        }
    }
}

/// Queues one record; waits while the queue is full.
fn send(producer: &BaseProducer<Deliveries>, topic: &str, record: &Record) -> Result<()> {
    let headers = record
        .headers
        .iter()
        .fold(OwnedHeaders::new(), |headers, (key, value)| {
            let value = value.as_ref();
            headers.insert(Header { key, value })
        });
    let (key, value) = (&record.key, &record.value);
    let mut record = BaseRecord::<Vec<u8>, Vec<u8>>::to(topic).headers(headers);
    record.key = key.as_ref();
    record.payload = value.as_ref();
    loop {
        match producer.send(record) {
            Ok(()) => return Ok(()),
            Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), refused)) => {
                record = refused;
                producer.poll(POLL);
            }
            Err((error, _)) => return Err(error).context("queueing a record"),
        }
    }
}

fn received_from(message: &BorrowedMessage<'_>) -> Received {
    let headers = message.headers().into_iter().flat_map(Headers::iter);
    Received {
        partition: message.partition(),
        offset: message.offset(),
        record: Record {
            key: message.key().map(<[u8]>::to_vec),
            value: message.payload().map(<[u8]>::to_vec),
            headers: headers
                .map(|header| (header.key.to_owned(), header.value.map(<[u8]>::to_vec)))
                .collect(),
        },
    }
}

/// A group nobody was in before.
pub(crate) fn new_group() -> String {
    static GROUPS: AtomicUsize = AtomicUsize::new(0);
    format!(
        "test-{}-{}",
        std::process::id(),
        GROUPS.fetch_add(1, Ordering::Relaxed)
    )
}
