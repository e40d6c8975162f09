//! How is written down which parts of a request belong to different brokers?
//!
//! That matters where clients take the proxies for the brokers: they put into one request what several brokers behind
//! one proxy have.

use super::target::Partitions;
use crate::cluster::view::CoordinatorKind;
use bytes::Bytes;
use shotover::wire::value::{Structure, Value};

/// What becomes of a request where clients take the proxies for the brokers.
#[derive(Clone, Copy, Debug)]
pub(super) enum Spread {
    /// Clients are not told that the API exists.
    Withheld,
    /// It goes where it goes when clients see the brokers.
    Whole,
    /// A Produce request: each partition goes to its leader.
    Records,
    /// Each partition goes to its leader.
    Partitions(&'static Partitions),
    /// Each group or transaction goes to its coordinator.
    Entities(&'static Entities),
    /// The configuration of a broker goes to that broker, everything else to any.
    Resources(&'static Entities),
    /// Topics whose replicas the client places go nowhere, see [`placed`](super::split), all others to any broker.
    Placed(&'static Entities),
}

/// What a request names in an array, and where its answer says what came of each.
#[derive(Debug)]
pub(super) struct Entities {
    /// What coordinates them, if anything does.
    pub(super) coordinator: Option<CoordinatorKind>,
    /// The array in the request.
    pub(super) asked: &'static str,
    /// Where in an element of it the name stands.
    pub(super) named: Named,
    /// The array in the answer.
    pub(super) answered: &'static str,
    /// The name in an element of that.
    pub(super) answered_name: &'static str,
}

/// Where in an element of a request's array the name of the entity stands.
#[derive(Clone, Copy, Debug)]
pub(super) enum Named {
    /// The element is the name.
    Itself,
    /// In this field.
    By(&'static str),
}

/// What an entity is known by, in a request and in its answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    /// The type of a resource; 0 for all else.
    pub(super) kind: i64,
    pub(super) name: Bytes,
}

impl Entities {
    pub(super) const fn groups(asked: &'static str, named: Named, answered: &'static str) -> Self {
        Self {
            coordinator: Some(CoordinatorKind::Group),
            asked,
            named,
            answered,
            answered_name: "GroupId",
        }
    }

    pub(super) const fn transactions(
        asked: &'static str,
        named: Named,
        answered: &'static str,
    ) -> Self {
        Self {
            coordinator: Some(CoordinatorKind::Transaction),
            asked,
            named,
            answered,
            answered_name: "TransactionalId",
        }
    }

    pub(super) const fn resources(answered: &'static str) -> Self {
        Self {
            coordinator: None,
            asked: "Resources",
            named: Named::By("ResourceName"),
            answered,
            answered_name: "ResourceName",
        }
    }

    pub(super) const fn topics(answered: &'static str) -> Self {
        Self {
            coordinator: None,
            asked: "Topics",
            named: Named::By("Name"),
            answered,
            answered_name: "Name",
        }
    }

    /// What an element of the request's array is known by.
    pub(super) fn asked_key(&self, element: &Value) -> Option<Key> {
        match self.named {
            Named::Itself => element.as_bytes().cloned().map(Key::of),
            Named::By(name) => key(element.as_structure()?, name),
        }
    }

    /// What an element of the answer's array is known by.
    pub(super) fn answered_key(&self, element: &Value) -> Option<Key> {
        key(element.as_structure()?, self.answered_name)
    }
}

impl Key {
    fn of(name: Bytes) -> Self {
        Self { kind: 0, name }
    }
}

fn key(element: &Structure, name: &str) -> Option<Key> {
    let kind = element.get("ResourceType").and_then(Value::as_int);
    let name = element.get(name).and_then(Value::as_bytes)?;
    Some(Key {
        kind: kind.unwrap_or(0),
        name: name.clone(),
    })
}
