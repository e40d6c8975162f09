//! From which connection does the rest of an open answer come?

use super::line::{Destination, Lines};
use kafka_protocol::messages::BrokerId;
use shotover::codec::{Portion, Wanted};
use shotover::message::MessageId;
use shotover::transforms::{NothingOpen, TransformError};
use std::task::{Context, Poll, ready};
use thiserror::Error;

/// The answers that were passed on while bytes of them were missing, each from another connection: none goes on with
/// anything else before.
#[derive(Debug, Default)]
pub(super) struct OpenAnswers {
    /// Where the rest of each is; nowhere if that connection was lost.
    given: Vec<(MessageId, Option<Destination>)>,
    /// Brokers that are in the middle of a part of a fetch, which the client may be given or not.
    undecided: Vec<BrokerId>,
}

/// An answer cannot go on.
#[derive(Clone, Copy, Debug, Error)]
#[error("the connection to the broker was lost in the middle of an answer")]
struct Lost;

impl OpenAnswers {
    pub(super) fn add(&mut self, id: MessageId, from: Destination) {
        self.given.push((id, Some(from)));
        self.undecided
            .retain(|broker| Destination::LongPoll(*broker) != from);
    }

    /// A part of a fetch has come of which this broker has the rest. The client has not been given it.
    pub(super) fn hold(&mut self, broker: BrokerId) {
        self.undecided.push(broker);
    }

    /// Reads the rest of what the client will not be given, and throws it away: the broker answers behind it what it is
    /// asked next. To hang up would be simpler, but a client that seeks or pauses partitions would have to be authenticated
    /// anew each time, and its session with the broker opened again.
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
        let given = self.given.iter_mut();
        given
            .filter(|(_, from)| *from == Some(destination))
            .for_each(|(_, from)| *from = None);
        self.undecided
            .retain(|broker| Destination::LongPoll(*broker) != destination);
    }

    /// Reads on in one of them.
    pub(super) fn poll_rest(
        &mut self,
        (id, lines): (MessageId, &mut Lines),
        wanted: Wanted,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Portion, TransformError>> {
        let mut all = self.given.iter().enumerate();
        let Some((place, (_, from))) = all.find(|(_, (open, _))| *open == id) else {
            return Poll::Ready(Err(TransformError::proxy(NothingOpen)));
        };
        let Some(line) = from.and_then(|from| lines.get_mut(from)) else {
            return Poll::Ready(Err(TransformError::broker(Lost)));
        };
        let rest = ready!(line.upstream.poll_rest(wanted, cx));
        if !line.upstream.is_open() {
            self.given.swap_remove(place);
        }
        Poll::Ready(rest.map_err(TransformError::broker))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kafka_protocol::messages::FetchRequest;
    use shotover::message::Message;
    use std::task::Waker;

    #[test]
    fn an_answer_does_not_go_on_from_another_connection_than_it_began_on() {
        let (mut open, mut lines) = (OpenAnswers::default(), Lines::default());
        let fetch = || Message::new_request(12, "c", &FetchRequest::default()).unwrap();
        let ids = [fetch().id(), fetch().id()];
        for (id, broker) in ids.into_iter().zip(1..) {
            open.hold(BrokerId(broker));
            open.add(id, Destination::LongPoll(BrokerId(broker)));
        }
        open.hold(BrokerId(3));
        open.lost(Destination::LongPoll(BrokerId(3)));
        open.lost(Destination::LongPoll(BrokerId(1)));
        assert!(open.undecided.is_empty());
        let left = (ids[1], Some(Destination::LongPoll(BrokerId(2))));
        assert_eq!(open.given, [(ids[0], None), left]);
        let cx = &mut Context::from_waker(Waker::noop());
        let Poll::Ready(Err(lost)) = open.poll_rest((ids[0], &mut lines), Wanted::in_memory(1), cx)
        else {
            panic!()
        };
        assert!(lost.to_string().contains("was lost"), "{lost}");
    }
}
