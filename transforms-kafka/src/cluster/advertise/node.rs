//! Which proxies stand in front of the cluster, and under which addresses do clients find them?

use crate::cluster::node::Health;
use bytes::Bytes;
use kafka_protocol::messages::BrokerId;
use shotover::topology::{Address, AddressError};
use shotover::wire::addresses::NewAddress;
use std::sync::Arc;

/// What stands for the id of a broker in `address_for_clients`.
const PLACEHOLDER: &str = "{broker_id}";

/// A proxy in front of the cluster: this one or a peer.
#[derive(Clone, Debug)]
pub(crate) struct ShotoverNode {
    /// The id that clients know this proxy under, where proxies stand for brokers.
    pub(crate) broker_id: BrokerId,
    pub(crate) address_for_clients: AddressTemplate,
    pub(crate) address_for_peers: Address,
    pub(crate) rack: Arc<str>,
    /// Whether it answers its peers.
    pub(crate) health: Arc<Health>,
}

/// An address with a place for the id of a broker, so that each broker can have a name of its own at one proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AddressTemplate {
    text: String,
}

impl AddressTemplate {
    /// # Errors
    /// When it is no address, whatever id is put in.
    pub(crate) fn new(text: &str) -> Result<Self, AddressError> {
        let template = Self {
            text: text.to_owned(),
        };
        template.parse(BrokerId(0))?;
        Ok(template)
    }

    /// Whether brokers have addresses of their own.
    pub(crate) fn names_broker(&self) -> bool {
        self.text.contains(PLACEHOLDER)
    }

    fn parse(&self, broker: BrokerId) -> Result<Address, AddressError> {
        self.text
            .replace(PLACEHOLDER, &broker.0.to_string())
            .parse()
    }

    /// The broker that has an address of its own on this host.
    pub(crate) fn broker_at(&self, host: &str) -> Option<BrokerId> {
        let (before, _) = self.text.split_once(PLACEHOLDER)?;
        let from_id = host.get(before.len()..)?;
        let digits = from_id.find(|c: char| !c.is_ascii_digit());
        let id = from_id.get(..digits.unwrap_or(from_id.len()))?;
        let broker = BrokerId(id.parse().ok()?);
        let address = self.address_of(broker)?;
        address
            .host
            .eq_ignore_ascii_case(host.as_bytes())
            .then_some(broker)
    }

    /// The address for this broker. None if its id makes no address, as 300 in `127.0.1.{broker_id}:9092`.
    pub(crate) fn address_of(&self, broker: BrokerId) -> Option<NewAddress> {
        let address = self.parse(broker).ok()?;
        Some(NewAddress {
            host: Bytes::copy_from_slice(address.host().as_bytes()),
            port: address.port(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(template: &str, broker: i32, expected: Option<(&str, u16)>) {
        let found = AddressTemplate::new(template)
            .unwrap()
            .address_of(BrokerId(broker));
        let expected = expected.map(|(host, port)| NewAddress {
            host: Bytes::copy_from_slice(host.as_bytes()),
            port,
        });
        assert_eq!(found, expected);
    }

    #[test]
    fn the_id_of_a_broker_is_put_into_its_address() {
        check(
            "b{broker_id}.kafka.example.com:9092",
            2,
            Some(("b2.kafka.example.com", 9092)),
        );
        check("127.0.1.{broker_id}:9192", 3, Some(("127.0.1.3", 9192)));
        check("proxy:9092", 3, Some(("proxy", 9092)));
    }

    #[test]
    fn a_broker_is_found_by_its_host_alone() {
        let broker_at = |template: &str, host: &str| {
            let template = AddressTemplate::new(template).unwrap();
            template.broker_at(host).map(|broker| broker.0)
        };
        let (names, one_name) = ("b{broker_id}.kafka.example.com:9092", "kafka:9092");
        assert_eq!(broker_at(names, "B12.Kafka.example.com"), Some(12));
        assert_eq!(broker_at("127.0.1.{broker_id}:9192", "127.0.1.3"), Some(3));
        for other in [
            "",
            "b",
            "b1",
            "b01.kafka.example.com",
            "b.kafka.example.com",
        ] {
            assert_eq!(broker_at(names, other), None);
        }
        assert_eq!(broker_at(one_name, "kafka"), None);
    }

    #[test]
    fn an_id_that_makes_no_address_has_none() {
        check("127.0.1.{broker_id}:9192", 300, None);
    }

    #[test]
    fn what_is_no_address_is_refused() {
        assert!(AddressTemplate::new("b{broker_id}").is_err());
        assert!(AddressTemplate::new("b{broker}:9092").is_err());
    }
}
