//! Which proxies do clients take for the brokers?

use super::assign::Advertise;
use crate::cluster::api::{Proxies, Proxy};
use crate::cluster::node::KafkaNode;
use bytes::Bytes;
use kafka_protocol::messages::BrokerId;

/// The proxies, as they stand for these brokers.
#[derive(Debug)]
pub(crate) struct StandIns<'a> {
    pub(crate) advertise: &'a Advertise,
    pub(crate) brokers: &'a [KafkaNode],
}

impl Proxies for StandIns<'_> {
    fn proxy_of(&self, broker: BrokerId) -> BrokerId {
        let proxy = self.advertise.proxy_of(broker, self.brokers);
        proxy.map_or(self.advertise.local_id(), |proxy| proxy.broker_id)
    }

    fn up(&self) -> Vec<Proxy> {
        let nodes = self.advertise.up();
        nodes
            .filter_map(|node| {
                Some(Proxy {
                    id: node.broker_id,
                    address: node.address_for_clients.address_of(node.broker_id)?,
                    rack: Some(Bytes::copy_from_slice(node.rack.as_bytes())),
                })
            })
            .collect()
    }
}
