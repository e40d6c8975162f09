//! The binary in front of one real broker, with real clients.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "what is not as expected fails the test"
)]

mod drain;
mod groups;
mod records;
mod security;
mod setup;
mod transactions;
