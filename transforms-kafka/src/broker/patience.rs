//! How long may a broker think about a request before it is believed to be gone?

use shotover::message::Message;
use shotover::wire::{ApiKey, Malformed, Reader};
use std::time::Duration;

/// The longest time a Fetch or ShareFetch may ask a broker to wait. Clients ask for half a second.
const LONGEST_FETCH: Duration = Duration::from_secs(600);

/// How long a broker may take beyond the read timeout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Patience {
    /// So much longer.
    Limited(Duration),
    /// As long as it likes: it waits for other members of a group, for minutes.
    Unlimited,
}

impl Patience {
    /// As long as the read timeout.
    pub(crate) const USUAL: Self = Self::Limited(Duration::ZERO);

    /// The patience to have with this request.
    #[inline]
    pub(crate) fn with(request: &Message) -> Self {
        let api = request.api_key();
        if matches!(api, ApiKey::JoinGroup | ApiKey::SyncGroup) {
            return Self::Unlimited;
        }
        let waits = matches!(api, ApiKey::Fetch | ApiKey::ShareFetch);
        let wait = waits.then(|| longest_wait(request));
        Self::Limited(wait.flatten().unwrap_or_default())
    }
}

fn longest_wait(fetch: &Message) -> Option<Duration> {
    let body = fetch.body_bytes().ok()?;
    let (key, version) = (fetch.api_key(), fetch.api_version());
    let mut reader = Reader::new(&body, key.encoding(version));
    skip_to_wait(&mut reader, key, version).ok()?;
    let milliseconds = reader.i32("MaxWaitMs").ok()?;
    let wait = Duration::from_millis(u64::try_from(milliseconds).ok()?);
    Some(wait.min(LONGEST_FETCH))
}

/// Reads past what stands in front of the time.
fn skip_to_wait(reader: &mut Reader<'_>, key: ApiKey, version: i16) -> Result<(), Malformed> {
    if key == ApiKey::ShareFetch {
        reader.nullable_string("GroupId")?;
        reader.nullable_string("MemberId")?;
        reader.i32("ShareSessionEpoch")?;
    } else if version < 15 {
        reader.i32("ReplicaId")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use kafka_protocol::messages::{
        FetchRequest, GroupId, HeartbeatRequest, JoinGroupRequest, ShareFetchRequest,
    };
    use kafka_protocol::protocol::StrBytes;

    #[test]
    fn a_fetch_may_take_as_long_as_it_asks_for() {
        let body = FetchRequest::default().with_max_wait_ms(5_000);
        for version in [4, 14, 15, 17] {
            let fetch = Message::new_request(version, "c", &body).unwrap();
            let expected = Patience::Limited(Duration::from_secs(5));
            assert_eq!(Patience::with(&fetch), expected, "v{version}");
        }
    }

    #[test]
    fn a_share_fetch_may_take_as_long_as_it_asks_for() {
        let group = Some(GroupId(StrBytes::from_static_str("g")));
        for (group, member) in [(None, None), (group, Some(StrBytes::from_static_str("m")))] {
            let body = ShareFetchRequest::default()
                .with_group_id(group)
                .with_member_id(member)
                .with_share_session_epoch(7)
                .with_max_wait_ms(5_000);
            let fetch = Message::new_request(1, "c", &body).unwrap();
            let expected = Patience::Limited(Duration::from_secs(5));
            assert_eq!(Patience::with(&fetch), expected);
        }
    }

    #[test]
    fn a_member_that_joins_a_group_waits_for_the_others() {
        let join = Message::new_request(5, "c", &JoinGroupRequest::default()).unwrap();
        assert_eq!(Patience::with(&join), Patience::Unlimited);
    }

    #[test]
    fn anything_else_is_answered_at_once() {
        let heartbeat = Message::new_request(4, "c", &HeartbeatRequest::default()).unwrap();
        assert_eq!(
            Patience::with(&heartbeat),
            Patience::Limited(Duration::ZERO)
        );
    }
}
