//! Where does something listen, or where is it to be found?

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;
use thiserror::Error;

/// A host and a port, as they stand in a topology: `127.0.0.1:9092`, `[::1]:9092` or `kafka.example.com:9092`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Address {
    host: String,
    port: u16,
}

/// A string is no [`Address`].
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum AddressError {
    /// There is no port.
    #[error("expected host:port, for instance 127.0.0.1:9092, found {0:?} without a port")]
    NoPort(String),
    /// The port is not a number, or too large.
    #[error("expected a port from 1 to 65535 after the last colon of {0:?}")]
    Port(String),
    /// An IPv6 address without brackets: where it ends and the port begins is anyone's guess.
    #[error("expected an IPv6 address in brackets, for instance [::1]:9092, found {0:?}")]
    Brackets(String),
    /// The host is neither an IP address nor a name.
    #[error(
        "expected an IPv4 address, an IPv6 address in brackets or a host name before the port, found {0:?}"
    )]
    Host(String),
}

impl Address {
    /// The host without brackets: an IP address or a name.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, which is not 0.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The host if it is an IP address.
    pub fn ip(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let Some((host, port)) = text.rsplit_once(':') else {
            return Err(AddressError::NoPort(text.to_owned()));
        };
        if text.parse::<Ipv6Addr>().is_ok() {
            return Err(AddressError::Brackets(text.to_owned()));
        }
        let host = host_of(host, text)?.to_owned();
        match port.parse() {
            Ok(port @ 1..) => Ok(Self { host, port }),
            Ok(0) | Err(_) => Err(AddressError::Port(text.to_owned())),
        }
    }
}

fn host_of<'a>(host: &'a str, text: &str) -> Result<&'a str, AddressError> {
    let bracketed = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    if let Some(inner) = bracketed {
        return match inner.parse::<Ipv6Addr>() {
            Ok(_) => Ok(inner),
            Err(_) => Err(AddressError::Host(text.to_owned())),
        };
    }
    if host.contains(':') {
        return Err(AddressError::Brackets(text.to_owned()));
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if host.is_empty() || host.len() > 253 || !host.chars().all(allowed) {
        return Err(AddressError::Host(text.to_owned()));
    }
    Ok(host)
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, host: &str, port: u16) {
        let address: Address = text.parse().unwrap();
        assert_eq!((address.host(), address.port()), (host, port));
        assert_eq!(address.to_string(), text);
    }

    #[track_caller]
    fn refused(text: &str, expected: fn(String) -> AddressError) {
        assert_eq!(text.parse::<Address>(), Err(expected(text.to_owned())));
    }

    #[test]
    fn ipv4_bracketed_ipv6_and_names_are_addresses() {
        check("127.0.0.1:9092", "127.0.0.1", 9092);
        check("[::1]:1", "::1", 1);
        check(
            "b-1.kafka_internal.example.com:65535",
            "b-1.kafka_internal.example.com",
            65535,
        );
    }

    #[test]
    fn what_is_wrong_is_named() {
        refused("localhost", AddressError::NoPort);
        refused("", AddressError::NoPort);
        refused("localhost:", AddressError::Port);
        refused("localhost:0", AddressError::Port);
        refused("localhost:65536", AddressError::Port);
        refused("localhost:kafka", AddressError::Port);
        refused("::1", AddressError::Brackets);
        refused("::1:9092", AddressError::Brackets);
        refused("fe80::1%eth0:9092", AddressError::Brackets);
        refused("[localhost]:9092", AddressError::Host);
        refused(":9092", AddressError::Host);
        refused("kafka example:9092", AddressError::Host);
    }
}
