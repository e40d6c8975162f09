//! What are clients told when a broker cannot be reached?

use super::fetch;
use super::route::{Route, route};
use super::table::api;
use super::target::Target;
use bytes::Bytes;
use shotover::message::Message;
use shotover::wire::{ApiKey, ErrorCode};

/// Why there is no answer of a broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Outage {
    /// No broker is known to be the right one: an election is under way, or nobody could be asked.
    RouteUnknown,
    /// The client says which brokers shall have a topic's replicas, by ids that are not theirs.
    ReplicasPlaced,
    /// The client means the broker behind a proxy that stands for none.
    StandsForNone,
    /// The broker could not be reached: no byte of the request has left.
    NotReached,
    /// The broker was lost after it was sent some of the request.
    LostAfterSend,
}

impl Outage {
    /// What the client has to change, whatever it asked for: trying again does not help.
    fn advice(self) -> Option<(ErrorCode, &'static str)> {
        match self {
            Self::ReplicasPlaced => Some((
                ErrorCode::INVALID_REPLICA_ASSIGNMENT,
                "replicas cannot be placed by broker id through this proxy, which does not show the brokers",
            )),
            Self::StandsForNone => Some((
                ErrorCode::INVALID_REQUEST,
                "this id is the one of a proxy that stands for no broker",
            )),
            Self::RouteUnknown | Self::NotReached | Self::LostAfterSend => None,
        }
    }
}

/// The codes for an API; none where closing the connection says it better.
#[derive(Clone, Copy, Debug)]
pub(super) struct Codes {
    pub(super) unsent: Option<ErrorCode>,
    pub(super) lost: Option<ErrorCode>,
}

impl Codes {
    pub(super) const NONE: Self = Self {
        unsent: None,
        lost: None,
    };

    pub(super) const fn same(code: ErrorCode) -> Self {
        Self {
            unsent: Some(code),
            lost: Some(code),
        }
    }

    fn of(self, outage: Outage) -> Option<ErrorCode> {
        match outage {
            Outage::LostAfterSend => self.lost,
            Outage::RouteUnknown
            | Outage::NotReached
            | Outage::ReplicasPlaced
            | Outage::StandsForNone => self.unsent,
        }
    }
}

/// The code that makes the client do the right thing: ask for the leader, or try again, or count its records as
/// possibly stored. `None` if the connection to the client must be closed.
pub(crate) fn error_for(request: &Message, outage: Outage) -> Option<ErrorCode> {
    if !request.expects_response() {
        return None;
    }
    if let Some((code, _)) = outage.advice() {
        return Some(code);
    }
    let key = request.api_key();
    let usual = api(key).codes.of(outage);
    let body = request.body_bytes().unwrap_or_default();
    match api(key).target {
        Target::Fetch if goes_on_with_session(request, &body, outage) => {
            Some(ErrorCode::FETCH_SESSION_ID_NOT_FOUND)
        }
        Target::Produce | Target::Fetch | Target::Leader(_) | Target::Share(_) => {
            match route(request.request_ref(), &body) {
                Ok(Route::ShareSession { .. }) => Some(ErrorCode::SHARE_SESSION_NOT_FOUND),
                _ => usual,
            }
        }
        // Without a transactional id: no coordinator is to be looked for.
        Target::Coordinator(..) if key == ApiKey::InitProducerId => {
            match route(request.request_ref(), &body) {
                Ok(Route::Any) => Some(ErrorCode::COORDINATOR_LOAD_IN_PROGRESS),
                _ => usual,
            }
        }
        Target::Configs => match route(request.request_ref(), &body) {
            Ok(Route::Broker(_)) => Some(ErrorCode::REQUEST_TIMED_OUT),
            _ => usual,
        },
        Target::Coordinator(..)
        | Target::Any
        | Target::Metadata
        | Target::FindCoordinator
        | Target::Controller
        | Target::ShareState
        | Target::All(_)
        | Target::ApiVersions
        | Target::SaslHandshake
        | Target::SaslAuthenticate
        | Target::Refused => usual,
    }
}

/// Whether there is nothing but a fetch session the error could be about. The client opens another one, and then says
/// which partitions it wants.
fn goes_on_with_session(request: &Message, body: &Bytes, outage: Outage) -> bool {
    let version = request.api_version();
    fetch::is_in_session(version, body)
        && (outage == Outage::RouteUnknown || !fetch::names_partitions(version, body))
}

/// The answer in place of the one that no broker gives. `None` if the connection to the client must be closed.
pub(crate) fn outage_answer(request: &Message, outage: Outage) -> Option<Message> {
    let error = error_for(request, outage)?;
    let text = outage.advice().map(|(_, text)| text);
    request.error_response(error, text).ok()
}
