//! Which requests went to several brokers, and what came back of them?

use super::api::{self, MergeError, Outage, error_for, outage_answer};
use super::by_id::ById;
use super::kept::Kept;
use kafka_protocol::messages::BrokerId;
use shotover::message::{Message, MessageId};
use shotover::wire::ErrorCode;

/// Requests whose answers come in parts.
#[derive(Debug, Default)]
pub(super) struct Gathers(ById<MessageId, Gather>);

#[derive(Debug)]
struct Gather {
    /// What was kept of the request.
    request: Kept,
    missing: usize,
    parts: Parts,
}

#[derive(Debug)]
enum Parts {
    /// Every broker got the request.
    OfAll(Vec<api::Part>),
    /// It was taken apart. None where a part has no answer that says what happened.
    OfShares(Vec<Option<Message>>),
}

/// What came of a part.
#[derive(Debug)]
pub(super) enum Outcome {
    Answer(BrokerId, Message),
    /// There is none to this request, of which so much was kept.
    None(Message, Outage),
}

impl Gathers {
    /// Waits for the answers of so many brokers to `request`.
    pub(super) fn expect_of_all(&mut self, request: Kept, brokers: usize) {
        self.expect(request, brokers, Parts::OfAll(Vec::with_capacity(brokers)));
    }

    /// Waits for the answers to so many parts of `request`.
    pub(super) fn expect_of_shares(&mut self, request: Kept, shares: usize) {
        self.expect(request, shares, Parts::OfShares(Vec::with_capacity(shares)));
    }

    fn expect(&mut self, request: Kept, missing: usize, parts: Parts) {
        let gather = Gather {
            request,
            missing,
            parts,
        };
        self.0.insert(gather.request.id(), gather);
    }

    /// Takes a part. Returns the answer when this was the last; there is none if it cannot be said what happened.
    ///
    /// # Errors
    /// When the parts cannot be made into one.
    pub(super) fn add(
        &mut self,
        id: MessageId,
        outcome: Outcome,
    ) -> Result<Option<Option<Message>>, MergeError> {
        let Some(gather) = self.0.get_mut(&id) else {
            return Ok(None);
        };
        let outcome = match outcome {
            // The others may be long in coming.
            Outcome::Answer(broker, answer) if gather.missing > 1 => {
                Outcome::Answer(broker, answer.to_rest())
            }
            other @ (Outcome::Answer(..) | Outcome::None(..)) => other,
        };
        match (&mut gather.parts, outcome) {
            (Parts::OfAll(parts), Outcome::Answer(broker, answer)) => {
                parts.push(api::Part::Answer(broker, answer));
            }
            (Parts::OfAll(parts), Outcome::None(request, outage)) => {
                let error = error_for(&request, outage).unwrap_or(ErrorCode::REQUEST_TIMED_OUT);
                parts.push(api::Part::Error(error));
            }
            (Parts::OfShares(parts), Outcome::Answer(_, answer)) => parts.push(Some(answer)),
            (Parts::OfShares(parts), Outcome::None(request, outage)) => {
                parts.push(outage_answer(&request, outage));
            }
        }
        gather.missing = gather.missing.saturating_sub(1);
        if gather.missing > 0 {
            return Ok(None);
        }
        let Some(Gather { request, parts, .. }) = self.0.remove(&id) else {
            return Ok(None);
        };
        let request = request.into_message();
        Ok(Some(match parts {
            Parts::OfAll(parts) => Some(api::merge(&request, parts)?),
            Parts::OfShares(parts) => match parts.into_iter().collect::<Option<Vec<Message>>>() {
                Some(parts) => Some(api::merge_parts(&request, parts)?),
                None => None,
            },
        }))
    }
}
