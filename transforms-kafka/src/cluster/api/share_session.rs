//! Has a broker a share session of the client? (KIP-932)

use super::table::api;
use super::target::Target;
use shotover::message::Message;
use shotover::wire::peek::Peek;

/// Whether the broker that gave this answer has a share session of the client, going by what stands in front of its parts.
pub(crate) fn has_share_session(answer: &Message) -> bool {
    if !matches!(api(answer.api_key()).target, Target::Share(_)) {
        return false;
    }
    let body = answer.body_bytes().unwrap_or_default();
    let said = Peek::new(
        answer.api_key().response_schema(),
        answer.api_version(),
        &body,
    );
    said.int("ErrorCode") == Ok(Some(0))
}
