//! Which proxy stands for which broker?
//!
//! Every proxy must come to the same result from the same brokers: clients drop their connections whenever two answers
//! tell different addresses.

use super::node::ShotoverNode;
use crate::cluster::node::{KafkaNode, NodeState};
use kafka_protocol::messages::BrokerId;
use shotover::transforms::ClientDetails;
use shotover::wire::addresses::NewAddress;
use std::collections::HashMap;

/// The proxies in front of the cluster.
#[derive(Clone, Debug)]
pub(crate) struct Advertise {
    /// In ascending order of their ids.
    nodes: Vec<ShotoverNode>,
    local: BrokerId,
}

impl Advertise {
    pub(crate) fn new(mut nodes: Vec<ShotoverNode>, local: BrokerId) -> Self {
        nodes.sort_by_key(|node| node.broker_id);
        Self { nodes, local }
    }

    /// The id of this proxy.
    pub(crate) fn local_id(&self) -> BrokerId {
        self.local
    }

    /// This proxy.
    pub(crate) fn local(&self) -> Option<&ShotoverNode> {
        self.nodes.iter().find(|node| node.broker_id == self.local)
    }

    /// The other proxies.
    pub(crate) fn peers(&self) -> impl Iterator<Item = &ShotoverNode> {
        self.nodes
            .iter()
            .filter(|node| node.broker_id != self.local)
    }

    /// Where clients find `broker`, which is one of `brokers`.
    pub(crate) fn address_of(&self, broker: BrokerId, brokers: &[KafkaNode]) -> Option<NewAddress> {
        self.proxy_of(broker, brokers)?
            .address_for_clients
            .address_of(broker)
    }

    /// The broker whose address at this proxy the client has connected to, if brokers have addresses of their own and
    /// this proxy can tell: by the name in the TLS handshake, or because the address is an IP address.
    pub(crate) fn called(&self, client: &ClientDetails) -> Option<BrokerId> {
        let template = &self.local()?.address_for_clients;
        let ip = client.local.ip().to_canonical().to_string();
        let name = client.server_name.as_deref();
        template
            .broker_at(&ip)
            .or_else(|| template.broker_at(name?))
    }

