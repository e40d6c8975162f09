//! Which broker keeps the state of a share group? (KIP-932)

use super::route::Route;
use crate::cluster::view::{CoordinatorKey, CoordinatorKind};
use shotover::wire::Malformed;
use shotover::wire::peek::{Peek, Scalar};

/// The coordinator of the first partition the request names.
pub(super) fn route<'a>(request: &Peek<'a>) -> Result<Route<'a>, Malformed> {
    let group = request.bytes("GroupId")?;
    let first = request.find(&["Topics"], &mut |topic: &Peek<'_>| {
        let partition = topic.first(&["Partitions", "Partition"])?;
        Ok(topic.uuid("TopicId")?.zip(partition.and_then(Scalar::int)))
    })?;
    let (Some(group), Some((topic, partition))) = (group, first) else {
        return Ok(Route::Any);
    };
    let mut name = group.to_vec();
    name.push(b':');
    name.extend(base64(topic));
    name.extend(format!(":{partition}").into_bytes());
    Ok(Route::Coordinator(CoordinatorKey {
        kind: CoordinatorKind::Share,
        name: name.into(),
    }))
}

/// A UUID as Kafka prints it: base64 with the alphabet for URLs, without padding (RFC 4648 section 5).
fn base64(id: [u8; 16]) -> impl Iterator<Item = u8> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let bits = u128::from_be_bytes(id);
    // 21 digits of six bits and the last two bits in front of four zeros.
    let shifts = (0..21u32).map(move |digit| bits >> (122 - 6 * digit));
    let digits = shifts.chain([bits << 4]);
    digits.filter_map(|digit| {
        let index = usize::try_from(digit & 0x3f).ok()?;
        ALPHABET.get(index).copied()
    })
}
