//! What is a node, before anything of it runs: its files and its start command, the same in a container and as a process?

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result};

use super::environment::{JAVA_OPTIONS, LOG_CONFIG};
use super::listener::{Listener, USERS};
use crate::certs::{Authority, Leaf};
use crate::ports::free_port;

/// Formats the storage once, then becomes the broker.
/// Its arguments: the jars, the folder of the node's files, the folder of its data, the cluster id, options of `format`.
const START: &str = r#"
libs=$1 files=$2 data=$3 cluster=$4
shift 4
run() { java $JVM -Dlog4j2.configurationFile="$files/log4j2.properties" -cp "$libs/*" "$@"; }
[ -f "$data/meta.properties" ] ||
    run kafka.tools.StorageTool format -t "$cluster" -c "$files/node.properties" "$@" || exit
exec java $JVM -Dlog4j2.configurationFile="$files/log4j2.properties" -cp "$libs/*" kafka.Kafka "$files/node.properties"
"#;

/// One combined broker and controller.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) id: u16,
    pub(crate) rack: String,
    pub(crate) ports: BTreeMap<Listener, u16>,
    controller_port: u16,
    /// Where clients of [`Listener::Relayed`] look for it.
    pub(crate) relayed_port: u16,
}

/// What all nodes of a cluster have in common.
#[derive(Debug)]
pub(crate) struct Definition {
    pub(crate) cluster_id: String,
    pub(crate) nodes: Vec<Node>,
    pub(crate) authority: Authority,
    pub(crate) server: Leaf,
    pub(crate) properties: BTreeMap<String, String>,
}

/// The places of a node's files, as the node itself sees them.
#[derive(Clone, Debug)]
pub(crate) struct Paths {
    pub(crate) libs: String,
    pub(crate) files: String,
    pub(crate) data: String,
}

impl Node {
    /// A node with ports of its own.
    pub(crate) fn new(id: u16, rack: String, listeners: &[Listener]) -> Result<Self> {
        let mut ports = BTreeMap::new();
        for listener in listeners {
            ports.insert(*listener, free_port()?);
        }
        Ok(Self {
            id,
            rack,
            ports,
            controller_port: free_port()?,
            relayed_port: free_port()?,
        })
    }

    pub(crate) fn address(&self, listener: Listener) -> Result<String> {
        let port = self
            .ports
            .get(&listener)
            .with_context(|| format!("the cluster has no listener {listener:?}"))?;
        Ok(format!("127.0.0.1:{port}"))
    }
}

impl Definition {
    /// The files of a node: names and contents.
    pub(crate) fn files(&self, node: &Node, paths: &Paths) -> Result<Vec<(&'static str, String)>> {
        Ok(vec![
            ("node.properties", self.node_properties(node, paths)?),
            ("log4j2.properties", LOG_CONFIG.to_owned()),
            ("keystore.pem", fs::read_to_string(&self.server.keystore)?),
            (
                "authority.pem",
                fs::read_to_string(self.authority.certificate())?,
            ),
        ])
    }

    /// The program and its arguments.
    pub(crate) fn command(&self, paths: &Paths) -> Vec<String> {
        let script = format!("JVM='{}'\n{START}", JAVA_OPTIONS.join(" "));
        let Paths { libs, files, data } = paths.clone();
        let mut command = vec![
            "sh".to_owned(),
            "-c".to_owned(),
            script,
            "sh".to_owned(),
            libs,
            files,
            data,
        ];
        command.push(self.cluster_id.clone());
        if self
            .nodes
            .iter()
            .any(|node| node.ports.keys().any(|listener| listener.has_sasl()))
        {
            for (user, password) in USERS {
                command.push("--add-scram".to_owned());
                command.push(format!("SCRAM-SHA-256=[name={user},password={password}]"));
            }
        }
        command
    }

    fn node_properties(&self, node: &Node, paths: &Paths) -> Result<String> {
        let mut properties = self.shared_properties();
        let mut set = |name: &str, value: String| drop(properties.insert(name.to_owned(), value));

        let address =
            |listener: Listener, port: u16| format!("{}://127.0.0.1:{port}", listener.name());
        let listeners: Vec<String> = node
            .ports
            .iter()
            .map(|(listener, port)| address(*listener, *port))
            .collect();
        let advertised: Vec<String> = node
            .ports
            .iter()
            .map(|(listener, port)| match listener {
                Listener::Relayed => address(*listener, node.relayed_port),
                Listener::Plaintext
                | Listener::Tls
                | Listener::MutualTls
                | Listener::Sasl
                | Listener::SaslTls => address(*listener, *port),
            })
            .collect();
        set("node.id", node.id.to_string());
        set("broker.rack", node.rack.clone());
        set(
            "listeners",
            format!(
                "{},CONTROLLER://127.0.0.1:{}",
                listeners.join(","),
                node.controller_port
            ),
        );
        set("advertised.listeners", advertised.join(","));
        set("log.dirs", paths.data.clone());
        let mut protocols = "CONTROLLER:PLAINTEXT".to_owned();
        for listener in node.ports.keys() {
            write!(protocols, ",{}:{}", listener.name(), listener.protocol())?;
            for (name, value) in listener.properties(&paths.files) {
                set(&name, value);
            }
        }
        set("listener.security.protocol.map", protocols);
        // What a test asks for wins.
        properties.extend(self.properties.clone());

        let mut text = String::new();
        for (name, value) in properties {
            writeln!(text, "{name}={value}")?;
        }
        Ok(text)
    }

    fn shared_properties(&self) -> BTreeMap<String, String> {
        let nodes = &self.nodes;
        let voters: Vec<String> = nodes
            .iter()
            .map(|node| format!("{}@127.0.0.1:{}", node.id, node.controller_port))
            .collect();
        let replicas = nodes.len().min(3).to_string();
        // One broker of three may be down.
        let in_sync = if nodes.len() >= 3 { "2" } else { "1" };
        let mut properties = BTreeMap::from(
            [
                ("process.roles", "broker,controller"),
                ("controller.quorum.voters", &voters.join(",")),
                ("controller.listener.names", "CONTROLLER"),
                ("inter.broker.listener.name", Listener::Plaintext.name()),
                // Fetching from the nearest replica (KIP-392) works when a client asks for it.
                (
                    "replica.selector.class",
                    "org.apache.kafka.common.replica.RackAwareReplicaSelector",
                ),
                ("group.initial.rebalance.delay.ms", "0"),
                ("default.replication.factor", &replicas),
                ("num.partitions", "6"),
                // A broker that is killed is missed soon.
                ("broker.session.timeout.ms", "3000"),
                ("broker.heartbeat.interval.ms", "500"),
                ("message.max.bytes", "20971520"),
                ("replica.fetch.max.bytes", "20971520"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned())),
        );
        for topic in [
            "offsets.topic",
            "transaction.state.log",
            "share.coordinator.state.topic",
        ] {
            properties.insert(format!("{topic}.replication.factor"), replicas.clone());
            properties.insert(format!("{topic}.num.partitions"), "6".to_owned());
            if topic != "offsets.topic" {
                properties.insert(format!("{topic}.min.isr"), in_sync.to_owned());
            }
        }
        properties
    }
}
