//! Which share session does a request go on with, and is there one? (KIP-932)

use super::table::api;
use super::target::Target;
use shotover::message::Message;
use shotover::wire::peek::Peek;

/// Whether the request is one of a share session that has been opened before.
pub(crate) fn goes_on_with_share_session(request: &Message) -> bool {
    if !is_of_share_sessions(request) {
        return false;
    }
    let body = request.body_bytes().unwrap_or_default();
    let asked = Peek::new(
        request.api_key().request_schema(),
        request.api_version(),
        &body,
    );
    matches!(asked.int("ShareSessionEpoch"), Ok(Some(epoch)) if epoch != 0)
}

/// Whether the broker that gave this answer has a share session of the client, going by what stands in front of its parts.
pub(crate) fn has_share_session(answer: &Message) -> bool {
    if !is_of_share_sessions(answer) {
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

fn is_of_share_sessions(message: &Message) -> bool {
    matches!(api(message.api_key()).target, Target::Share(_))
}
