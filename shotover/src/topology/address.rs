//! Where does something listen, or where is it to be found?

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;
use thiserror::Error;

/// Bytes of a host name, without the dot at its end (RFC 1035, section 2.3.4).
const LONGEST_NAME: usize = 253;

/// Bytes between two dots of a host name.
const LONGEST_LABEL: usize = 63;

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
    /// The address of a port of `host`, which is an IP address without brackets or a name.
    ///
    /// # Errors
    /// When it is neither, or the port is 0.
    pub fn new(host: &str, port: u16) -> Result<Self, AddressError> {
        if host.contains(':') {
            format!("[{host}]:{port}").parse()
        } else {
            format!("{host}:{port}").parse()
        }
    }

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

    /// Whether whoever listens here is connected to by who connects to `destination` on this host.
    ///
    /// Names but `localhost` are not looked up; and whether `[::]` takes IPv4 along is up to the system.
    pub fn is_reached_at(&self, destination: &Self) -> bool {
        let is_localhost = |address: &Self| address.host.eq_ignore_ascii_case("localhost");
        let is_loopback = |ip: IpAddr| ip.is_loopback() || ip.is_unspecified();
        let hosts = match (self.ip(), destination.ip()) {
            (Some(here), Some(there)) => {
                let is_family = here.is_ipv4() == there.is_ipv4();
                here == there || here.is_unspecified() && is_family && is_loopback(there)
            }
            (Some(here), None) => is_localhost(destination) && is_loopback(here),
            (None, Some(there)) => is_localhost(self) && is_loopback(there),
            (None, None) => self.host.eq_ignore_ascii_case(&destination.host),
        };
        hosts && self.port == destination.port
    }

    /// Whether nobody can listen on both: they are the same, or one of them is all of a family.
    ///
    /// Names are not looked up; and whether `[::]` takes IPv4 along is up to the system.
    pub fn overlaps(&self, other: &Self) -> bool {
        let hosts = match (self.ip(), other.ip()) {
            (Some(one), Some(two)) => {
                let all = one.is_unspecified() || two.is_unspecified();
                one == two || all && one.is_ipv4() == two.is_ipv4()
            }
            (None, None) => self.host.eq_ignore_ascii_case(&other.host),
            (Some(_), None) | (None, Some(_)) => false,
        };
        hosts && self.port == other.port
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
        // A sign would be a number to Rust.
        let digits = port.bytes().all(|byte| byte.is_ascii_digit());
        match port.parse() {
            Ok(port @ 1..) if digits => Ok(Self { host, port }),
            Ok(_) | Err(_) => Err(AddressError::Port(text.to_owned())),
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
    if host.parse::<Ipv4Addr>().is_ok() || is_name(host) {
        Ok(host)
    } else {
        Err(AddressError::Host(text.to_owned()))
    }
}

/// What ends with a number is no name: it was meant to be an IP address.
fn is_name(host: &str) -> bool {
    let name = host.strip_suffix('.').unwrap_or(host);
    let last = name.rsplit('.').next().unwrap_or_default();
    name.len() <= LONGEST_NAME
        && name.split('.').all(is_label)
        && !last.bytes().all(|byte| byte.is_ascii_digit())
}

/// Underscores are not in host names by the book, but they are in those of containers.
fn is_label(label: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=LONGEST_LABEL).contains(&label.len())
        && label.bytes().all(allowed)
        && !label.starts_with('-')
        && !label.ends_with('-')
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
    use proptest::prelude::*;
    use std::net::SocketAddr;

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
        refused("localhost:+9092", AddressError::Port);
        refused("127.0.0.256:9092", AddressError::Host);
        refused("127.1:9092", AddressError::Host);
        refused("kafka..example:9092", AddressError::Host);
        refused("-kafka:9092", AddressError::Host);
    }

    #[track_caller]
    fn check_reached(listens: &str, destinations: [&[&str]; 2]) {
        let listens: Address = listens.parse().unwrap();
        for (is_reached, destinations) in [true, false].into_iter().zip(destinations) {
            for destination in destinations {
                let there = destination.parse().unwrap();
                assert_eq!(
                    listens.is_reached_at(&there),
                    is_reached,
                    "{listens} {there}"
                );
            }
        }
    }

    #[test]
    fn what_leads_to_this_host_is_known_where_no_name_has_to_be_looked_up() {
        check_reached(
            "127.0.0.1:1",
            [
                &["127.0.0.1:1", "localhost:1", "LOCALHOST:1"],
                &[
                    "127.0.0.1:2",
                    "localhost:2",
                    "127.0.0.2:1",
                    "[::1]:1",
                    "kafka:1",
                    "10.0.0.1:1",
                ],
            ],
        );
        check_reached(
            "0.0.0.0:1",
            [
                &["127.0.0.1:1", "127.0.0.2:1", "0.0.0.0:1", "localhost:1"],
                &["127.0.0.1:2", "[::1]:1", "kafka:1", "10.0.0.1:1"],
            ],
        );
        check_reached(
            "[::]:1",
            [&["[::1]:1", "localhost:1"], &["127.0.0.1:1", "kafka:1"]],
        );
        check_reached(
            "10.0.0.1:1",
            [&["10.0.0.1:1"], &["127.0.0.1:1", "localhost:1"]],
        );
        check_reached(
            "localhost:1",
            [
                &["localhost:1", "127.0.0.1:1", "[::1]:1"],
                &["10.0.0.1:1", "kafka:1"],
            ],
        );
        check_reached("kafka:1", [&["KAFKA:1"], &["localhost:1", "127.0.0.1:1"]]);
    }

    #[test]
    fn the_length_of_a_name_is_limited() {
        let label = "a".repeat(LONGEST_LABEL);
        check(&format!("{label}:1"), &label, 1);
        refused(&format!("{label}a:1"), AddressError::Host);
        let name = "a.".repeat(LONGEST_NAME / 2) + "a";
        check(&format!("{name}:1"), &name, 1);
        refused(&format!("{name}a:1"), AddressError::Host);
    }

    #[track_caller]
    fn overlap(one: &str, two: &str, expected: bool) {
        let (one, two): (Address, Address) = (one.parse().unwrap(), two.parse().unwrap());
        assert_eq!(one.overlaps(&two), expected);
        assert_eq!(two.overlaps(&one), expected);
    }

    #[test]
    fn addresses_overlap_that_cannot_both_be_listened_on() {
        overlap("127.0.0.1:1", "127.0.0.1:1", true);
        overlap("127.0.0.1:1", "127.0.0.1:2", false);
        overlap("127.0.0.1:1", "127.0.0.2:1", false);
        overlap("0.0.0.0:1", "127.0.0.1:1", true);
        overlap("[::]:1", "[::1]:1", true);
        overlap("[::]:1", "127.0.0.1:1", false);
        overlap("[0:0::1]:1", "[::1]:1", true);
        overlap("localhost:1", "LOCALHOST:1", true);
        overlap("localhost:1", "127.0.0.1:1", false);
    }

    proptest! {
        #[test]
        fn every_socket_address_is_an_address(ip: IpAddr, port in 1u16..) {
            let socket = SocketAddr::new(ip, port);
            let address: Address = socket.to_string().parse().unwrap();
            prop_assert_eq!((address.ip(), address.port()), (Some(ip), port));
        }

        #[test]
        fn any_text_is_an_address_or_is_not(text in "\\PC*") {
            if let Ok(address) = text.parse::<Address>() {
                prop_assert_eq!(address.to_string(), text);
            }
        }
    }
}
