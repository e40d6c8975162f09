//! The binary in front of three real brokers that clients see under their own ids, with real clients.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "what is not as expected fails the test"
)]

mod clients;
mod fetching;
mod groups;
mod outages;
mod security;
mod setup;
mod tools;
