//! How do the answers to the parts of a request become the answer to it?

use super::part::{MergeError, encoded, throttle};
use super::{elements, partitions};
use crate::cluster::api::spread::Spread;
use crate::cluster::api::table::api;
use shotover::message::Message;
use shotover::wire::value::Structure;

/// One answer to `request`, of which `answers` are those to the parts that [`split`](crate::cluster::api::split) made:
/// those of brokers, and where there is none what [`outage_answer`](crate::cluster::api::outage_answer) says. The request
/// may be what [`for_error`](crate::cluster::api::for_error) keeps of it.
///
/// What the request names is there once each, in its order; the client waits as long as the strictest broker says.
///
/// # Errors
/// When an answer is malformed, or there is none.
pub(crate) fn merge_parts(request: &Message, answers: Vec<Message>) -> Result<Message, MergeError> {
    let are_refused = answers.iter().all(Message::is_refusal);
    Ok(merge_all(request, answers)?.refusal_if(are_refused))
}

fn merge_all(request: &Message, mut answers: Vec<Message>) -> Result<Message, MergeError> {
    // Parts have ids in the order in which they were made.
    answers.sort_by_key(Message::id);
    let spread = api(request.api_key()).spread;
    let is_renamed = matches!(spread, Spread::Resources(_));
    if let ([answer], false) = (&answers[..], is_renamed) {
        let body = answer.body_bytes()?;
        return Ok(Message::response_of_pieces(
            request.request_ref(),
            vec![body],
        )?);
    }
    let said = answers.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    if said.is_empty() {
        return Err(MergeError::Nothing(request.api_key()));
    }
    let throttle = throttle(&said);
    let merged = match spread {
        Spread::Records => partitions::produced(request, said)?,
        Spread::Partitions(of) => partitions::merge(request, of, said)?,
        Spread::Entities(of) | Spread::Placed(of) => elements::merge(request, of, said)?,
        Spread::Resources(of) => elements::merge_resources(request, of, said)?,
        Spread::Whole | Spread::Withheld => return Err(MergeError::Nothing(request.api_key())),
    };
    encoded(request, &merged.with("ThrottleTimeMs", throttle))
}

pub(super) fn read(answer: &Message) -> Result<Structure, MergeError> {
    let (api, version) = (answer.api_key(), answer.api_version());
    let body = answer.body_bytes()?;
    let contents = api.response_schema().decode(version, &body);
    contents.map_err(|source| MergeError::MalformedPart { api, source })
}

/// What the request says.
pub(super) fn asked(request: &Message) -> Result<Structure, MergeError> {
    let api = request.api_key();
    let body = request.body_bytes()?;
    let contents = api.request_schema().decode(request.api_version(), &body);
    contents.map_err(|source| MergeError::Request { api, source })
}
