//! How do the answers of all brokers become one?

mod list_groups;
mod list_transactions;
mod log_dirs;
mod part;

#[cfg(test)]
pub(super) use part::MergeError;
pub(crate) use part::{Part, merge};
