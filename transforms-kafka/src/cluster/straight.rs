//! Can a request go straight to its broker?
//!
//! Most of what producers send is for one partition, whose leader is known, and mostly the same partition as before. Of
//! such a request nothing has to be planned, and where the one before it went, and what was kept of that, does for the next.

use super::advertise::Presentation;
use super::api::{self, Outage};
use super::dealt::Likeness;
use super::kept::{Kept, Numbers};
use super::purpose::Sent;
use super::sink::KafkaSinkCluster;
use super::view::Leadership;
use kafka_protocol::messages::BrokerId;
use shotover::message::Message;
use shotover::transforms::TransformError;
use shotover::wire::ApiKey;
use shotover::wire::produce::{Batch, Partition, last_records, only_begun};
use std::sync::Arc;
use thiserror::Error;

/// What a kept request with records for one partition ends with behind its number: no records, and no tagged fields.
const NOTHING: [u8; 4] = [0; 4];

/// The last request that went straight to its broker.
#[derive(Debug)]
pub(super) struct Straight {
    broker: BrokerId,
    /// The state of the view that said so.
    generation: u64,
    /// What was kept of it.
    kept: Arc<Message>,
}

impl Straight {
    /// The numbers of the records of a request that differs from this one in these alone. None if it differs in more.
    fn batch_if_like(&self, version: i16, body: &[u8], missing: usize) -> Option<Option<Batch>> {
        let up_to_records = self.kept.body_in_place()?.strip_suffix(&NOTHING)?;
        let records = last_records(body.strip_prefix(up_to_records)?, missing)?;
        (self.kept.api_version() == version).then(|| records.and_then(Batch::of))
    }
}

/// A request for several partitions that goes to one broker.
#[derive(Debug)]
struct Together {
    broker: BrokerId,
    /// What is kept of it, if it is answered.
    sent: Option<Sent>,
    says: Likeness,
}

/// A request is said to be passed on while it arrives, and is not what the source asked about.
#[derive(Debug, Error)]
#[error("a request of which bytes are missing says more than records for one partition")]
struct NotOpen;

impl KafkaSinkCluster {
    /// Whether a request goes where one that says the same went, as far as this client is concerned.
    #[inline]
    pub(super) fn may_go_as_before(&self, request: &Message) -> bool {
        request.api_key() == ApiKey::Produce && self.may_produce_as_before()
    }

    #[inline]
    fn may_produce_as_before(&self) -> bool {
        !self.view_moved && self.gaps.is_empty() && !self.must_authenticate()
    }

    /// Sends a request for several partitions of which nothing has to be decided but who leads them. Gives others back.
    pub(super) fn send_together(
        &mut self,
        request: Message,
    ) -> Result<Option<Message>, TransformError> {
        let Some(request) = self.deal_again(request)? else {
            return Ok(None);
        };
        let Some(Together { broker, sent, says }) = self.straight_together(&request) else {
            return Ok(Some(request));
        };
        self.remember_whole(&request, broker, says);
        self.send_keeping(broker, request, sent)?;
        Ok(None)
    }

    /// Whether a request with records for this partition would go straight to its broker, and may come while it arrives.
    pub(super) fn would_go_straight(&mut self, partition: &Partition<'_>) -> bool {
        self.settle();
        let view = self.known.view();
        self.parked.is_empty()
            && self.failure.is_none()
            && !self.cluster.view.is_newer_than(&self.known)
            && self.may_produce_as_before()
            && matches!(
                view.leader(partition.topic, partition.index),
                Leadership::Led(leader) if view.node_up(leader.broker).is_some()
            )
    }

    /// Sends a request that is passed on while it arrives. Nothing can be kept of it to be sent later.
    pub(super) fn take_open(&mut self, request: Message) -> Result<(), TransformError> {
        self.settle();
        let straight = match self.parked.is_empty() {
            true => self.straight(&request),
            false => None,
        };
        if let Some((broker, sent)) = straight {
            self.open_request_to = Some(broker);
            return self.send_keeping(broker, request, sent);
        }
        // What was so when the source asked is not any more.
        let body = request.body_in_place().unwrap_or_default();
        let only = only_begun(request.api_version(), body, request.missing());
        let only = only.ok_or_else(|| TransformError::proxy(NotOpen))?;
        let kept = api::for_error_of(&request, body, &only);
        self.fail(
            &api::numbered(kept, &[only.batch(body)]),
            (None, Outage::RouteUnknown),
        )
    }

