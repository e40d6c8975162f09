//! Between bytes on a socket and frames: limits, SASL phases, and which request a response answers.

mod frame_reader;
mod frame_writer;
mod length;
#[cfg(target_os = "linux")]
mod piped;
#[cfg(not(target_os = "linux"))]
#[path = "piped_nowhere.rs"]
mod piped;
#[cfg(test)]
#[cfg(target_os = "linux")]
mod piped_tests;
mod portion;
mod request_decoder;
mod response_decoder;
mod sasl;
#[cfg(test)]
mod tests;
mod trust;

pub use frame_reader::FrameReader;
pub use frame_writer::FrameWriter;
pub use length::{FrameError, MAX_FRAME, MAX_FRAME_BEFORE_AUTHENTICATION};
pub use piped::Piped;
pub use portion::{Portion, Wanted};
pub use request_decoder::{Decoded, RequestDecoder, RequestError};
pub use response_decoder::{ResponseDecoder, ResponseError};
pub use trust::AnonymousAccess;
pub(crate) use trust::Trust;
