//! Scripted peers: a client and a broker that do what a test tells them, also what no real one would.

mod broker;
mod client;
mod frames;
mod socket;
mod tls;

pub use broker::{BrokerSide, FakeBroker};
pub use client::FakeClient;
pub use frames::{
    API_VERSIONS, Asked, HEARTBEAT, PRODUCE, answer, api_versions, fetch, fetched, heartbeat,
    produce, request,
};
pub use tls::{TlsClient, TlsServer};
