//! What does an answer say about the cluster?

use super::table::api;
use super::target::Target;
use super::{coordinators, fetch, find_coordinator, leaders, metadata, produce};
use crate::cluster::view::{Observation, TopicKey};
use bytes::Bytes;
use kafka_protocol::messages::BrokerId;
use shotover::message::Message;
use shotover::wire::peek::{Peek, first_error};
use shotover::wire::{ApiKey, Malformed};

/// What `broker` has said about the cluster by this answer. The request may be what [`for_error`](super::for_error)
/// keeps of it.
///
/// # Errors
/// When the answer is malformed.
pub(crate) fn observe(
    request: &Message,
    answer: &Message,
    broker: Option<BrokerId>,
) -> Result<Vec<Observation>, Malformed> {
    let mut seen = by_kind(request, answer, broker)?;
    let names_leaders = |seen: &Observation| matches!(seen, Observation::Leader { .. });
    if seen.iter().any(names_leaders) {
        let (key, version) = (request.api_key(), request.api_version());
        seen.extend(leaders::endpoints(key, version, &body(answer))?);
    }
    Ok(seen)
}

fn by_kind(
    request: &Message,
    answer: &Message,
    broker: Option<BrokerId>,
) -> Result<Vec<Observation>, Malformed> {
    let (key, version) = (request.api_key(), request.api_version());
    match api(key).target {
        Target::Produce => produce::observe(version, &body(answer), broker),
        Target::Fetch => fetch::observe(version, &body(answer), broker),
        Target::Leader(partitions) | Target::Share(partitions) => {
            let body = body(answer);
            let schema = key.response_schema();
            if !first_error(schema, version, &body)?.is_error() {
                return Ok(Vec::new());
            }
            leaders::observe(&Peek::new(schema, version, &body), partitions, broker)
        }
        Target::Coordinator(..) | Target::ShareState => {
            coordinators::observe(request, &body(answer), broker)
        }
        Target::Metadata => metadata::observe(version, &body(answer)),
        Target::FindCoordinator => find_coordinator::observe(request, &body(answer)),
        Target::Controller if key == ApiKey::DeleteTopics => deleted(request, &body(answer)),
        Target::Any
        | Target::Controller
        | Target::Configs
        | Target::All(_)
        | Target::ApiVersions
        | Target::SaslHandshake
        | Target::SaslAuthenticate
        | Target::Refused => Ok(Vec::new()),
    }
}

/// Topics that are no more.
fn deleted(request: &Message, body: &[u8]) -> Result<Vec<Observation>, Malformed> {
    let schema = ApiKey::DeleteTopics.response_schema();
    let mut gone = Vec::new();
    for topic in Peek::new(schema, request.api_version(), body).elements("Responses")? {
        let topic = topic?;
        if topic.int("ErrorCode")? == Some(0)
            && let Some(name) = topic.bytes("Name")?
        {
            let name = TopicKey::Name(Bytes::copy_from_slice(name));
            gone.push(Observation::NoSuchTopic(name));
        }
    }
    Ok(gone)
}

/// The body; an answer that was changed into something that cannot be encoded has none.
fn body(answer: &Message) -> Bytes {
    answer.body_bytes().unwrap_or_default()
}
