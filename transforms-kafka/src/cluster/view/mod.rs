//! What is known about the cluster, shared by all connections.

mod cluster_view;
mod coordinators;
mod flights;
mod observation;
mod parts;
mod store;
#[cfg(test)]
mod tests;
mod topics;

pub(crate) use cluster_view::ClusterView;
pub(crate) use coordinators::{CoordinatorLimits, Coordinators};
pub(crate) use flights::{Flight, Flights, Need};
pub(crate) use observation::{
    BrokerSeen, CoordinatorKey, CoordinatorKind, Leader, Observation, PartitionSeen, RackSeen,
    TopicKey, TopicSeen,
};
#[cfg(test)]
pub(crate) use store::MAX_AGE;
pub(crate) use store::{Snapshot, ViewStore};
pub(crate) use topics::Leadership;
