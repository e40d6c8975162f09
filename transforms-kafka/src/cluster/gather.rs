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
            // A draft is not longer than a frame: what is outlined is shorter than its request, or short.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::api::tests::parted::{as_it_comes, parts_by};
    use crate::cluster::api::{Place, SubRequest};
    use crate::cluster::tests::stage::produce_all;
    use bytes::Bytes;
    use kafka_protocol::messages::produce_response::{
        PartitionProduceResponse, TopicProduceResponse,
    };
    use kafka_protocol::messages::{ProduceResponse, ResponseKind};
    use kafka_protocol::protocol::StrBytes;

    /// What comes of a part.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Comes {
        Plain,
        Error,
        Outage,
    }

    const ANY: [Comes; 3] = [Comes::Plain, Comes::Error, Comes::Outage];

    const ORDERS: [[usize; 3]; 6] = [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ];

    fn answer(part: &SubRequest, error: i16) -> Message {
        let Place::Broker(broker) = part.place else {
            panic!("{:?}", part.place);
        };
        let partition = PartitionProduceResponse::default()
            .with_index(broker.0)
            .with_error_code(error)
            .with_base_offset(7);
        let topic = TopicProduceResponse::default()
            .with_name(StrBytes::from_static_str("t").into())
            .with_partition_responses(vec![partition]);
        let body = ProduceResponse::default()
            .with_throttle_time_ms(broker.0)
            .with_responses(vec![topic]);
        as_it_comes(part.request.respond(&ResponseKind::Produce(body)).unwrap())
    }

    fn outcome(number: usize, part: &SubRequest, comes: Comes) -> Outcome {
        let of = (BrokerId(0), number);
        match comes {
            Comes::Plain => Outcome::Answer(of, answer(part, 0)),
            Comes::Error => Outcome::Answer(of, answer(part, 29)),
            Comes::Outage => Outcome::None(part.kept.clone(), Outage::NotReached),
        }
    }

    fn bytes(message: Message) -> Bytes {
        message.into_frame().unwrap().contiguous()
    }

    /// Checks that what comes of three parts in this order is the answer that they are decoded to together.
    fn check(comes: [Comes; 3], order: [usize; 3]) {
        let request = produce_all(&[2, 0, 1], -1);
        let parts = parts_by(&request, |_, index| Place::Broker(BrokerId(index)));
        let outline = Outline::of(&request, &parts).map(Arc::new).unwrap();
        let mut gathers = Gathers::default();
        gathers.expect_of_shares(Kept::own(request.clone()), 3, Some(&outline));
        let mut given = None;
        for (left, number) in [2, 1, 0].into_iter().zip(order) {
            let outcome = outcome(number, &parts[number], comes[number]);
            given = gathers.add(request.id(), outcome).unwrap();
            assert_eq!(given.is_some(), left == 0, "{comes:?} {order:?}");
        }
        assert!(gathers.0.is_empty());
        let all = parts.iter().zip(comes).map(|(part, comes)| match comes {
            Comes::Plain => answer(part, 0),
            Comes::Error => answer(part, 29),
            Comes::Outage => outage_answer(&part.kept, Outage::NotReached).unwrap(),
        });
        let expected = api::merge_parts(&request, all.collect()).unwrap();
        let given = given.flatten().unwrap();
        assert_eq!(given.request_ref(), request.request_ref());
        assert_eq!(given.is_refusal(), comes == [Comes::Outage; 3]);
        assert_eq!(bytes(given), bytes(expected), "{comes:?} {order:?}");
    }

    #[test]
    fn whatever_comes_of_parts_in_whatever_order_is_one_answer() {
        for (first, second) in ANY.into_iter().flat_map(|it| ANY.map(|other| (it, other))) {
            for (third, order) in ANY
                .into_iter()
                .flat_map(|it| ORDERS.map(|order| (it, order)))
            {
                check([first, second, third], order);
            }
        }
    }
}
