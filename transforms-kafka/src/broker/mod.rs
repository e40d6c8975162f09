//! A connection to a broker, on behalf of one client.

mod connection;
mod dial;

pub(crate) use connection::{BrokerConnection, BrokerLost};
#[cfg(test)]
pub(crate) use dial::{BrokerStream, DialError, Dialing};
pub(crate) use dial::{Dial, TcpDial};
