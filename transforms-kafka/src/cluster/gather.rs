//! Which requests went to several brokers, and what came back of them?

use super::api::{self, Draft, MergeError, Outage, Outline, error_for, outage_answer};
use super::by_id::ById;
use super::kept::Kept;
use kafka_protocol::messages::BrokerId;
use shotover::message::{Message, MessageId};
use shotover::wire::ErrorCode;
use std::sync::Arc;

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
    /// It was taken apart.
    OfShares {
        /// With the answers to parts of which all went well.
        draft: Option<Draft>,
        /// None where a part has no answer that says what happened.
        others: Vec<Option<Message>>,
    },
}

/// What became of an answer that may have a place in a draft.
#[derive(Debug)]
pub(super) enum Taken {
    /// It has none.
    No,
    /// Others are to come.
    Part,
    /// It was the last one: this is the answer to the request.
    Last(Message),
}

/// What came of a part.
#[derive(Debug)]
pub(super) enum Outcome {
    /// Of this broker, about the part of this number.
    Answer((BrokerId, usize), Message),
    /// There is none to this request, of which so much was kept.
    None(Message, Outage),
}

impl Gathers {
    /// Waits for the answers of so many brokers to `request`.
    pub(super) fn expect_of_all(&mut self, request: Kept, brokers: usize) {
        self.expect(request, brokers, Parts::OfAll(Vec::with_capacity(brokers)));
    }

    /// Waits for the answers to so many parts of `request`, for which there may be an outline.
    pub(super) fn expect_of_shares(
        &mut self,
        request: Kept,
        shares: usize,
        outline: Option<&Arc<Outline>>,
    ) {
        let draft = outline.map(|outline| Draft::of(Arc::clone(outline)));
        let others = Vec::with_capacity(if draft.is_some() { 0 } else { shares });
        self.expect(request, shares, Parts::OfShares { draft, others });
    }

    fn expect(&mut self, request: Kept, missing: usize, parts: Parts) {
        let gather = Gather {
            request,
            missing,
            parts,
        };
        self.0.insert(gather.request.request_ref().id, gather);
    }

    /// Takes the answer to the part of this number if it says that all of it went well. If it is the last one, so must the
    /// others have said.
    #[inline]
    pub(super) fn take(&mut self, (id, part): (MessageId, usize), answer: &Message) -> Taken {
        let Some(gather) = self.0.get_mut(&id) else {
            return Taken::No;
        };
        let Parts::OfShares {
            draft: Some(draft),
            others,
        } = &mut gather.parts
        else {
            return Taken::No;
        };
        let is_last = gather.missing <= 1;
        if is_last && !others.is_empty() || !draft.take(part, answer) {
            return Taken::No;
        }
        if !is_last {
            gather.missing -= 1;
            return Taken::Part;
        }
        match draft.finish(gather.request.request_ref()) {
            Ok(answer) => {
                self.0.remove(&id);
                Taken::Last(answer)
            }
            // Not taken, it is found to be too long as any other is.
            Err(_) => Taken::No,
        }
    }

    /// Takes what came of a part. Returns the answer when this was the last; there is none if it cannot be said what
    /// happened.
    ///
    /// # Errors
    /// When the parts cannot be made into one.
    pub(super) fn add(
        &mut self,
        id: MessageId,
        outcome: Outcome,
    ) -> Result<Option<Option<Message>>, MergeError> {
        if let Outcome::Answer((_, part), answer) = &outcome {
            match self.take((id, *part), answer) {
                Taken::No => {}
                Taken::Part => return Ok(None),
                Taken::Last(answer) => return Ok(Some(Some(answer))),
            }
        }
        let Some(gather) = self.0.get_mut(&id) else {
            return Ok(None);
        };
        gather.add(outcome);
        if gather.missing > 0 {
            return Ok(None);
        }
        let Some(Gather { request, parts, .. }) = self.0.remove(&id) else {
            return Ok(None);
        };
        let request = request.into_message();
        Ok(Some(match parts {
            Parts::OfAll(parts) => Some(api::merge(&request, parts)?),
            Parts::OfShares { draft, others } => {
                let Some(mut answers) = others.into_iter().collect::<Option<Vec<_>>>() else {
                    return Ok(Some(None));
                };
                if let Some(draft) = draft {
                    answers.extend(draft.so_far(request.request_ref())?);
                }
                Some(api::merge_parts(&request, answers)?)
            }
        }))
    }
}

impl Gather {
    /// Takes what came of a part and has no place in a draft.
    fn add(&mut self, outcome: Outcome) {
        let outcome = match outcome {
            // The others may be long in coming.
            Outcome::Answer(of, answer) if self.missing > 1 => {
                Outcome::Answer(of, answer.to_rest())
            }
            other @ (Outcome::Answer(..) | Outcome::None(..)) => other,
        };
        match (&mut self.parts, outcome) {
            (Parts::OfAll(parts), Outcome::Answer((broker, _), answer)) => {
                parts.push(api::Part::Answer(broker, answer));
            }
            (Parts::OfAll(parts), Outcome::None(request, outage)) => {
                let error = error_for(&request, outage).unwrap_or(ErrorCode::REQUEST_TIMED_OUT);
                parts.push(api::Part::Error(error));
            }
            (Parts::OfShares { others, .. }, Outcome::Answer(_, answer)) => {
                others.push(Some(answer));
            }
            (Parts::OfShares { others, .. }, Outcome::None(request, outage)) => {
                others.push(outage_answer(&request, outage));
            }
        }
        self.missing = self.missing.saturating_sub(1);
    }
}
