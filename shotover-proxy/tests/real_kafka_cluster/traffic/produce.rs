//! How does a producer go on until it is told to end?

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use test_helpers::clients::Librdkafka;
use test_helpers::rdkafka::client::ClientContext;
use test_helpers::rdkafka::config::RDKafkaLogLevel;
use test_helpers::rdkafka::message::Message;
use test_helpers::rdkafka::producer::{
    BaseRecord, DeliveryResult, Producer, ProducerContext, ThreadedProducer,
};

use super::progress::{PARTITIONS, Progress};

/// How often each partition is sent a record. Brokers and proxies of a test share few cores with those of another one.
const PACE: Duration = Duration::from_millis(20);
/// Longest time from the end until all is acknowledged.
const FLUSHED: Duration = Duration::from_secs(60);

/// Gives the records of each partition the numbers from 0 as their values. Every one of them must be acknowledged.
pub(crate) fn produce(client: &Librdkafka, topic: &str, progress: &Arc<Progress>) -> Result<()> {
    let mut config = client
        .clone()
        .set("enable.idempotence", "true")
        .set("message.timeout.ms", "120000")
        // What it does about sequences and epochs, without which nobody can tell why a record is there twice.
        .set("debug", "eos")
        .config();
    let noting = Noting(Arc::clone(progress));
    config.set_log_level(RDKafkaLogLevel::Debug);
    let producer: ThreadedProducer<Noting> = config.create_with_context(noting)?;
    while !progress.has_ended() {
        for partition in 0..PARTITIONS {
            let number = progress.of(partition).sent.fetch_add(1, Ordering::AcqRel);
            let value = number.to_string();
            let record = BaseRecord::<(), str>::to(topic).partition(partition);
            let queued = producer.send(record.payload(&value));
            queued.map_err(|(error, _)| anyhow!("queueing a record: {error}"))?;
        }
        if let Some((count, first)) = progress.refused() {
            return Err(anyhow!("{count} records were refused, the first: {first}"));
        }
        std::thread::sleep(PACE);
    }
    producer
        .flush(FLUSHED)
        .context("waiting for acknowledgements")?;
    let refused = progress.refused();
    ensure!(refused.is_none(), "records were refused: {refused:?}");
    Ok(())
}

/// Notes acknowledgements.
struct Noting(Arc<Progress>);

impl ClientContext for Noting {
    fn log(&self, _: RDKafkaLogLevel, _: &str, message: &str) {
        self.0.say(message);
    }
}

impl ProducerContext for Noting {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        match result {
            Ok(message) => {
                let partition = self.0.of(message.partition());
                partition.acknowledged.fetch_add(1, Ordering::AcqRel);
            }
            Err((error, message)) => {
                let partition = message.partition();
                self.0.refuse(format!("partition {partition}: {error}"));
            }
        }
    }
}
