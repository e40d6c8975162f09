//! How does a test get three brokers with proxies in front of them?

use std::time::Duration;

use anyhow::Result;
use test_helpers::kafka::{Cluster, ClusterBuilder, Listener};
use test_helpers::ports::free_port;
use test_helpers::proxy::ProxyProcess;

/// Longest time for anything a test waits for.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// Three brokers, and proxies in front of them.
#[derive(Debug)]
pub(crate) struct Fixture {
    pub(crate) proxies: Vec<ProxyProcess>,
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
    let sink = Sink {
        advertise,
        listener: Listener::Plaintext,
        fields: String::new(),
    };
    start(Cluster::builder(), proxies, &sink).unwrap()
}

/// How proxies connect to the brokers.
#[derive(Debug)]
pub(crate) struct Sink {
    pub(crate) advertise: Advertise,
    pub(crate) listener: Listener,
    /// More fields, in YAML between braces.
    pub(crate) fields: String,
}

/// Three brokers, and proxies. The first proxy is in the rack of the first broker, and so on.
pub(crate) fn start(brokers: ClusterBuilder, proxies: u16, sink: &Sink) -> Result<Fixture> {
    let cluster = brokers.brokers(3).start()?;
    let ports: Vec<u16> = (0..proxies).map(|_| free_port()).collect::<Result<_>>()?;
    let contact_points = cluster.bootstrap(sink.listener)?;
    let proxies: Result<Vec<ProxyProcess>> = (0..ports.len())
        .map(|local| proxy(&contact_points, &ports, local, sink))
        .collect();
    let addresses: Vec<String> = ports
        .iter()
        .map(|port| format!("127.0.0.1:{port}"))
        .collect();
    Ok(Fixture {
        proxies: proxies?,
        cluster,
        ports,
        address: addresses.join(","),
    })
}

/// All of 127.0.0.0/8 is this host, so every broker has an address of its own without any set-up.
pub(crate) fn proxy(
    contact_points: &str,
    ports: &[u16],
    local: usize,
    sink: &Sink,
) -> Result<ProxyProcess> {
    let (advertise, host) = match sink.advertise {
        Advertise::Brokers => ("brokers", "127.0.1.{broker_id}"),
        Advertise::Proxies => ("proxies", "127.0.0.1"),
    };
    let nodes: Vec<String> = ports
        .iter()
        .enumerate()
        .map(|(id, port)| {
            format!(
                r#"{{ address_for_clients: "{host}:{port}", address_for_peers: "127.0.0.1:{port}", rack: "rack{id}", broker_id: {id} }}"#
            )
        })
        .collect();
    let (nodes, port, fields) = (nodes.join(", "), ports[local], &sink.fields);
    let topology = format!(
        r#"
sources:
  - Kafka:
      name: "kafka"
      listen_addr: "0.0.0.0:{port}"
      chain:
        - KafkaSinkCluster: {{
            name: "sink",
            advertise: {advertise},
            first_contact_points: [{contact_points}],
            shotover_nodes: [{nodes}],
            local_shotover_broker_id: {local},
            connect_timeout_ms: 3000,
            read_timeout: 20,
            check_shotover_peers_delay_ms: 500,
            {fields}
          }}
"#
    );
    ProxyProcess::builder(env!("CARGO_BIN_EXE_shotover-proxy"))
        .topology(&topology)
        .start()
}
