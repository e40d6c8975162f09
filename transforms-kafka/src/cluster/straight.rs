//! Can a request go straight to its broker?
//!
//! Most of what producers send is for one partition, whose leader is known, and mostly the same partition as before. Of
//! such a request nothing has to be planned, and where the one before it went, and what was kept of that, does for the next.

use super::api;
use super::sink::KafkaSinkCluster;
use super::upstream::Sent;
use super::view::Leadership;
use kafka_protocol::messages::BrokerId;
use shotover::message::Message;
use shotover::transforms::TransformError;
use shotover::wire::ApiKey;
use shotover::wire::produce::{Batch, last_records, only};

/// What a kept request with records for one partition ends with behind its number: no records, and no tagged fields.
const NOTHING: [u8; 4] = [0; 4];

/// The last request that went straight to its broker.
#[derive(Debug)]
pub(super) struct Straight {
    broker: BrokerId,
    /// The state of the view that said so.
    generation: u64,
    /// What was kept of it.
    kept: Message,
}

impl Straight {
    /// What is to be kept of a request that differs from this one in its records alone.
    fn kept_of(&self, version: i16, body: &[u8]) -> Option<(&Message, Option<Batch>)> {
        let up_to_records = self.kept.body_in_place()?.strip_suffix(&NOTHING)?;
        let records = last_records(body.strip_prefix(up_to_records)?)?;
        let is_alike = self.kept.api_version() == version;
        is_alike.then(|| (&self.kept, records.and_then(Batch::of)))
    }
}

impl KafkaSinkCluster {
    /// Sends a request on its way about which nothing has to be decided, and gives others back.
    pub(super) fn send_straight(
        &mut self,
        request: Message,
    ) -> Result<Option<Message>, TransformError> {
        if request.api_key() != ApiKey::Produce
            || self.view_moved
            || !self.gaps.is_empty()
            || self.must_authenticate()
        {
            return Ok(Some(request));
        }
        match self.straight(&request) {
            Some((broker, kept, batch)) => {
                let sent = Sent {
                    request: kept,
                    batch,
                    failed: 0,
                };
                let sent = request.expects_response().then_some(sent);
                self.send_keeping(broker, request, sent).map(|()| None)
            }
            None => Ok(Some(request)),
        }
    }

    /// Where a request goes that has records for one partition, what is kept of it, and the numbers of its records.
    fn straight(&mut self, request: &Message) -> Option<(BrokerId, Message, Option<Batch>)> {
        let body = request.body_in_place()?;
        let (reference, version) = (request.request_ref(), request.api_version());
        let generation = self.known.generation();
        if let Some(last) = &self.last_straight
            && last.generation == generation
            && let Some((kept, batch)) = last.kept_of(version, body)
        {
            return Some((last.broker, kept.for_request(reference), batch));
        }
        let only = only(version, body)?;
        let view = self.known.view();
        let Leadership::Led(leader) = view.leader(only.topic, only.index) else {
            return None;
        };
        let broker = view.node(leader.broker)?.broker_id;
        let kept = api::for_error_of(request, body, &only);
        self.last_straight = Some(Straight {
            broker,
            generation,
            kept: kept.clone(),
        });
        Some((broker, kept, only.batch(body)))
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
            kept: api::for_error(earlier),
        };
        let body = later.body_bytes().unwrap();
        let kept = straight.kept_of(later.api_version(), &body);
        kept.is_some_and(|(kept, _)| {
            let kept = kept.for_request(later.request_ref());
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
            kept: api::for_error(&before),
        };
        for length in 0..body.len() {
            assert!(straight.kept_of(12, &body[..length]).is_none());
        }
        let longer = Bytes::from([&body[..], &[0]].concat());
        assert!(straight.kept_of(12, &longer).is_none());
        assert!(straight.kept_of(12, &body).is_some());
        assert!(straight.kept_of(11, &body).is_none());
    }
}
