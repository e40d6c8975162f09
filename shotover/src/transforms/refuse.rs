//! How is a client told no?

use super::{TransformError, answer};
use crate::message::Message;
use crate::wire::ErrorCode;
use thiserror::Error;

/// What a broker does with such a write as well: there is no other way to tell the client.
#[derive(Debug, Error)]
#[error("a Produce request with acks=0 was refused")]
struct RefusedUnheard;

/// The answer to a request that a transform does not let pass: `error` wherever the API has a place for one, and `text`
/// beside it. See [`Message::error_response`].
///
/// # Errors
///
/// To be passed up, which ends the connection, as brokers do: a request that is refused without being heard would pass
/// for done. So it is for a write with acks=0, a SASL token without a header, and a request that cannot be read.
pub fn refuse(
    request: &Message,
    error: ErrorCode,
    text: Option<&str>,
) -> Result<Message, TransformError> {
    if !request.expects_response() {
        return Err(TransformError::client(RefusedUnheard));
    }
    request
        .error_response(error, text)
        .map_err(answer::cannot_answer)
}
