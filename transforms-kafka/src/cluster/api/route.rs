//! Which broker does this request belong to?

use super::table::api;
use super::target::{Partitions, Path, Target};
use super::{configs, fetch, produce, share_state};
use crate::cluster::view::{CoordinatorKey, CoordinatorKind};
use bytes::Bytes;
use kafka_protocol::messages::BrokerId;
use shotover::message::RequestRef;
use shotover::wire::peek::{Peek, Scalar};
use shotover::wire::{ApiKey, Malformed, Topic};

/// The broker a request is for, as the request says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route<'a> {
    /// Whichever.
    Any,
    /// The controller, if brokers do not pass on to it what it is for, else whichever.
    Controller,
    /// The leader of this partition.
    Leader {
        topic: Topic<'a>,
        partition: i32,
        /// The last election that the client knows of (KIP-320), if it says so.
        epoch: Option<i32>,
    },
    /// The one that coordinates this.
    Coordinator(CoordinatorKey),
    /// This one.
    Broker(BrokerId),
    /// Each one; see [`merge`](super::merge).
    All,
    /// The one that has opened this session (KIP-227).
    FetchSession {
        id: i32,
        /// What the request counts the session's requests up to; -1 closes it.
        epoch: i32,
    },
    /// The one that has opened the client's share session (KIP-932); the request does not say which of several.
    ShareSession {
        /// What the request counts the session's requests up to; -1 closes it.
        epoch: i32,
    },
    /// None: the proxy answers.
    ApiVersions,
    SaslHandshake,
    SaslAuthenticate,
    /// None: no client is told that this exists.
    Refused,
}

/// Where a request goes, read from its body without decoding it. The first partition or other entity it names decides:
/// clients ask brokers for what is theirs, so the others have the same broker, or get the error that a client with old
/// metadata gets.
///
/// # Errors
/// When the body is malformed in front of what decides.
pub(crate) fn route(request: RequestRef, body: &Bytes) -> Result<Route<'_>, Malformed> {
    let version = request.api_version;
    let peek = || Peek::new(request.api_key.request_schema(), version, body);
    match api(request.api_key).target {
        Target::Any | Target::Metadata | Target::FindCoordinator => Ok(Route::Any),
        Target::Controller => Ok(Route::Controller),
        Target::Produce => produce::route(version, body),
        Target::Fetch => fetch::route(version, body),
        Target::Leader(partitions) => Ok(leader(&peek(), partitions)?.unwrap_or(Route::Any)),
        Target::Share(partitions) => match leader(&peek(), partitions)? {
            Some(route) => Ok(route),
            None => Ok(Route::ShareSession {
                epoch: peek().int("ShareSessionEpoch")?.unwrap_or(-1),
            }),
        },
        Target::Coordinator(kind, paths) => coordinator(&peek(), kind, paths),
        Target::ShareState => share_state::route(&peek()),
        Target::Configs => configs::route(&peek()),
        Target::All(_) => Ok(Route::All),
        Target::ApiVersions => Ok(Route::ApiVersions),
        Target::SaslHandshake => Ok(Route::SaslHandshake),
        Target::SaslAuthenticate => Ok(Route::SaslAuthenticate),
        Target::Refused => Ok(Route::Refused),
    }
}

/// The leader of the first partition: topics may be named without any.
fn leader<'a>(request: &Peek<'a>, partitions: &Partitions) -> Result<Option<Route<'a>>, Malformed> {
    request.find(partitions.asked, &mut |named: &Peek<'a>| {
        let partition = named.first(partitions.partition)?.and_then(Scalar::int);
        let Some((topic, partition)) = partitions.topic_of(named)?.zip(partition) else {
            return Ok(None);
        };
        let epoch = named.first(partitions.epoch)?.and_then(Scalar::int);
        Ok(Some(Route::Leader {
            topic,
            partition,
            epoch: epoch.and_then(known_epoch),
        }))
    })
}

/// Whether a client that has connected to a broker may mean that one though it does not lead the partition: a replica that
/// the leader has named (KIP-392), what a replica knows of producers, or a share session (KIP-932). That is about whatever
/// the client takes that broker for the leader of; another broker may have one of its sessions as well.
pub(crate) fn may_mean_that_broker(api: ApiKey) -> bool {
    matches!(
        api,
        ApiKey::Fetch | ApiKey::DescribeProducers | ApiKey::ShareFetch | ApiKey::ShareAcknowledge
    )
}

fn coordinator<'a>(
    request: &Peek<'a>,
    kind: CoordinatorKind,
    paths: &[Path],
) -> Result<Route<'a>, Malformed> {
    for path in paths {
        match request.first(path)?.and_then(Scalar::bytes) {
            // Nobody coordinates a transaction without a name; any broker says what is wrong with that.
            Some(b"") if kind == CoordinatorKind::Transaction => return Ok(Route::Any),
            Some(name) => {
                return Ok(Route::Coordinator(CoordinatorKey {
                    kind,
                    name: Bytes::copy_from_slice(name),
                }));
            }
            None => {}
        }
    }
    Ok(Route::Any)
}

/// The election that a client knows of, as `CurrentLeaderEpoch` says it.
pub(crate) fn known_epoch(epoch: i32) -> Option<i32> {
    (epoch >= 0).then_some(epoch)
}
