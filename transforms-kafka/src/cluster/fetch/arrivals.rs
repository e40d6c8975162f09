//! What becomes of what brokers answer?

use super::answer::{Fetched, Status, elsewhere, nothing};
use super::client_session::MAX_SESSION_PARTITIONS;
use super::fetches::{Fetches, GRACE, Poll, SubFetch};
use super::preferred::{Named, ReadFrom};
use super::ready::Came;
use super::wanted::PartitionKey;
use kafka_protocol::messages::BrokerId;
use shotover::message::Message;
use shotover::wire::{ErrorCode, Malformed};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;

/// The shortest time for which a broker is asked again within one fetch.
const LEAST_WAIT: Duration = Duration::from_millis(20);

impl Fetches {
    /// Takes in what a broker answered to a part, and what that says of where to read.
    pub(crate) fn arrived(
        &mut self,
        id: u64,
        (answer, named): (&Message, &BTreeMap<PartitionKey, ReadFrom>),
        now: Instant,
    ) -> Result<(), Malformed> {
        self.has_news = true;
        let Some(mut sent) = self.take(id) else {
            return Ok(());
        };
        let fetched = Fetched::read(answer, sent.broker)?;
        self.throttle_time_ms = self.throttle_time_ms.max(fetched.throttle_time_ms);
        let (broker, error) = (sent.broker, fetched.error);
        if error.is_error() {
            self.sessions.answered(broker, sent.session, Err(error));
            match is_of_session(error) {
                // All is asked for again.
                true if sent.session.is_incremental() => {}
                true => self.fill(sent, ErrorCode::UNKNOWN_SERVER_ERROR, now),
                false => self.fill(sent, error, now),
            }
            return Ok(());
        }
        let answered = Ok(fetched.session_id);
        self.sessions.answered(broker, sent.session, answered);
        if answer.api_version() != self.version {
            return Ok(());
        }
        let keeps_empty = !self.asks_again(now) && !self.queue.is_empty();
        for mut element in fetched.elements {
            let partition = element.partition.clone();
            let Some(offset) = sent.offsets.remove(&partition) else {
                continue;
            };
            if element.error.is_error() && sent.as_replica.contains(&partition) {
                // What is wrong with the partition is for its leader to say.
                self.preferred.avoid(&partition, now);
                continue;
            }
            if !element.error.is_error() {
                self.learn(&partition, element.status);
            }
            let is_empty = element.records == 0 && !element.is_exception();
            let is_wanted = match named.get(&partition) {
                Some(ReadFrom::Replica(replica)) if is_empty => {
                    let named = (*replica, broker);
                    self.preferred.named(&partition, named, now) == Named::Ignored
                }
                Some(ReadFrom::Through { proxy, replica }) if is_empty => {
                    self.preferred.told(&partition, (*replica, broker), now);
                    let said = (element.status, *proxy);
                    element = elsewhere(self.version, &partition, said);
                    true
                }
                Some(_) | None => !is_empty || keeps_empty,
            };
            if is_wanted {
                self.ready.put(partition, offset, Came::Element(element));
            }
        }
        if keeps_empty {
            for (partition, offset) in sent.offsets {
                self.ready.put(partition, offset, Came::Nothing);
            }
        }
        if answer.missing() > 0
            && let Some((wanted, _)) = self.queue.front().and_then(Poll::opened)
        {
            // What the client has ceased to want would keep the broker from answering what it wants now.
            self.ready.keep_only(&wanted.partitions);
        }
        Ok(())
    }

    /// Whether something has come of which this broker has the rest, and the client may be given it.
    pub(crate) fn wants_rest_of(&self, broker: BrokerId) -> bool {
        self.ready.has_rest_of(broker)
    }

    /// The connection to a broker is gone, and with it the rest of what it was in the middle of.
    pub(crate) fn rest_lost(&mut self, broker: BrokerId) {
        self.ready.drop_rest_of(broker);
    }

    /// Takes note that a part will not be answered.
    pub(crate) fn failed(&mut self, id: u64, error: ErrorCode, now: Instant) {
        if let Some(sent) = self.take(id) {
            self.sessions.lost(sent.broker);
            self.fill(sent, error, now);
        }
    }

    fn fill(&mut self, sent: SubFetch, error: ErrorCode, now: Instant) {
        let Some(version) = self.queue.front().map(|poll| poll.wanted.version()) else {
            return;
        };
        for (partition, offset) in sent.offsets {
            if sent.as_replica.contains(&partition) {
                self.preferred.avoid(&partition, now);
                self.has_news = true;
            } else {
                let element = nothing(version, &partition, (error, Status::UNKNOWN));
                self.has_news |= self.ready.put(partition, offset, Came::Element(element));
            }
        }
    }

    /// A broker said this of a partition: the client is told it until there is more to say.
    fn learn(&mut self, partition: &PartitionKey, status: Status) {
        match &mut self.sessions.client {
            Some(client) => client.learn(partition, status),
            None => {
                let has_room = self.known.len() < MAX_SESSION_PARTITIONS && partition.is_small();
                if has_room || self.known.contains_key(partition) {
                    self.known.insert(partition.clone(), status);
                }
            }
        }
    }

    fn take(&mut self, id: u64) -> Option<SubFetch> {
        let place = self.on_their_way.iter().position(|sent| sent.id == id)?;
        Some(self.on_their_way.swap_remove(place))
    }

    /// Whether so much of the client's time is left that a broker without records is asked again: what it was asked
    /// before may have been for an earlier fetch. Not of a client that waits for no records.
    fn asks_again(&self, now: Instant) -> bool {
        let Some((wanted, open)) = self.queue.front().and_then(Poll::opened) else {
            return false;
        };
        let left = open.ends.saturating_duration_since(now);
        wanted.min_bytes > 0 && left > (wanted.max_wait / GRACE).max(LEAST_WAIT)
    }
}

/// Whether it is the session that is wrong, and not what is asked for.
fn is_of_session(error: ErrorCode) -> bool {
    matches!(
        error,
        ErrorCode::FETCH_SESSION_ID_NOT_FOUND
            | ErrorCode::INVALID_FETCH_SESSION_EPOCH
            | ErrorCode::FETCH_SESSION_TOPIC_ID_ERROR
    )
}
