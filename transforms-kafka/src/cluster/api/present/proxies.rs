//! Which proxies do clients take for the brokers?

use bytes::Bytes;
use kafka_protocol::messages::BrokerId;
use shotover::wire::addresses::NewAddress;

/// The proxies in front of a cluster, as all of them tell of themselves.
pub(crate) trait Proxies {
    /// The id of the proxy that stands for this broker, which may be one that nobody knows. Is in
    /// [`up`](Self::up).
    fn proxy_of(&self, broker: BrokerId) -> BrokerId;

    /// The proxies that answer, of which there is one at least.
    fn up(&self) -> Vec<Proxy>;
}

/// A proxy, as clients see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Proxy {
    pub(crate) id: BrokerId,
    pub(crate) address: NewAddress,
    pub(crate) rack: Option<Bytes>,
}
