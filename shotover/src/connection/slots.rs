//! In which order do answers leave?
//!
//! ```text
//! Waiting ──answered──► There ──all before it have left──► (gone)
//!    └──────────┴──────its beginning leaves──────► Open ──its rest has left──► (gone)
//! ```

use crate::burst::{Burst, leaves_room};
use crate::message::{Message, MessageId};
use crate::wire::ApiKey;
use thiserror::Error;
use tokio::time::Instant;

/// The requests of one client that have not left this proxy as answers, in request order.
#[derive(Debug, Default)]
pub(super) struct Slots {
    /// How many requests came before the first slot.
    first: u64,
    slots: Burst<Slot>,
    /// Bytes of answers that wait for one before them.
    held: usize,
    /// Slots of requests that are not answered.
    unanswered: usize,
}

/// A request and, once there, its answer.
#[derive(Debug)]
struct Slot {
    arrived: Instant,
    answer: Answer,
}

leaves_room!(Slot);

#[derive(Debug)]
enum Answer {
    Waiting(ApiKey),
    /// A request that is not answered, to keep the count.
    None,
    /// One that came before its turn.
    There(Box<Message>),
    /// One whose beginning has left: nothing may leave before its rest has.
    Open,
}

/// An answer whose turn it is.
#[derive(Debug)]
pub(super) struct Answered {
    /// When its request arrived.
    pub(super) arrived: Instant,
    pub(super) message: Message,
}

/// An answer cannot be held.
#[derive(Debug, Error)]
pub(super) enum NotHeld {
    /// A transform answered what nobody asked.
    #[error("a transform answered {0}, which does not wait for an answer")]
    NotWaiting(MessageId),
    /// Nobody knows when the first of them may leave.
    #[error(
        "{held} bytes of answers wait for one before them, and there are more than the {most} that may, which is less \
         while held_bytes_limit is reached"
    )]
    TooMuch { held: usize, most: usize },
}

impl Slots {
    /// Takes note of the next request.
    #[inline]
    pub(super) fn push(&mut self, request: &Message, arrived: Instant) {
        let is_answered = request.expects_response();
        let answer = match is_answered {
            true => Answer::Waiting(request.api_key()),
            false => Answer::None,
        };
        self.slots.push(Slot { arrived, answer });
        if !is_answered {
            self.unanswered += 1;
            self.drop_unanswered();
        }
    }

    /// All of the last request has arrived by now.
    pub(super) fn last_arrived(&mut self, now: Instant) {
        if let Some(last) = self.slots.back_mut() {
            last.arrived = now;
        }
    }

    /// The client does not get to the end of its last request, which is not answered.
    pub(super) fn give_up_last(&mut self) {
        if let Some(last) = self.slots.back_mut() {
            last.answer = Answer::None;
            self.unanswered += 1;
            self.drop_unanswered();
        }
    }

    /// If it is the turn of this answer, as it is of most: when its request arrived. Then it leaves.
    #[inline]
    pub(super) fn take_turn(&mut self, answer: &Message) -> Option<Instant> {
        let first = self.slots.front_mut()?;
        let is_next = answer.id().client_sequence() == Some(self.first)
            && matches!(first.answer, Answer::Waiting(_));
        if !is_next {
            return None;
        }
        let arrived = first.arrived;
        if answer.missing() > 0 {
            first.answer = Answer::Open;
        } else {
            self.drop_first();
        }
        Some(arrived)
    }

    /// Takes an answer that has to wait for its turn, unless `most` bytes of others do.
    pub(super) fn hold(&mut self, message: Message, most: usize) -> Result<(), NotHeld> {
        let (id, held) = (message.id(), self.held);
        let slot = self.slot(id).ok_or(NotHeld::NotWaiting(id))?;
        if !matches!(slot.answer, Answer::Waiting(_)) {
            return Err(NotHeld::NotWaiting(id));
        }
        if held >= most {
            return Err(NotHeld::TooMuch { held, most });
        }
        let length = message.wire_len();
        slot.answer = Answer::There(Box::new(message.to_rest()));
        self.held += length;
        Ok(())
    }

    /// What the client still waits for.
    pub(super) fn waiting(&self) -> impl Iterator<Item = ApiKey> {
        self.slots.iter().filter_map(|slot| match slot.answer {
            Answer::Waiting(api_key) => Some(api_key),
            Answer::None | Answer::There(_) | Answer::Open => None,
        })
    }

    fn slot(&mut self, id: MessageId) -> Option<&mut Slot> {
        let index = id.client_sequence()?.checked_sub(self.first)?;
        self.slots.get_mut(usize::try_from(index).ok()?)
    }

    /// Takes out the next answer that waited, if it is its turn.
    #[inline]
    pub(super) fn pop(&mut self) -> Option<Answered> {
        match self.held {
            0 => None,
            _ => self.pop_held(),
        }
    }

    fn pop_held(&mut self) -> Option<Answered> {
        let first = self.slots.front_mut()?;
        if !matches!(first.answer, Answer::There(_)) {
            return None;
        }
        let arrived = first.arrived;
        let Answer::There(message) = std::mem::replace(&mut first.answer, Answer::Open) else {
            return None;
        };
        self.held = self.held.saturating_sub(message.wire_len());
        if message.missing() == 0 {
            self.drop_first();
        }
        Some(Answered {
            arrived,
            message: *message,
        })
    }

    /// All of the answer whose beginning left has left.
    pub(super) fn close(&mut self) {
        self.drop_first();
    }

    #[inline]
    fn drop_first(&mut self) {
        self.slots.pop();
        self.first += 1;
        if self.unanswered > 0 {
            self.drop_unanswered();
        }
    }

    fn drop_unanswered(&mut self) {
        while let Some(Slot {
            answer: Answer::None,
            ..
        }) = self.slots.front()
        {
            self.slots.pop();
            self.first += 1;
            self.unanswered -= 1;
        }
    }

    /// Requests that have not left as answers.
    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    /// Bytes of answers that wait for one before them.
    pub(super) fn held(&self) -> usize {
        self.held
    }
}
