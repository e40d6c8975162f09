//! The binary between scripted clients and brokers that are slow, wrong or hostile.
#![expect(
    clippy::disallowed_types,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "helpers of tests that run against real time, and show what they measured"
)]

mod brokers;
mod budget;
mod crowds;
mod drain;
mod liars;
mod limits;
mod memory;
mod metrics;
mod names;
mod order;
mod pressure;
mod protocol;
mod rotation;
mod setup;
mod tls;
mod vanished;
