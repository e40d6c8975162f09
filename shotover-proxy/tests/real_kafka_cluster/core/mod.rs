//! What is tried with every version of Kafka that the tests know.

mod groups;
mod records;
mod transactions;
