//! One Kafka request or response on its way through a chain.
//!
//! A [`Message`] is the frame as it came from the peer plus what its header says. Nothing more is looked at until
//! someone asks: [`Message::request`] and [`Message::response`] decode on the first call and keep the result,
//! [`Message::request_mut`] and [`Message::response_mut`] mark the message as changed, and only a changed message
//! is encoded again. All others leave as the bytes they arrived as.

mod answer;
mod assembly;
mod body;
mod frame;
mod head;
mod id;
mod made;
#[expect(clippy::module_inception, reason = "the type this module is about")]
mod message;
mod offer;
mod request_ref;
#[cfg(test)]
mod tests;

pub use answer::AnswerError;
pub use assembly::Assembly;
pub use body::{DecodeError, EncodeError};
pub(crate) use frame::RESTS_ALONE;
pub use frame::{Frame, LENGTH_PREFIX, Piece};
pub(crate) use head::Head;
pub use id::MessageId;
pub use message::{Direction, Message, Messages};
pub use request_ref::RequestRef;
