//! Can a request go straight to its broker?
//!
//! Most of what producers send is for one partition, whose leader is known, and mostly the same partition as before. Of
//! such a request nothing has to be planned, and where the one before it went, and what was kept of that, does for the next.

use super::api;
use super::kept::{Kept, Numbers};
use super::sink::KafkaSinkCluster;
use super::upstream::Sent;
use super::view::Leadership;
use kafka_protocol::messages::BrokerId;
use shotover::message::Message;
use shotover::wire::ApiKey;
use shotover::wire::produce::{Batch, last_records, only};
use std::sync::Arc;

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
    fn batch_if_like(&self, version: i16, body: &[u8]) -> Option<Option<Batch>> {
        let up_to_records = self.kept.body_in_place()?.strip_suffix(&NOTHING)?;
        let records = last_records(body.strip_prefix(up_to_records)?)?;
        (self.kept.api_version() == version).then(|| records.and_then(Batch::of))
    }
}

impl KafkaSinkCluster {
    /// Whether a request goes where one that says the same went, as far as this client is concerned.
    #[inline]
    pub(super) fn may_go_as_before(&self, request: &Message) -> bool {
        request.api_key() == ApiKey::Produce
            && !self.view_moved
            && self.gaps.is_empty()
            && !self.must_authenticate()
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
                    && let Some(batch) = last.batch_if_like(request.api_version(), body) =>
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

    /// The same of a request for another partition than the last one, which it becomes.
    fn find_straight(
        &mut self,
        request: &Message,
        body: &[u8],
    ) -> Option<(&Straight, Option<Batch>)> {
        let only = only(request.api_version(), body)?;
        let view = self.known.view();
        let Leadership::Led(leader) = view.leader(only.topic, only.index) else {
            return None;
        };
        let straight = Straight {
            broker: view.node(leader.broker)?.broker_id,
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
        let batch = straight.batch_if_like(later.api_version(), &body);
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
            assert!(straight.batch_if_like(12, &body[..length]).is_none());
        }
        let longer = Bytes::from([&body[..], &[0]].concat());
        assert!(straight.batch_if_like(12, &longer).is_none());
        assert!(straight.batch_if_like(12, &body).is_some());
        assert!(straight.batch_if_like(11, &body).is_none());
    }
}
