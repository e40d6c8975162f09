//! The binary in front of three real brokers that clients see under their own ids, with real clients.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "what is not as expected fails the test"
)]

mod admin;
mod clients;
mod coordinators;
mod copier;
mod core;
mod fetching;
mod few_retries;
mod loops;
mod many_topics;
mod one_address;
mod outages;
mod racks;
mod security;
mod setup;
mod sharing;
mod streams;
mod tools;
mod topics;
mod traffic;
