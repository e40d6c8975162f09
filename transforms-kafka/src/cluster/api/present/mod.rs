//! What do clients see of an answer, where they take the proxies for the brokers?

mod cluster;
mod metadata;
mod proxies;
mod records;
mod rewrite;
mod stand_ins;
mod tags;
mod topic_partitions;

pub(crate) use proxies::{Proxies, Proxy};
pub(crate) use rewrite::present;
