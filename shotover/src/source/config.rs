//! What can stand below `sources` in a topology file?

use crate::connection::ConnectionLimits;
use crate::tls::TlsServerConfig;
use crate::topology::{Address, Check};
use crate::transforms::{Protocol, TransformChainConfig};
use serde::Deserialize;
use std::num::NonZeroUsize;
use std::time::Duration;

/// Client connections of a source that may be open at a time, unless the topology says otherwise.
pub(super) const DEFAULT_CONNECTION_LIMIT: NonZeroUsize = NonZeroUsize::new(512).unwrap();

/// More than the ports that the clients of one machine have.
const LARGEST_CONNECTION_LIMIT: NonZeroUsize = NonZeroUsize::new(1_000_000).unwrap();

/// A source as it stands in the topology file.
#[derive(Debug, Deserialize)]
pub enum SourceConfig {
    /// Clients that speak Kafka.
    Kafka(KafkaSourceConfig),
}

/// A listener for Kafka clients and the chain their requests go through.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KafkaSourceConfig {
    name: Option<String>,
    listen_addr: String,
    connection_limit: Option<usize>,
    hard_connection_limit: Option<bool>,
    connection_limit_per_ip: Option<usize>,
    timeout: Option<u64>,
    tls: Option<TlsServerConfig>,
    pub(super) chain: TransformChainConfig,
}

/// What a source does with a client that comes when `connection_limit` is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OverLimit {
    /// It waits in the backlog of the listener until another one leaves.
    Waits,
    /// Its connection is closed at once.
    IsRefused,
}

/// The values of a [`KafkaSourceConfig`], understood.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) listen: Address,
    pub(super) connection_limit: NonZeroUsize,
    pub(super) over_limit: OverLimit,
    /// Connections that the clients of one address may have.
    pub(super) connection_limit_per_ip: Option<NonZeroUsize>,
    pub(super) limits: ConnectionLimits,
}

impl SourceConfig {
    /// What the source is called in topology files.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Kafka(_) => "Kafka",
        }
    }

    /// The name the operator gave, or one that no other source of the topology has.
    pub fn name(&self) -> &str {
        match self {
            Self::Kafka(config) => config.name(),
        }
    }

    /// The name, unless nobody gave one yet.
    pub(crate) fn given_name(&self) -> Option<&str> {
        match self {
            Self::Kafka(config) => config.name.as_deref(),
        }
    }

    pub(crate) fn set_name(&mut self, name: String) {
        match self {
            Self::Kafka(config) => config.name = Some(name),
        }
    }

    /// Clients that may be connected at a time.
    pub fn connection_limit(&self) -> usize {
        match self {
            Self::Kafka(config) => config
                .connection_limit
                .unwrap_or(DEFAULT_CONNECTION_LIMIT.get()),
        }
    }

    /// Where the source listens, as far as the value is an address.
    pub fn listen_addr(&self) -> Option<Address> {
        match self {
            Self::Kafka(config) => config.listen_addr.parse().ok(),
        }
    }

    /// Reports everything that is wrong with the source and its chain.
    pub fn check(&self, check: &mut Check) {
        match self {
            Self::Kafka(config) => config.check(check),
        }
    }
}

impl KafkaSourceConfig {
    pub(super) fn name(&self) -> &str {
        self.name.as_deref().unwrap_or("kafka")
    }

    pub(super) fn tls(&self) -> Option<&TlsServerConfig> {
        self.tls.as_ref()
    }

    fn check(&self, check: &mut Check) {
        if let Some(name) = &self.name {
            check.unique_name(name);
        }
        self.settings(check);
        if let Some(tls) = &self.tls {
            check.tls(tls.problems());
        }
        check.inside("chain", |check| self.chain.check(Protocol::Kafka, check));
    }

    /// The values, if all of them are right; reports those that are not.
    pub(super) fn settings(&self, check: &mut Check) -> Option<Settings> {
        let listen = check.address("listen_addr", &self.listen_addr);
        let connection_limit = match self.connection_limit {
            None => Some(DEFAULT_CONNECTION_LIMIT),
            Some(limit) => connections("connection_limit", limit, check),
        };
        let connection_limit_per_ip = match self.connection_limit_per_ip {
            None => Some(None),
            Some(limit) => connections("connection_limit_per_ip", limit, check).map(Some),
        };
        let defaults = ConnectionLimits::default();
        let idle = match self.timeout {
            None => Some(defaults.idle),
            Some(seconds) => check.duration("timeout", seconds, Duration::from_secs(1), 1..=86_400),
        };
        Some(Settings {
            listen: listen?,
            connection_limit: connection_limit?,
            over_limit: match self.hard_connection_limit {
                Some(true) => OverLimit::IsRefused,
                Some(false) | None => OverLimit::Waits,
            },
            connection_limit_per_ip: connection_limit_per_ip?,
            limits: ConnectionLimits {
                idle: idle?,
                ..defaults
            },
        })
    }
}

/// The value of `field` as a number of connections; reports one that cannot be meant.
fn connections(field: &str, limit: usize, check: &mut Check) -> Option<NonZeroUsize> {
    let connections = NonZeroUsize::new(limit).filter(|limit| *limit <= LARGEST_CONNECTION_LIMIT);
    if connections.is_none() {
        check.problem(
            field,
            format!("expected 1 to {LARGEST_CONNECTION_LIMIT} connections, found {limit}"),
        );
    }
    connections
}
