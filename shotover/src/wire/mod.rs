//! Kafka's wire protocol, read without decoding and without trusting a length.
//!
//! Frames come from peers, so nothing in here panics, allocates by a length it was told, or reads past an end.
//! [`RequestHeader`] and [`ResponseHeader`] say what a frame is, [`schema`] checks that its body is one,
//! [`produce`] and [`fetch_response`] say where the records of which partition are, [`produce_response`] what came of them. What must be changed or answered by
//! the proxy itself is in [`addresses`], [`answer`] and, for anything else, [`value`]. [`peek`] finds single fields.

pub mod addresses;
pub mod answer;
mod api_key;
mod error_code;
pub mod fetch_response;
mod header;
mod malformed;
pub mod peek;
pub mod produce;
pub mod produce_response;
mod reader;
pub mod schema;
mod splice;
#[cfg(test)]
mod tests;
mod topic;
pub mod value;

pub use api_key::{ApiKey, UnknownApiKey};
pub use error_code::ErrorCode;
pub use header::{
    RequestHeader, RequestHeaderError, ResponseHeader, encode_request_header,
    encode_response_header,
};
pub use malformed::{Malformed, Problem};
pub use reader::{Encoding, Reader};
pub use splice::Splice;
pub use topic::Topic;
