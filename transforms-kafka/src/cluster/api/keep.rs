//! What of a request is kept until it is answered?

use super::produce;
use bytes::Bytes;
use shotover::message::Message;
use shotover::wire::ApiKey;

/// As much of a request as is needed to answer it with an error and to read its answer: all but the records. It is a
/// copy, so that the buffer the request was read into can be used again.
pub(crate) fn for_error(request: &Message) -> Message {
    let Ok(body) = request.body_bytes() else {
        return request.clone();
    };
    let stripped = match request.api_key() == ApiKey::Produce {
        true => produce::without_records(request.api_version(), &body).ok(),
        false => None,
    };
    let kept = stripped.unwrap_or_else(|| Bytes::copy_from_slice(&body));
    let kept = request.with_body(vec![kept]);
    kept.unwrap_or_else(|_| request.clone())
}
