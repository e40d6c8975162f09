//! A connection to a broker, on behalf of one client.

mod connection;
mod dial;
mod names;
mod patience;
mod silence;
mod unfinished;

pub(crate) use connection::{BrokerConnection, BrokerLost, most_queued_request_bytes};
#[cfg(test)]
pub(crate) use dial::{BrokerStream, DialError};
pub(crate) use dial::{Dial, Dialing, TcpDial};
pub(crate) use names::Names;
