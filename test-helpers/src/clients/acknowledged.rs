//! What do brokers say that they have of what a producer has sent?

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rdkafka::client::ClientContext;
use rdkafka::message::Message;
use rdkafka::producer::{DeliveryResult, ProducerContext};

/// Records by partition and offset, with their values.
pub type Stored = BTreeSet<(i32, i64, Vec<u8>)>;

/// What brokers said that they have: the context of a producer. What they refuse is left out.
#[derive(Debug, Default)]
pub struct Acknowledged(Mutex<Stored>);

impl Acknowledged {
    /// What it is by now.
    pub fn records(&self) -> MutexGuard<'_, Stored> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ClientContext for Acknowledged {}

impl ProducerContext for Acknowledged {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        if let Ok(message) = result {
            let value = message.payload().unwrap_or_default().to_vec();
            let record = (message.partition(), message.offset(), value);
            self.records().insert(record);
        }
    }
}