    /// The proxy that stands for `broker`: one of its rack, if one of those is up, else any that is up.
    ///
    /// The brokers that have the same proxies to choose from are dealt out in turn.
    pub(crate) fn proxy_of<'a>(
        &'a self,
        broker: BrokerId,
        brokers: &'a [KafkaNode],
    ) -> Option<&'a ShotoverNode> {
        let node = brokers.iter().find(|node| node.broker_id == broker);
        let rack = node.and_then(|node| self.rack_of(node));
        let turn = brokers
            .iter()
            .filter(|other| other.broker_id < broker && self.rack_of(other) == rack)
            .count();
        self.in_turn(rack, turn)
    }

    /// The rack of a broker, if a proxy is up in it.
    fn rack_of<'a>(&self, broker: &'a KafkaNode) -> Option<&'a str> {
        let rack = broker.rack.as_deref()?;
        self.up_in(Some(rack)).next().map(|_| rack)
    }

    /// Whose turn it is of the proxies in a rack, or of all.
    fn in_turn(&self, rack: Option<&str>, turn: usize) -> Option<&ShotoverNode> {
        let candidates = self.up_in(rack).count();
        self.up_in(rack)
            .nth(turn.checked_rem(candidates)?)
            .or_else(|| self.local())
    }

    /// The same for all brokers, which are in ascending order of their ids.
    pub(crate) fn proxies_of<'a>(
        &'a self,
        brokers: &'a [KafkaNode],
    ) -> impl Iterator<Item = Option<BrokerId>> + 'a {
        let mut turns: HashMap<Option<&str>, usize> = HashMap::new();
        brokers.iter().map(move |node| {
            let rack = self.rack_of(node);
            let turn = turns.entry(rack).or_default();
            let stands_in = self.in_turn(rack, *turn);
            *turn += 1;
            stands_in.map(|node| node.broker_id)
        })
    }

    /// The proxy that a client in `rack` reads from `broker` through, if that is in this rack and this one is not.
    pub(crate) fn nearer(
        &self,
        broker: BrokerId,
        (rack, brokers): (&[u8], &[KafkaNode]),
    ) -> Option<BrokerId> {
        let is_there = |node: &ShotoverNode| node.rack.as_bytes() == rack;
        if self.local().is_none_or(is_there) {
            return None;
        }
        let stands_in = self.proxy_of(broker, brokers);
        let nearer = stands_in.filter(|node| is_there(node));
        nearer.map(|node| node.broker_id)
    }

    /// The proxies that are up, in ascending order of their ids.
    pub(crate) fn up(&self) -> impl Iterator<Item = &ShotoverNode> {
        self.up_in(None)
    }

    /// The proxies that are up, in this rack or in any. This proxy is: it answers.
    fn up_in(&self, rack: Option<&str>) -> impl Iterator<Item = &ShotoverNode> {
        self.nodes.iter().filter(move |node| {
            let up = node.broker_id == self.local || node.health.state() == NodeState::Up;
            up && rack.is_none_or(|rack| rack == node.rack.as_ref())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::AddressTemplate;
    use super::*;
    use crate::cluster::node::Health;
    use std::sync::Arc;
    use tokio::time::Instant;

    fn proxy(id: i32, rack: &str) -> ShotoverNode {
        ShotoverNode {
            broker_id: BrokerId(id),
            address_for_clients: AddressTemplate::new(&format!("b{{broker_id}}.p{id}:9092"))
                .unwrap(),
            address_for_peers: format!("p{id}:9092").parse().unwrap(),
            rack: rack.into(),
            health: Arc::default(),
        }
    }

    fn brokers(racks: &[&str]) -> Vec<KafkaNode> {
        (0..)
            .zip(racks)
            .map(|(id, rack)| KafkaNode {
                broker_id: BrokerId(id),
                address: "kafka:9092".parse().unwrap(),
                rack: Some((*rack).into()),
                health: Arc::new(Health::default()),
            })
            .collect()
    }

    fn assigned(advertise: &Advertise, brokers: &[KafkaNode]) -> Vec<i32> {
        let proxies = brokers
            .iter()
            .map(|node| advertise.proxy_of(node.broker_id, brokers).unwrap());
        let proxies: Vec<BrokerId> = proxies.map(|proxy| proxy.broker_id).collect();
        let at_once: Vec<BrokerId> = advertise.proxies_of(brokers).flatten().collect();
        assert_eq!(at_once, proxies);
        proxies.into_iter().map(|proxy| proxy.0).collect()
    }

    #[track_caller]
    fn check_called(template: &str, local: &str, server_name: Option<&str>, expected: Option<i32>) {
        let mut node = proxy(10, "a");
        node.address_for_clients = AddressTemplate::new(template).unwrap();
        let client = ClientDetails {
            connection_id: 1,
            peer: "127.0.0.1:50000".parse().unwrap(),
            local: local.parse().unwrap(),
            server_name: server_name.map(Into::into),
            source: "kafka".into(),
        };
        let advertise = Advertise::new(vec![node], BrokerId(10));
        assert_eq!(advertise.called(&client), expected.map(BrokerId));
    }

    #[test]
    fn a_client_calls_a_broker_by_its_ip_address_or_its_name() {
        let (ips, names) = ("127.0.1.{broker_id}:9192", "b{broker_id}.kafka:9192");
        check_called(ips, "127.0.1.2:9192", None, Some(2));
        check_called(ips, "[::ffff:127.0.1.2]:9192", None, Some(2));
        check_called(names, "10.0.0.1:9192", Some("B1.kafka"), Some(1));
    }

    #[test]
    fn a_client_that_knows_one_address_for_all_brokers_calls_none_of_them() {
        let ips = "127.0.1.{broker_id}:9192";
        check_called(ips, "127.0.0.1:9192", None, None);
        check_called("b{broker_id}.kafka:9192", "10.0.0.1:9192", None, None);
        check_called("127.0.0.1:9192", "127.0.0.1:9192", None, None);
        check_called("kafka:9192", "10.0.0.1:9192", Some("kafka"), None);
    }

    #[test]
    fn a_broker_is_behind_a_proxy_of_its_rack() {
        let nodes = vec![proxy(10, "a"), proxy(11, "b"), proxy(12, "a")];
        let advertise = Advertise::new(nodes, BrokerId(10));
        let brokers = brokers(&["a", "b", "a", "b"]);
        assert_eq!(assigned(&advertise, &brokers), [10, 11, 12, 11]);
    }

    #[test]
    fn the_brokers_of_a_rack_without_a_proxy_are_dealt_out_to_all() {
        let nodes = vec![proxy(10, "a"), proxy(11, "b")];
        let advertise = Advertise::new(nodes, BrokerId(10));
        let brokers = brokers(&["c", "c", "d", "a"]);
        assert_eq!(assigned(&advertise, &brokers), [10, 11, 10, 10]);
    }

    #[test]
    fn every_proxy_comes_to_the_same_result() {
        let nodes = [proxy(10, "a"), proxy(11, "b"), proxy(12, "b")];
        let brokers = brokers(&["a", "b", "b", "c", "c"]);
        let mut reversed = nodes.to_vec();
        reversed.reverse();
        assert_eq!(
            assigned(&Advertise::new(nodes.to_vec(), BrokerId(10)), &brokers),
            assigned(&Advertise::new(reversed, BrokerId(12)), &brokers)
        );
    }

    #[test]
    fn for_a_broker_that_nobody_knows_stands_the_same_proxy_everywhere() {
        let nodes = vec![proxy(10, "a"), proxy(11, "b")];
        let brokers = brokers(&["a", "b"]);
        for local in [10, 11] {
            let advertise = Advertise::new(nodes.clone(), BrokerId(local));
            let found = advertise.proxy_of(BrokerId(99), &brokers).unwrap();
            assert_eq!(found.broker_id.0, 10);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_is_down_stands_for_no_broker() {
        let nodes = vec![proxy(10, "a"), proxy(11, "b")];
        nodes[1].health.down(Instant::now());
        let brokers = brokers(&["a", "b"]);
        assert_eq!(
            assigned(&Advertise::new(nodes, BrokerId(10)), &brokers),
            [10, 10]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn this_proxy_is_up_whatever_its_peers_think() {
        let nodes = vec![proxy(10, "a"), proxy(11, "b")];
        nodes[0].health.down(Instant::now());
        let brokers = brokers(&["a"]);
        let advertise = Advertise::new(nodes, BrokerId(10));
        let address = advertise.address_of(BrokerId(0), &brokers).unwrap();
        assert_eq!(address.host, "b0.p10");
    }
}
