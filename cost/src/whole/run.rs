//! How is a proxy set up between a client and brokers, in one thread?

use super::brokers::Cluster;
use super::client::Client;
use super::socket::Socket;
use crate::chain;
use crate::measured::{Switch, Task, begin};
use anyhow::{Context, Result};
use bytes::Bytes;
use shotover::connection::serve;
use shotover::observability::Metrics;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::task::JoinSet;
use tokio::time::timeout;

shotover::import_transform!(transforms_kafka::cluster::KafkaSinkClusterConfig);
shotover::import_transform!(transforms_kafka::single::KafkaSinkSingleConfig);

/// Rounds before anything counts: connections are made, and what is known about the cluster is known.
const WARM_UP: u64 = 5;

/// Whoever takes longer hangs; under callgrind everything takes fifty times as long.
const PATIENCE: Duration = Duration::from_secs(300);

/// The end of the chain.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sink {
    Single,
    Brokers,
    Proxies,
}

/// What is asked through which sink.
#[derive(Debug)]
pub(super) struct Way {
    pub(super) sink: Sink,
    /// In turn.
    pub(super) requests: Vec<Bytes>,
    pub(super) brokers: usize,
    /// Requests that are sent together; their answers are waited for.
    pub(super) depth: usize,
    pub(super) rounds: u64,
}

impl Way {
    /// Asks, and returns how many requests counted.
    pub(super) fn run(&self) -> Result<u64> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let asked = async { timeout(PATIENCE, self.ask()).await.context("no answers")? };
        runtime.block_on(asked)
    }

    async fn ask(&self) -> Result<u64> {
        let mut tasks = JoinSet::new();
        let brokers = Cluster::start(self.brokers, &mut tasks).await?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let client = TcpStream::connect(address).await?;
        let (accepted, _) = listener.accept().await?;
        accepted.set_nodelay(true)?;
        let chain = chain::build(&self.yaml(&brokers, address), client.local_addr()?).await?;
        let switch = Switch::default();
        let serving = async move {
            serve(accepted, chain, &Metrics::new()).await;
            anyhow::bail!("the proxy has closed the connection")
        };
        tasks.spawn(Task::new(serving, switch.clone()));
        let asking = async {
            let mut client = Client::new(Socket::new(client)?, &self.requests, self.depth);
            client.check_answers().await?;
            client.ask(WARM_UP).await?;
            begin();
            switch.set(true);
            let operations = client.ask(self.rounds).await?;
            switch.set(false);
            Ok(operations)
        };
        tokio::select! {
            asked = asking => asked,
            ended = tasks.join_next() => ended.context("no task")??,
        }
    }

    fn yaml(&self, brokers: &[SocketAddr], listen: SocketAddr) -> String {
        let (advertise, host) = match self.sink {
            Sink::Single => {
                let first = brokers
                    .first()
                    .map(SocketAddr::to_string)
                    .unwrap_or_default();
                return format!(
                    "- KafkaSinkSingle: {{ destination_address: '{first}', connect_timeout_ms: 3000 }}\n"
                );
            }
            Sink::Brokers => ("brokers", "127.0.1.{broker_id}"),
            Sink::Proxies => ("proxies", "127.0.0.1"),
        };
        let contact: Vec<String> = brokers.iter().take(3).map(|it| format!("'{it}'")).collect();
        let node = format!(
            "address_for_clients: '{host}:{}', address_for_peers: '{listen}', rack: rack0, broker_id: 0",
            listen.port()
        );
        format!(
            "- KafkaSinkCluster: {{ advertise: {advertise}, first_contact_points: [{}], \
            shotover_nodes: [{{ {node} }}], local_shotover_broker_id: 0, connect_timeout_ms: 3000 }}\n",
            contact.join(", ")
        )
    }
}