    /// Where a request goes about which nothing has to be decided, and what is kept of it if it is answered.
    #[inline]
    pub(super) fn straight(&mut self, request: &Message) -> Option<(BrokerId, Option<Sent>)> {
        if !self.may_go_as_before(request) {
            return None;
        }
        let body = request.body_in_place()?;
        let generation = self.known.generation();
        let (last, batch) = match &self.last_straight {
            Some(last)
                if last.generation == generation
                    && let Some(batch) =
                        last.batch_if_like(request.api_version(), body, request.missing()) =>
            {
                (last, batch)
            }
            _ => self.find_straight(request, body)?,
        };
        let sent = request.expects_response().then(|| Sent {
            request: Kept::Shared(
                Arc::clone(&last.kept),
                request.request_ref(),
                Numbers::Of(batch),
            ),
            failed: 0,
        });
        Some((last.broker, sent))
    }

    /// The same of a request for several partitions, where nothing has to be decided about any of them, and all go to one
    /// broker. To a client that sees the brokers it is the one that leads the first of them.
    fn straight_together(&self, request: &Message) -> Option<Together> {
        if !self.may_go_as_before(request) {
            return None;
        }
        let may_be_apart = self.cluster.presentation == Presentation::Proxies;
        let view = self.known.view();
        let (mut broker, mut says, mut topic) = (None, Likeness::default(), None);
        let kept = api::for_error_if(request, request.body_in_place()?, |partition| {
            says.add(partition);
            if broker.is_some() && !may_be_apart {
                return true;
            }
            let topic = match topic {
                Some((position, known)) if position == partition.topic_position => known,
                _ => {
                    let known = view.topic(partition.topic);
                    topic = Some((partition.topic_position, known));
                    known
                }
            };
            match topic.map(|topic| topic.leader(partition.index)) {
                Some(Leadership::Led(leader)) => {
                    *broker.get_or_insert(leader.broker) == leader.broker
                }
                Some(Leadership::Leaderless | Leadership::Unknown) | None => false,
            }
        })?;
        let sent = request.expects_response().then(|| Sent {
            request: Kept::own(kept),
            failed: 0,
        });
        Some(Together {
            broker: view.node_up(broker?)?.broker_id,
            sent,
            says,
        })
    }

    /// The same of a request for another partition than the last one, which it becomes.
    fn find_straight(
        &mut self,
        request: &Message,
        body: &[u8],
    ) -> Option<(&Straight, Option<Batch>)> {
        let only = only_begun(request.api_version(), body, request.missing())?;
        let view = self.known.view();
        let Leadership::Led(leader) = view.leader(only.topic, only.index) else {
            return None;
        };
        let straight = Straight {
            broker: view.node_up(leader.broker)?.broker_id,
            generation: self.known.generation(),
            kept: Arc::new(api::for_error_of(request, body, &only)),
        };
        let last = self.last_straight.insert(straight);
        Some((last, only.batch(body)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::tests::stage::{long_produce, produce, produce_all, produce_to};
    use bytes::Bytes;

    fn is_kept_of(earlier: &Message, later: &Message) -> bool {
        let straight = Straight {
            broker: BrokerId(1),
            generation: 0,
            kept: Arc::new(api::for_error(earlier)),
        };
        let body = later.body_bytes().unwrap();
        let batch = straight.batch_if_like(later.api_version(), &body, later.missing());
        batch.is_some_and(|batch| {
            let kept = Kept::Shared(straight.kept, later.request_ref(), Numbers::Of(batch));
            let kept = kept.into_message();
            let expected = api::for_error(later);
            assert_eq!(kept.body_in_place(), expected.body_in_place());
            assert_eq!(kept.request_ref(), later.request_ref());
            true
        })
    }

    #[test]
    fn a_request_is_like_one_for_the_same_partition_whatever_its_records_are() {
        assert!(is_kept_of(&produce(0, -1), &produce(0, -1)));
        for bytes in [0, 1, 126, 127, 128, 100_000] {
            assert!(is_kept_of(&produce_to("t", 0, -1), &long_produce(bytes)));
        }
    }

    #[test]
    fn a_request_is_not_like_one_that_says_something_else() {
        let before = produce(0, -1);
        let others = [
            produce(1, -1),
            produce(0, 1),
            produce_to("u", 0, -1),
            produce_to("tt", 0, -1),
            produce_all(&[0, 1], -1),
            produce_all(&[], -1),
        ];
        for other in others {
            assert!(!is_kept_of(&before, &other), "{other:?}");
        }
    }

    #[test]
    fn a_request_that_is_cut_off_anywhere_is_like_none() {
        let before = produce(0, -1);
        let body = before.body_bytes().unwrap();
        let straight = Straight {
            broker: BrokerId(1),
            generation: 0,
            kept: Arc::new(api::for_error(&before)),
        };
        for length in 0..body.len() {
            assert!(straight.batch_if_like(12, &body[..length], 0).is_none());
        }
        let longer = Bytes::from([&body[..], &[0]].concat());
        assert!(straight.batch_if_like(12, &longer, 0).is_none());
        assert!(straight.batch_if_like(12, &body, 0).is_some());
        assert!(straight.batch_if_like(11, &body, 0).is_none());
    }
}
