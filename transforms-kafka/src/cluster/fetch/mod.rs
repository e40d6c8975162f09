//! How does a client fetch from several brokers at once, without waiting for the slowest?
//!
//! A fetch is taken apart by leader. As soon as one broker has records the client gets them; what the others were asked
//! stays on its way and serves the client's next fetch. A broker works on one request per connection at a time, so
//! fetches have connections of their own.

mod answer;
mod arrivals;
mod broker_session;
mod client_session;
mod fetches;
#[cfg(test)]
mod open_tests;
mod part;
mod preferred;
mod ready;
mod sessions;
#[cfg(test)]
mod tests;
mod wanted;

pub(crate) use fetches::{Fetches, Given, Part};
pub(crate) use preferred::{Brokers, ReadFrom, said_of_brokers};
pub(crate) use wanted::{PartitionKey, Wanted};
