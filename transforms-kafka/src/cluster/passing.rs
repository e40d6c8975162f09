//! Which answers reach the client without a closer look?

use super::gather::{Gathers, Taken};
use super::purpose::Purpose;
use super::upstream::Asked;
use crate::answers::is_plain;
use shotover::burst::Burst;
use shotover::message::{Message, Messages};
use std::vec::IntoIter;

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
    /// Takes what `arrived` next as long as nobody but the client needs to know of it, and with it what was `due`. Returns
    /// whether there was anything.
    pub(super) fn take(&mut self, arrived: &mut IntoIter<Message>, due: &mut Burst<Asked>) -> bool {
        self.take_whole(arrived, due) || self.take_parts(arrived, due)
    }

    fn take_whole(&mut self, arrived: &mut IntoIter<Message>, due: &mut Burst<Asked>) -> bool {
        let plain = arrived.as_slice().iter().zip(due.iter());
        let plain = plain
            .take_while(|(answer, asked)| {
                matches!(asked.purpose, Purpose::Client(_)) && is_plain(answer)
            })
            .take_while(|(answer, _)| self.admits(answer.wire_len()));
        let count = plain.count();
        if count == 0 {
            return false;
        }
        due.drop_first(count);
        let is_all = count == arrived.as_slice().len();
        if is_all && self.answers.is_empty() {
            *self.answers = std::mem::take(arrived).collect();
        } else {
            self.answers.extend(arrived.take(count));
        }
        true
    }

    /// The same of parts of answers, as long as they say that all went well.
    fn take_parts(&mut self, arrived: &mut IntoIter<Message>, due: &mut Burst<Asked>) -> bool {
        let mut is_any = false;
        while self.has_room()
            && let Some(answer) = arrived.as_slice().first()
            && let Some(Purpose::Part(part)) = due.front().map(|asked| &asked.purpose)
        {
            match self.gathers.take((part.of, part.number), answer) {
                Taken::No => break,
                Taken::Part => {}
                Taken::Last(whole) => {
                    self.admits(whole.wire_len());
                    self.answers.push(whole);
                }
            }
            due.pop();
            arrived.next();
            is_any = true;
        }
        is_any
    }

    fn has_room(&self) -> bool {
        self.most > 0 && self.bytes > 0
    }

    /// Whether there is room for one more of this length, which it takes.
    fn admits(&mut self, length: usize) -> bool {
        let has_room = self.has_room();
        if has_room {
            self.most -= 1;
            self.bytes = self.bytes.saturating_sub(length);
        }
        has_room
    }
}
