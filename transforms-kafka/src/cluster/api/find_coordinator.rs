//! Who coordinates a group or transaction, according to the answer?

use crate::cluster::view::{CoordinatorKey, CoordinatorKind, Observation};
use bytes::Bytes;
use kafka_protocol::messages::BrokerId;
use shotover::message::Message;
use shotover::wire::peek::Peek;
use shotover::wire::{ApiKey, Malformed};

/// The coordinators that were found.
pub(super) fn observe(
    request: &Message,
    answer_body: &[u8],
) -> Result<Vec<Observation>, Malformed> {
    let (key, version) = (ApiKey::FindCoordinator, request.api_version());
    let request_body = request.body_bytes().unwrap_or_default();
    let request = Peek::new(key.request_schema(), version, &request_body);
    let answer = Peek::new(key.response_schema(), version, answer_body);
    let Some(kind) = kind(request.int("KeyType")?) else {
        return Ok(Vec::new());
    };
    if version <= 3 {
        let name = request.bytes("Key")?;
        return Ok(found(kind, name, &answer)?.into_iter().collect());
    }
    let mut seen = Vec::new();
    for coordinator in answer.elements("Coordinators")? {
        let coordinator = coordinator?;
        let name = coordinator.bytes("Key")?;
        seen.extend(found(kind, name, &coordinator)?);
    }
    Ok(seen)
}

/// Version 0 asks for groups only.
fn kind(key_type: Option<i32>) -> Option<CoordinatorKind> {
    match key_type {
        None | Some(0) => Some(CoordinatorKind::Group),
        Some(1) => Some(CoordinatorKind::Transaction),
        Some(2) => Some(CoordinatorKind::Share),
        Some(_) => None,
    }
}

fn found(
    kind: CoordinatorKind,
    name: Option<&[u8]>,
    said: &Peek<'_>,
) -> Result<Option<Observation>, Malformed> {
    let error = said.int("ErrorCode")?;
    let id = said.int("NodeId")?.filter(|id| *id >= 0);
    Ok(match (error, name, id) {
        (Some(0), Some(name), Some(id)) => Some(Observation::Coordinator {
            key: CoordinatorKey {
                kind,
                name: Bytes::copy_from_slice(name),
            },
            broker: BrokerId(id),
        }),
        _ => None,
    })
}
