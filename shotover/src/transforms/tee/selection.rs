//! Which requests are copied?

use super::counted::NotCopied;
use super::write;
use crate::message::Message;
use crate::transforms::api_set::ApiSet;
use crate::transforms::topics::visit_topics;
use crate::wire::{ApiKey, Topic};

/// What has an effect, and the same effect in any cluster. A read has none, as nobody looks at the answer; offsets,
/// members, generations and sessions are those of one cluster, and so are the brokers whose configs are altered.
const WITH_EFFECT: &[ApiKey] = &[
    ApiKey::Produce,
    // Creates topics, where brokers do that on their own.
    ApiKey::Metadata,
    ApiKey::CreateTopics,
    ApiKey::DeleteTopics,
    ApiKey::CreatePartitions,
    ApiKey::CreateAcls,
    ApiKey::DeleteAcls,
    ApiKey::AlterClientQuotas,
];

/// The requests that a `Tee` copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Selection {
    pub(super) apis: ApiSet,
    /// Also what clients log in with.
    pub(super) sasl: bool,
}

impl Default for Selection {
    fn default() -> Self {
        WITH_EFFECT.iter().copied().collect()
    }
}

impl FromIterator<ApiKey> for Selection {
    fn from_iter<I: IntoIterator<Item = ApiKey>>(keys: I) -> Self {
        Self {
            apis: keys.into_iter().collect(),
            sasl: false,
        }
    }
}

/// Why `apis` cannot name this API.
pub(super) fn forbidden(key: ApiKey) -> Option<String> {
    if is_sasl(key) {
        return Some(format!(
            "{key} is copied with `sasl: true`, and only together"
        ));
    }
    let belongs_to_a_cluster = matches!(
        key,
        ApiKey::InitProducerId
            | ApiKey::AddPartitionsToTxn
            | ApiKey::AddOffsetsToTxn
            | ApiKey::EndTxn
            | ApiKey::TxnOffsetCommit
            | ApiKey::WriteTxnMarkers
    );
    belongs_to_a_cluster.then(|| {
        format!("{key} cannot be copied: no other cluster knows the producers and transactions of this one")
    })
}

impl Selection {
    /// Whether requests of this API are copied, if nothing in them is against it.
    pub(super) fn selects(&self, key: ApiKey) -> bool {
        if is_sasl(key) {
            self.sasl
        } else {
            self.apis.contains(key)
        }
    }
}

/// The copy of a request that is selected, with an id of its own.
pub(super) fn copy_of(request: &Message) -> Result<Message, NotCopied> {
    let key = request.api_key();
    if key == ApiKey::Produce {
        return write::copy_of(request);
    }
    if !is_sasl(key) && names_an_id(request)? {
        return Err(NotCopied::TopicId);
    }
    Ok(request.duplicate_request())
}

/// Whether a request names a topic by the id it has in one cluster.
fn names_an_id(request: &Message) -> Result<bool, NotCopied> {
    let mut found = false;
    let visited = visit_topics(request, |topic| found |= matches!(topic, Topic::Id(_)));
    visited.map_err(|_| NotCopied::Malformed)?;
    Ok(found)
}

/// Whether clients say with it who they are.
pub(super) fn is_sasl(key: ApiKey) -> bool {
    matches!(key, ApiKey::SaslHandshake | ApiKey::SaslAuthenticate)
}
