//! How do the answers of several brokers become one?

mod elements;
mod in_order;
mod list_groups;
mod list_transactions;
mod log_dirs;
mod outline;
mod part;
mod partitions;
mod parts;

pub(crate) use outline::{Draft, Outline};
pub(crate) use part::MergeError;
pub(crate) use part::{Part, merge};
pub(crate) use parts::merge_parts;
