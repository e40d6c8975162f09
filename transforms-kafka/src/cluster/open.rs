//! From which connection does the rest of an open answer come?

use super::line::{Destination, Lines};
use bytes::Bytes;
use kafka_protocol::messages::BrokerId;
use shotover::message::MessageId;
use shotover::transforms::TransformError;
use std::task::{Context, Poll, ready};
use thiserror::Error;

/// The answers that were passed on while bytes of them were missing, each from another connection: none goes on with
/// anything else before.
#[derive(Debug, Default)]
pub(super) struct OpenAnswers {
    given: Vec<(MessageId, Destination)>,
    /// Brokers that are in the middle of a part of a fetch, which the client may be given or not.
    undecided: Vec<BrokerId>,
}

/// An answer cannot go on.
#[derive(Clone, Copy, Debug, Error)]
enum CannotGoOn {
    #[error("an answer is asked to go on that was not begun")]
    NotBegun,
    #[error("the connection to the broker was lost in the middle of an answer")]
    Lost,
}

impl OpenAnswers {
    pub(super) fn add(&mut self, id: MessageId, from: Destination) {
        self.given.push((id, from));
        self.undecided
            .retain(|broker| Destination::LongPoll(*broker) != from);
    }

    /// A part of a fetch has come of which this broker has the rest. The client has not been given it.
    pub(super) fn hold(&mut self, broker: BrokerId) {
        self.undecided.push(broker);
    }

    /// Reads the rest of what the client will not be given, to throw it away: what the broker is asked next it answers
    /// behind it. To hang up would be as good, if the client need not authenticate again, and the broker had no session
    /// with it: a client that pauses partitions does so all the time.
    pub(super) fn discard(&mut self, lines: &mut Lines, is_wanted: impl Fn(BrokerId) -> bool) {
        self.undecided.retain(|broker| {
            let is_wanted = is_wanted(*broker);
            if !is_wanted && let Some(line) = lines.get_mut(Destination::LongPoll(*broker)) {
                line.upstream.discard_rest();
            }
            is_wanted
        });
    }

    /// A connection is gone: another one to the same broker has other answers.
    pub(super) fn lost(&mut self, destination: Destination) {
        self.given.retain(|(_, from)| *from != destination);
        self.undecided
            .retain(|broker| Destination::LongPoll(*broker) != destination);
    }

    /// Reads on in one of them, `most` bytes or fewer.
    pub(super) fn poll_rest(
        &mut self,
        (id, lines): (MessageId, &mut Lines),
        most: usize,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Bytes, TransformError>> {
        let mut all = self.given.iter().enumerate();
        let Some((place, (_, from))) = all.find(|(_, (open, _))| *open == id) else {
            return Poll::Ready(Err(TransformError::proxy(CannotGoOn::NotBegun)));
        };
        let Some(line) = lines.get_mut(*from) else {
            return Poll::Ready(Err(TransformError::broker(CannotGoOn::Lost)));
        };
        let rest = ready!(line.upstream.poll_rest(most, cx));
        if !line.upstream.is_open() {
            self.given.swap_remove(place);
        }
        Poll::Ready(rest.map_err(TransformError::broker))
    }
}
