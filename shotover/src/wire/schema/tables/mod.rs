//! The messages of Kafka 4.3. All files in here are generated.

mod brokers;
mod cluster;
mod configs;
mod consumer_groups;
mod data;
mod groups;
mod index;
mod quorum;
mod security;
mod share_groups;
mod share_state;
mod streams_groups;
mod topics;
mod transactions;

pub(in crate::wire) use index::{request, response};
