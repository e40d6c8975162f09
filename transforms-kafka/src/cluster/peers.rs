//! Do the other proxies answer?

use super::shared::Cluster;
use crate::broker::Names;
use shotover::topology::Address;
use std::io;
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};
use tracing::{info, warn};

/// Connects to every peer again and again, for as long as the cluster is in use.
pub(super) async fn watch(
    cluster: Weak<Cluster>,
    names: Arc<Names>,
    (delay, connect_timeout): (Duration, Duration),
) {
    loop {
        sleep(delay).await;
        let Some(cluster) = cluster.upgrade() else {
            return;
        };
        for peer in cluster.advertise.peers() {
            let (sink, peer, health) = (
                cluster.metrics.name(),
                &peer.address_for_peers,
                &peer.health,
            );
            match connect(peer, &names, connect_timeout).await {
                Ok(()) => {
                    if health.up() {
                        info!(sink, %peer, "a peer is up again");
                    }
                }
                Err(error) => {
                    if health.down(Instant::now()) {
                        warn!(sink, %peer, %error, "a peer is down: its brokers are advertised elsewhere");
                    }
                }
            }
        }
    }
}

/// Connects to a peer, at whatever address of its name.
async fn connect(peer: &Address, names: &Names, limit: Duration) -> io::Result<()> {
    let connected = timeout(limit, async {
        let addresses = names.resolve(peer, limit).await?;
        TcpStream::connect(&addresses[..]).await
    });
    let connected = connected.await;
    connected
        .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
        .map(drop)
}
