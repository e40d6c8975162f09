//! How do many records get through the proxy and back, and were they all there, in order?

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use rdkafka::client::ClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::Message;
use rdkafka::producer::{BaseProducer, BaseRecord, DeliveryResult, Producer, ProducerContext};
use rdkafka::types::RDKafkaErrorCode;
use test_helpers::clients::Librdkafka;
use test_helpers::rdkafka;
use tokio::time::Instant;

use crate::show::Progress;

/// Different keys; records of one key stay in one partition.
const KEYS: usize = 1_000;
/// The length of a record's value.
const VALUE: usize = 100;
/// How long one call into the client may block.
const POLL: Duration = Duration::from_millis(100);
/// Without a record for this long, something is broken.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often progress is shown.
const SHOWN: Duration = Duration::from_millis(100);

/// Records on their way.
pub(crate) struct Traffic {
    client: Librdkafka,
    topic: String,
    total: usize,
    acknowledged: AtomicUsize,
    consumed: AtomicUsize,
    /// What went wrong first.
    failure: OnceLock<String>,
}

/// How long each half took.
pub(crate) struct Times {
    pub(crate) produced: Duration,
    pub(crate) consumed: Duration,
}

impl Traffic {
    /// `total` records to `topic` of the cluster at `address`.
    pub(crate) fn new(address: &str, topic: &str, total: usize) -> Self {
        let client = Librdkafka::new(address)
            .set("client.id", "quickstart")
            .set("group.id", "quickstart")
            // Order holds even if the client has to send something twice.
            .set("enable.idempotence", "true");
        let [acknowledged, consumed] = [AtomicUsize::new(0), AtomicUsize::new(0)];
        Self {
            client,
            topic: topic.to_owned(),
            total,
            acknowledged,
            consumed,
            failure: OnceLock::new(),
        }
    }

    pub(crate) fn progress(&self) -> Progress {
        let [acknowledged, consumed] =
            [&self.acknowledged, &self.consumed].map(|count| count.load(Ordering::Relaxed));
        Progress {
            acknowledged,
            consumed,
            total: self.total,
        }
    }

    /// Produces and consumes at once; `show` is called with the progress until both are done.
    pub(crate) fn run(&self, mut show: impl FnMut(Progress)) -> Result<Times> {
        thread::scope(|scope| {
            let halves = [
                scope.spawn(|| self.noting_failure(self.produce())),
                scope.spawn(|| self.noting_failure(self.consume())),
            ];
            while halves.iter().any(|half| !half.is_finished()) {
                show(self.progress());
                thread::sleep(SHOWN);
            }
            let [produced, consumed] = halves.map(|half| half.join().ok().flatten());
            match (produced, consumed, self.failure.get()) {
                (Some(produced), Some(consumed), _) => Ok(Times { produced, consumed }),
                (.., Some(failure)) => bail!("{failure}"),
                (.., None) => bail!("the panic is printed above"),
            }
        })
    }

    fn noting_failure(&self, time: Result<Duration>) -> Option<Duration> {
        let noted = time.map_err(|error| self.failure.set(format!("{error:#}")));
        noted.ok()
    }

    /// That the other half has not failed.
    fn go_on(&self) -> Result<()> {
        ensure!(self.failure.get().is_none(), "not worth going on");
        Ok(())
    }

    fn produce(&self) -> Result<Duration> {
        let start = Instant::now();
        let config = self.client.config();
        let producer: BaseProducer<Acknowledged<'_>> =
            config.create_with_context(Acknowledged(&self.acknowledged))?;
        for place in 0..self.total {
            let key = format!("key-{}", place % KEYS);
            let value = format!("{place:0VALUE$}");
            let mut record = BaseRecord::to(&self.topic).key(&key).payload(&value);
            while let Err((error, refused)) = producer.send(record) {
                ensure!(error == QUEUE_FULL, "producing: {error}");
                self.go_on()?;
                record = refused;
                producer.poll(POLL);
            }
            producer.poll(Duration::ZERO);
        }
        producer
            .flush(PATIENCE)
            .context("waiting for acknowledgements")?;
        let acknowledged = self.acknowledged.load(Ordering::Relaxed);
        ensure!(
            acknowledged == self.total,
            "{acknowledged} of {} records were acknowledged",
            self.total
        );
        Ok(start.elapsed())
    }

    fn consume(&self) -> Result<Duration> {
        let mut first_arrival = None;
        let consumer: BaseConsumer = self.client.create()?;
        consumer.subscribe(&[&self.topic])?;
        let mut order = Order::default();
        let mut last_arrival = Instant::now();
        while order.seen < self.total {
            match consumer.poll(POLL) {
                Some(message) => {
                    let message = message.context("consuming")?;
                    order.check(message.partition(), message.payload().unwrap_or_default())?;
                    self.consumed.store(order.seen, Ordering::Relaxed);
                    last_arrival = Instant::now();
                    first_arrival.get_or_insert(last_arrival);
                }
                None if last_arrival.elapsed() < PATIENCE => self.go_on()?,
                None => bail!(
                    "no record for {PATIENCE:?}, {} of {} had arrived",
                    order.seen,
                    self.total
                ),
            }
        }
        // The group takes its time to form before the first record.
        Ok(first_arrival
            .map(|first| last_arrival - first)
            .unwrap_or_default())
    }
}

const QUEUE_FULL: KafkaError = KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull);

/// Counts acknowledgements.
struct Acknowledged<'a>(&'a AtomicUsize);

impl ClientContext for Acknowledged<'_> {}

impl ProducerContext for Acknowledged<'_> {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        if result.is_ok() {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// What has arrived of a sequence that is spread over partitions by key.
///
/// Within a partition the numbers grow, so none of them can come twice, and as many as were sent are all of them.
#[derive(Default)]
struct Order {
    seen: usize,
    last: Vec<(i32, usize)>,
}

impl Order {
    fn check(&mut self, partition: i32, value: &[u8]) -> Result<()> {
        let place: usize = std::str::from_utf8(value)?
            .parse()
            .context("a record nobody sent")?;
        match self.last.iter_mut().find(|(known, _)| *known == partition) {
            None => self.last.push((partition, place)),
            Some((_, last)) => {
                ensure!(
                    *last < place,
                    "in partition {partition}, record {place} came after record {last}"
                );
                *last = place;
            }
        }
        self.seen += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_have_an_order_of_their_own() {
        let mut order = Order::default();
        for (partition, value) in [(0, "000"), (1, "001"), (0, "002"), (1, "005"), (0, "003")] {
            order.check(partition, value.as_bytes()).unwrap();
        }
        assert_eq!(order.seen, 5);
    }

    #[test]
    fn a_record_that_comes_late_or_twice_is_an_error() {
        for late in ["001", "002"] {
            let mut order = Order::default();
            order.check(0, b"002").unwrap();
            assert!(order.check(0, late.as_bytes()).is_err());
        }
    }
}
