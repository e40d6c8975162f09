//! How does a test get three brokers with proxies in front of them?

use std::time::Duration;

use anyhow::Result;
use test_helpers::kafka::{Cluster, ClusterBuilder, Listener};
use test_helpers::ports::free_port;
use test_helpers::proxy::{ProxyProcess, metric};

/// Longest time for anything a test waits for.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// Three brokers, and proxies in front of them.
#[derive(Debug)]
pub(crate) struct Fixture {
    _proxies: Vec<ProxyProcess>,
    pub(crate) cluster: Cluster,
    /// The port of each proxy.
    pub(crate) ports: Vec<u16>,
    /// Where clients find the proxies first.
    pub(crate) address: String,
}

/// What clients take for the brokers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Advertise {
    Brokers,
    Proxies,
}

/// Both of them.
pub(crate) const ADVERTISE: [Advertise; 2] = [Advertise::Brokers, Advertise::Proxies];

/// Three brokers without TLS and SASL, with one proxy whose clients see the brokers.
pub(crate) fn fixture() -> Fixture {
    in_front(Advertise::Brokers, 1)
}

/// Three brokers without TLS and SASL, with so many proxies.
pub(crate) fn in_front(advertise: Advertise, proxies: u16) -> Fixture {
    let cluster = Cluster::builder().brokers(3).start().unwrap();
    let front = Front::start(&cluster, proxies, Sink::of(advertise)).unwrap();
    Fixture {
        _proxies: front.proxies,
        cluster,
        ports: front.ports,
        address: front.address,
    }
}

/// Three brokers without TLS and SASL, and so many proxies in front of them for each kind of clients.
pub(crate) fn both(proxies: u16) -> (Cluster, [Front; 2]) {
    both_of(Cluster::builder(), proxies)
}

/// The same with brokers of a kind.
pub(crate) fn both_of(brokers: ClusterBuilder, proxies: u16) -> (Cluster, [Front; 2]) {
    let cluster = brokers.brokers(3).start().unwrap();
    let fronts = fronts(&cluster, proxies, Sink::of);
    (cluster, fronts)
}

/// So many proxies for each kind of clients.
pub(crate) fn fronts(
    cluster: &Cluster,
    proxies: u16,
    sink: impl Fn(Advertise) -> Sink,
) -> [Front; 2] {
    ADVERTISE.map(|advertise| Front::start(cluster, proxies, sink(advertise)).unwrap())
}

/// How proxies connect to the brokers.
#[derive(Debug)]
pub(crate) struct Sink {
    pub(crate) advertise: Advertise,
    pub(crate) listener: Listener,
    /// Where clients are told that brokers, or proxies, are. All of 127.0.0.0/8 is this host, so every broker can have
    /// an address of its own without any set-up.
    pub(crate) host: &'static str,
    /// Seconds.
    pub(crate) read_timeout: u8,
    /// More fields, in YAML between braces.
    pub(crate) fields: String,
    /// More fields of the source in front of it.
    pub(crate) source: String,
}

impl Sink {
    /// Without TLS and SASL.
    pub(crate) fn of(advertise: Advertise) -> Self {
        Self {
            advertise,
            listener: Listener::Plaintext,
            host: match advertise {
                Advertise::Brokers => "127.0.1.{broker_id}",
                Advertise::Proxies => "127.0.0.1",
            },
            read_timeout: 20,
            fields: String::new(),
            source: String::new(),
        }
    }
}

/// Proxies that know of each other. The first one is in the rack of the first broker, and so on.
#[derive(Debug)]
pub(crate) struct Front {
    pub(crate) proxies: Vec<ProxyProcess>,
    /// The port of each proxy.
    pub(crate) ports: Vec<u16>,
    /// Where clients find the proxies first.
    pub(crate) address: String,
    /// Where each proxy tells its metrics.
    interfaces: Vec<String>,
    contact_points: String,
    sink: Sink,
}

impl Front {
    pub(crate) fn start(cluster: &Cluster, proxies: u16, sink: Sink) -> Result<Self> {
        let free_ports = || {
            (0..proxies)
                .map(|_| free_port())
                .collect::<Result<Vec<u16>>>()
        };
        let at = |ports: &[u16]| -> Vec<String> {
            let addresses = ports.iter().map(|port| format!("127.0.0.1:{port}"));
            addresses.collect()
        };
        let ports = free_ports()?;
        let mut front = Self {
            proxies: Vec::new(),
            address: at(&ports).join(","),
            interfaces: at(&free_ports()?),
            contact_points: cluster.bootstrap(sink.listener)?,
            ports,
            sink,
        };
        front.proxies = (0..front.ports.len())
            .map(|local| front.proxy(local))
            .collect::<Result<_>>()?;
        Ok(front)
    }

    /// What it is called in names of topics and groups.
    pub(crate) fn name(&self) -> &'static str {
        match self.sink.advertise {
            Advertise::Brokers => "brokers",
            Advertise::Proxies => "proxies",
        }
    }

    /// How many requests of this kind clients have sent to the proxies.
    pub(crate) fn requests(&self, api: &str) -> Result<f64> {
        let proxies = 0..self.interfaces.len();
        proxies.map(|local| self.requests_to(local, api)).sum()
    }

    /// The same of one of them.
    pub(crate) fn requests_to(&self, local: usize, api: &str) -> Result<f64> {
        let labels = [("api", api)];
        metric(&self.interfaces[local], "shotover_requests_total", &labels)
    }

    /// Starts a proxy again that was killed.
    pub(crate) fn restart(&mut self, local: usize) -> Result<()> {
        self.proxies[local] = self.proxy(local)?;
        Ok(())
    }

    fn proxy(&self, local: usize) -> Result<ProxyProcess> {
        let Self {
            ports,
            contact_points,
            sink,
            ..
        } = self;
        let (advertise, host) = (self.name(), sink.host);
        let nodes: Vec<String> = ports
        .iter()
        .enumerate()
        .map(|(id, port)| {
            format!(
                r#"{{ address_for_clients: "{host}:{port}", address_for_peers: "127.0.0.1:{port}", rack: "rack{id}", broker_id: {id} }}"#
            )
        })
        .collect();
        let (nodes, port) = (nodes.join(", "), ports[local]);
        let (read_timeout, fields, source) = (sink.read_timeout, &sink.fields, &sink.source);
        let topology = format!(
            r#"
sources:
  - Kafka:
      name: "kafka"
      listen_addr: "0.0.0.0:{port}"
      {source}
      chain:
        - KafkaSinkCluster: {{
            name: "sink",
            advertise: {advertise},
            first_contact_points: [{contact_points}],
            shotover_nodes: [{nodes}],
            local_shotover_broker_id: {local},
            connect_timeout_ms: 3000,
            read_timeout: {read_timeout},
            check_shotover_peers_delay_ms: 500,
            {fields}
          }}
"#
        );
        ProxyProcess::builder(env!("CARGO_BIN_EXE_shotover-proxy"))
            .topology(&topology)
            .config(&format!(
                "main_log_level: info\nobservability_interface: '{}'\n",
                self.interfaces[local]
            ))
            .start()
    }
}
