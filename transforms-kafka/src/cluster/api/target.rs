//! How is written down where the requests of an API go, and what clients are told when they cannot get there?

use super::outage::Codes;
use super::spread::Spread;
use crate::cluster::view::CoordinatorKind;
use shotover::wire::peek::{Peek, Scalar};
use shotover::wire::{ErrorCode, Malformed, Topic};

/// Names of fields, each within the one before; of arrays on the way, the first element is meant unless all are.
pub(super) type Path = &'static [&'static str];

/// What is known about an API.
#[derive(Clone, Copy, Debug)]
pub(super) struct Api {
    pub(super) target: Target,
    pub(super) codes: Codes,
    /// What becomes of a request where clients take the proxies for the brokers.
    pub(super) spread: Spread,
}

/// A line that does not say yet what becomes of requests where clients take the proxies for the brokers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    target: Target,
    codes: Codes,
}

/// Where requests go.
#[derive(Clone, Copy, Debug)]
pub(super) enum Target {
    /// To any broker: it answers from what all of them know.
    Any,
    /// To any broker; the answer tells of brokers and topics.
    Metadata,
    /// To any broker; the answer tells of coordinators.
    FindCoordinator,
    /// To any broker, which passes it on to the controller or keeps it, or to the controller where brokers pass nothing on;
    /// not to be sent twice.
    Controller,
    Produce,
    Fetch,
    /// To the leader of the first partition.
    Leader(&'static Partitions),
    /// The same, but a request without partitions belongs to a share session.
    Share(&'static Partitions),
    /// To the coordinator of the first group or transaction, which stands at the first of these paths that is there.
    Coordinator(CoordinatorKind, &'static [Path]),
    /// To the coordinator of the first partition of a share group.
    ShareState,
    /// To the broker whose configuration it is about, otherwise to any or to the controller.
    Configs,
    /// To all brokers; their answers become one.
    All(Sum),
    ApiVersions,
    SaslHandshake,
    SaslAuthenticate,
    /// Nowhere: clients are not told that it exists.
    Refused,
}

/// What the answers of all brokers are together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sum {
    Groups,
    Transactions,
    LogDirs,
    MovedReplicas,
}

/// Where a request names partitions, and where its answer does.
#[derive(Debug)]
pub(super) struct Partitions {
    /// The arrays of the request that lead to its topics, the last of which holds them.
    pub(super) asked: Path,
    /// The array of partitions in an element of it, and their numbers in an element of that, if it is not the number.
    pub(super) partition: Path,
    /// The election that the client knows of, beside that number; no path where requests have none.
    pub(super) epoch: Path,
    /// The arrays of the answer that lead to its topics, the last of which holds them.
    pub(super) topics: Path,
    /// The topic in an element of it, as in the request; its partitions are in an array called `Partitions`.
    pub(super) topic: &'static str,
    /// The number in an element of that.
    pub(super) answered_partition: &'static str,
}

impl Partitions {
    /// The array of a topic's partitions in a request.
    pub(super) fn array(&self) -> &'static str {
        self.partition.first().copied().unwrap_or_default()
    }

    /// The topic that an element of a request or of its answer is about.
    pub(super) fn topic_of<'a>(&self, element: &Peek<'a>) -> Result<Option<Topic<'a>>, Malformed> {
        Ok(match element.scalar(self.topic)? {
            Some(Scalar::Bytes(name)) => Some(Topic::Name(name)),
            Some(Scalar::Uuid(id)) => Some(Topic::Id(id)),
            Some(Scalar::Int(_) | Scalar::Float(_)) | None => None,
        })
    }
}

impl Api {
    const fn line(target: Target, codes: Codes) -> Line {
        Line { target, codes }
    }

    /// Java's admin client asks again when the connection is gone, and gives up on whatever error these could have.
    pub(super) const fn any() -> Line {
        Self::closing(Target::Any)
    }

    pub(super) const fn controller() -> Line {
        let codes = Codes::same(ErrorCode::NOT_CONTROLLER);
        Self::line(Target::Controller, codes).lost_as(ErrorCode::REQUEST_TIMED_OUT)
    }

    pub(super) const fn leader(partitions: &'static Partitions) -> Line {
        let codes = Codes::same(ErrorCode::NOT_LEADER_OR_FOLLOWER);
        Self::line(Target::Leader(partitions), codes)
    }

    pub(super) const fn share(partitions: &'static Partitions) -> Line {
        let codes = Codes::same(ErrorCode::NOT_LEADER_OR_FOLLOWER);
        Self::line(Target::Share(partitions), codes).lost_as(ErrorCode::SHARE_SESSION_NOT_FOUND)
    }

    pub(super) const fn group(paths: &'static [Path]) -> Line {
        Self::coordinator(Target::Coordinator(CoordinatorKind::Group, paths))
    }

    pub(super) const fn transaction(paths: &'static [Path]) -> Line {
        Self::coordinator(Target::Coordinator(CoordinatorKind::Transaction, paths))
    }

    pub(super) const fn coordinator(target: Target) -> Line {
        Self::line(target, Codes::same(ErrorCode::COORDINATOR_NOT_AVAILABLE))
    }

    /// Clients subscribe anew where a subscription is not known (KIP-714).
    pub(super) const fn telemetry(target: Target) -> Line {
        Self::line(target, Codes::same(ErrorCode::UNKNOWN_SUBSCRIPTION_ID))
    }

    pub(super) const fn all(sum: Sum, code: ErrorCode) -> Line {
        Self::line(Target::All(sum), Codes::same(code))
    }

    pub(super) const fn closing(target: Target) -> Line {
        Self::line(target, Codes::NONE)
    }

    pub(super) const fn refused() -> Self {
        Self::closing(Target::Refused).withheld()
    }
}

impl Line {
    /// To one broker, or to all, as where clients see the brokers.
    pub(super) const fn whole(self) -> Api {
        self.parted(Spread::Whole)
    }

    pub(super) const fn parted(self, spread: Spread) -> Api {
        Api {
            target: self.target,
            codes: self.codes,
            spread,
        }
    }

    /// Not offered to clients that take the proxies for the brokers.
    pub(super) const fn withheld(self) -> Api {
        self.parted(Spread::Withheld)
    }

    /// The same with this code in every outage.
    pub(super) const fn failing_as(mut self, code: ErrorCode) -> Self {
        self.codes = Codes::same(code);
        self
    }

    /// The same, but with another code when a request was sent and it is not known what became of it.
    pub(super) const fn lost_as(mut self, code: ErrorCode) -> Self {
        self.codes.lost = Some(code);
        self
    }

    pub(super) const fn to(mut self, target: Target) -> Self {
        self.target = target;
        self
    }
}
