//! Which answers reach the client without a closer look?

use super::gather::Gathers;
use shotover::message::Messages;

/// Where answers go that are for the client and mean nothing to anybody else.
#[derive(Debug)]
pub(super) struct Passing<'a> {
    pub(super) answers: &'a mut Messages,
    /// Where parts of answers go.
    pub(super) gathers: &'a mut Gathers,
    /// How many more there may be.
    pub(super) most: usize,
    /// How many bytes more.
    pub(super) bytes: usize,
}

impl Passing<'_> {
    pub(super) fn has_room(&self) -> bool {
        self.most > 0 && self.bytes > 0
    }

    /// Whether there is room for one more of this length, which it takes.
    pub(super) fn admits(&mut self, length: usize) -> bool {
        let has_room = self.has_room();
        if has_room {
            self.most -= 1;
            self.bytes = self.bytes.saturating_sub(length);
        }
        has_room
    }
}
