//! What is tried with every version of Kafka that the tests know.

pub(crate) mod groups;
pub(crate) mod records;
pub(crate) mod transactions;
