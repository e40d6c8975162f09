//! What can be set on a `KafkaSinkSingle`?

use super::answers::Advertise;
use super::sink::KafkaSinkSingleBuilder;
use crate::broker::{Names, TcpDial};
use async_trait::async_trait;
use serde::Deserialize;
use shotover::tls::{Connector, TlsClientConfig};
use shotover::topology::{Address, BuildContext, BuildError, Check, Unchecked};
use shotover::transforms::{DownChain, TransformBuilder, TransformConfig};
use std::sync::Arc;
use std::time::Duration;

/// A `KafkaSinkSingle` as it stands in a topology.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KafkaSinkSingleConfig {
    name: Option<String>,
    destination_port: Option<u16>,
    destination_address: Option<String>,
    address_for_clients: Option<String>,
    connect_timeout_ms: u64,
    read_timeout: Option<u64>,
    tls: Option<TlsClientConfig>,
}

/// The values of a [`KafkaSinkSingleConfig`], understood.
#[derive(Debug)]
struct Settings {
    broker: Address,
    advertise: Advertise,
    connect_timeout: Duration,
    read_timeout: Option<Duration>,
}

#[typetag::deserialize(name = "KafkaSinkSingle")]
#[async_trait]
impl TransformConfig for KafkaSinkSingleConfig {
    fn kind(&self) -> &'static str {
        "KafkaSinkSingle"
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
        let dial = TcpDial {
            tls,
            broker: settings.broker,
            connect_timeout: settings.connect_timeout,
            names: Arc::new(Names::of_system()),
        };
        Ok(Box::new(KafkaSinkSingleBuilder::new(
            Box::new(dial),
            settings.advertise,
            settings.read_timeout,
            context.metrics().sink(context.name()),
        )))
    }
}

impl KafkaSinkSingleConfig {
    /// The values, if all of them are right; reports those that are not.
    fn settings(&self, check: &mut Check) -> Option<Settings> {
        let broker = self.broker(check);
        let advertise = self.advertise(check);
        let connect_timeout = check.duration(
            "connect_timeout_ms",
            self.connect_timeout_ms,
            Duration::from_millis(1),
            1..=600_000,
        );
        let read_timeout = match self.read_timeout {
            None => Some(None),
            Some(seconds) => check
                .duration("read_timeout", seconds, Duration::from_secs(1), 1..=86_400)
                .map(Some),
        };
        Some(Settings {
            broker: broker?,
            advertise: advertise?,
            connect_timeout: connect_timeout?,
            read_timeout: read_timeout?,
        })
    }

    fn broker(&self, check: &mut Check) -> Option<Address> {
        match (self.destination_port, &self.destination_address) {
            (Some(port), None) => check.broker("destination_port", &format!("localhost:{port}")),
            (None, Some(address)) => check.broker("destination_address", address),
            (None, None) => {
                check.problem(
                    "",
                    "expected destination_port, for a broker on this host, or destination_address, for one elsewhere",
                );
                None
            }
            (Some(_), Some(_)) => {
                check.problem(
                    "",
                    "expected one of destination_port and destination_address, found both",
                );
                None
            }
        }
    }

    fn advertise(&self, check: &mut Check) -> Option<Advertise> {
        match &self.address_for_clients {
            Some(address) => check
                .address("address_for_clients", address)
                .map(Advertise::Address),
            None if self.destination_address.is_some() => Some(Advertise::ClientsAddress),
            None => Some(Advertise::ClientsPort),
        }
    }
}
