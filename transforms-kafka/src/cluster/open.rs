//! From which connection does the rest of an open answer come?

use super::line::{Destination, Lines};
use bytes::Bytes;
use shotover::message::MessageId;
use shotover::transforms::TransformError;
use std::task::{Context, Poll, ready};
use thiserror::Error;

/// The answers that were passed on while bytes of them were missing, each from another connection: none goes on with
/// anything else before.
#[derive(Debug, Default)]
pub(super) struct OpenAnswers(Vec<(MessageId, Destination)>);

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
        self.0.push((id, from));
    }

    /// Reads on in one of them, `most` bytes or fewer.
    pub(super) fn poll_rest(
        &mut self,
        (id, lines): (MessageId, &mut Lines),
        most: usize,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Bytes, TransformError>> {
        let mut all = self.0.iter().enumerate();
        let Some((place, (_, from))) = all.find(|(_, (open, _))| *open == id) else {
            return Poll::Ready(Err(TransformError::proxy(CannotGoOn::NotBegun)));
        };
        let Some(line) = lines.get_mut(*from) else {
            return Poll::Ready(Err(TransformError::broker(CannotGoOn::Lost)));
        };
        let rest = ready!(line.upstream.poll_rest(most, cx));
        if !line.upstream.is_open() {
            self.0.swap_remove(place);
        }
        Poll::Ready(rest.map_err(TransformError::broker))
    }
}
