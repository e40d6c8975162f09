//! What can be set on a `KafkaSinkCluster`?

use super::advertise::{AddressTemplate, Advertise, Presentation, ShotoverNode};
use super::peers;
use super::shared::{Cluster, ContactPoint, Tcp};
use super::sink::KafkaSinkClusterBuilder;
use crate::broker::Names;
use async_trait::async_trait;
use kafka_protocol::messages::BrokerId;
use serde::Deserialize;
use shotover::tls::{Connector, TlsClientConfig};
use shotover::topology::{Address, BuildContext, BuildError, Check, Unchecked};
use shotover::transforms::{DownChain, TransformBuilder, TransformConfig};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// How long a broker may say nothing while a request waits, where the topology does not say.
const DEFAULT_READ_TIMEOUT: Duration = Duration::from_secs(60);

/// How often peers are checked, where the topology does not say.
const DEFAULT_PEER_DELAY: Duration = Duration::from_secs(3);

/// A `KafkaSinkCluster` as it stands in a topology.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KafkaSinkClusterConfig {
    name: Option<String>,
    first_contact_points: Vec<String>,
    shotover_nodes: Vec<ShotoverNodeConfig>,
    local_shotover_broker_id: i32,
    connect_timeout_ms: u64,
    read_timeout: Option<u64>,
    check_shotover_peers_delay_ms: Option<u64>,
    #[serde(default)]
    advertise: AdvertiseConfig,
    tls: Option<TlsClientConfig>,
}

/// A proxy in front of the cluster, as it stands in a topology.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ShotoverNodeConfig {
    address_for_clients: String,
    address_for_peers: String,
    rack: String,
    broker_id: i32,
}

/// What clients see as the brokers.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum AdvertiseConfig {
    /// The proxies.
    #[default]
    Proxies,
    /// The brokers, under addresses of the proxies.
    Brokers,
}

impl From<AdvertiseConfig> for Presentation {
    fn from(config: AdvertiseConfig) -> Self {
        match config {
            AdvertiseConfig::Proxies => Self::Proxies,
            AdvertiseConfig::Brokers => Self::Brokers,
        }
    }
}

/// The values of a [`KafkaSinkClusterConfig`], understood.
#[derive(Debug)]
struct Settings {
    contact_points: Vec<Address>,
    advertise: Advertise,
    connect_timeout: Duration,
    read_timeout: Duration,
    peer_delay: Duration,
}

#[typetag::deserialize(name = "KafkaSinkCluster")]
#[async_trait]
impl TransformConfig for KafkaSinkClusterConfig {
    fn kind(&self) -> &'static str {
        "KafkaSinkCluster"
    }

    fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn check(&self, check: &mut Check) {
        self.settings(check);
        if let Some(tls) = &self.tls {
            check.tls(tls.problems());
        }
    }

    fn down_chain(&self) -> DownChain {
        DownChain::Terminates
    }

    async fn build(&self, context: &BuildContext) -> Result<Box<dyn TransformBuilder>, BuildError> {
        let settings = self.settings(&mut Check::new()).ok_or(Unchecked)?;
        let tls = self.tls.as_ref().map(Connector::new).transpose()?;
        let contact_points = settings.contact_points.into_iter();
        let names = Arc::new(Names::of_system());
        let cluster = Arc::new(Cluster::new(
            contact_points.map(ContactPoint::new).collect(),
            Box::new(Tcp {
                connect_timeout: settings.connect_timeout,
                tls,
                names: Arc::clone(&names),
            }),
            (self.advertise.into(), settings.advertise),
            (
                settings.read_timeout,
                context.metrics().sink(context.name()),
            ),
        ));
        let mut watcher = JoinSet::new();
        if cluster.advertise.peers().next().is_some() {
            watcher.spawn(peers::watch(
                Arc::downgrade(&cluster),
                names,
                (settings.peer_delay, settings.connect_timeout),
            ));
        }
        Ok(Box::new(KafkaSinkClusterBuilder {
            cluster,
            _watcher: watcher,
        }))
    }
}

