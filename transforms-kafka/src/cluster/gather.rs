//! Which requests went to several brokers, and what came back of them?

use super::api::{Outage, Part, error_for};
use kafka_protocol::messages::BrokerId;
use shotover::message::{Message, MessageId};
use shotover::wire::ErrorCode;
use std::collections::HashMap;

/// Requests whose answers come in parts.
#[derive(Debug, Default)]
pub(super) struct Gathers(HashMap<MessageId, Gather>);

#[derive(Debug)]
struct Gather {
    /// What was kept of the request.
    request: Message,
    missing: usize,
    parts: Vec<Part>,
}

impl Gathers {
    /// Waits for so many parts of the answer to `request`.
    pub(super) fn expect(&mut self, request: Message, parts: usize) {
        let gather = Gather {
            request,
            missing: parts,
            parts: Vec::with_capacity(parts),
        };
        self.0.insert(gather.request.id(), gather);
    }

    /// Takes a part. Returns the request and all parts when this was the last.
    pub(super) fn add(
        &mut self,
        id: MessageId,
        broker: BrokerId,
        part: Result<Message, Outage>,
    ) -> Option<(Message, Vec<Part>)> {
        let gather = self.0.get_mut(&id)?;
        let answer = part.map_err(|outage| {
            error_for(&gather.request, outage).unwrap_or(ErrorCode::REQUEST_TIMED_OUT)
        });
        gather.parts.push(Part { broker, answer });
        gather.missing = gather.missing.saturating_sub(1);
        if gather.missing > 0 {
            return None;
        }
        self.0
            .remove(&id)
            .map(|gather| (gather.request, gather.parts))
    }
}