impl KafkaSinkClusterConfig {
    /// The values, if all of them are right; reports those that are not.
    fn settings(&self, check: &mut Check) -> Option<Settings> {
        let contact_points = self.contact_points(check);
        let nodes = self.nodes(check);
        let millisecond = Duration::from_millis(1);
        let connect_timeout = check.duration(
            "connect_timeout_ms",
            self.connect_timeout_ms,
            millisecond,
            1..=600_000,
        );
        let read_timeout = match self.read_timeout {
            None => Some(DEFAULT_READ_TIMEOUT),
            Some(seconds) => {
                check.duration("read_timeout", seconds, Duration::from_secs(1), 1..=86_400)
            }
        };
        let peer_delay = match self.check_shotover_peers_delay_ms {
            None => Some(DEFAULT_PEER_DELAY),
            Some(delay) => check.duration(
                "check_shotover_peers_delay_ms",
                delay,
                millisecond,
                100..=600_000,
            ),
        };
        Some(Settings {
            contact_points: contact_points?,
            advertise: Advertise::new(nodes?, BrokerId(self.local_shotover_broker_id)),
            connect_timeout: connect_timeout?,
            read_timeout: read_timeout?,
            peer_delay: peer_delay?,
        })
    }

    fn contact_points(&self, check: &mut Check) -> Option<Vec<Address>> {
        if self.first_contact_points.is_empty() {
            check.problem(
                "first_contact_points",
                "expected at least one address of a broker",
            );
            return None;
        }
        let points = self.first_contact_points.iter().enumerate();
        let points: Vec<Option<Address>> = points
            .map(|(index, text)| check.broker(&format!("first_contact_points[{index}]"), text))
            .collect();
        points.into_iter().collect()
    }

    fn nodes(&self, check: &mut Check) -> Option<Vec<ShotoverNode>> {
        let mut ids = HashSet::new();
        let nodes = self.shotover_nodes.iter().enumerate();
        let nodes: Vec<Option<ShotoverNode>> = nodes
            .map(|(index, config)| {
                check.inside(format!("shotover_nodes[{index}]"), |check| {
                    if !ids.insert(config.broker_id) {
                        let message = format!("{} is the id of another node", config.broker_id);
                        check.problem("broker_id", message);
                    }
                    config.node(self.advertise, check)
                })
            })
            .collect();
        if !ids.contains(&self.local_shotover_broker_id) {
            let message = format!(
                "expected the broker_id of one of the shotover_nodes, found {}",
                self.local_shotover_broker_id
            );
            check.problem("local_shotover_broker_id", message);
        }
        nodes.into_iter().collect()
    }
}

impl ShotoverNodeConfig {
    fn node(&self, advertise: AdvertiseConfig, check: &mut Check) -> Option<ShotoverNode> {
        if self.broker_id < 0 {
            let message = format!("expected a number from 0, found {}", self.broker_id);
            check.problem("broker_id", message);
        }
        let address_for_clients = match AddressTemplate::new(&self.address_for_clients) {
            Ok(template) if advertise == AdvertiseConfig::Proxies && template.names_broker() => {
                check.problem(
                    "address_for_clients",
                    "expected one address for the proxy: `{broker_id}` is for `advertise: brokers`",
                );
                None
            }
            Ok(template) => Some(template),
            Err(error) => {
                check.problem("address_for_clients", error.to_string());
                None
            }
        };
        let address_for_peers = check.address("address_for_peers", &self.address_for_peers);
        Some(ShotoverNode {
            broker_id: BrokerId(self.broker_id),
            address_for_clients: address_for_clients?,
            address_for_peers: address_for_peers?,
            rack: self.rack.as_str().into(),
            health: Arc::default(),
        })
    }
}
