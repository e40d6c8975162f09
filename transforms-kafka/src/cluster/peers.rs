//! Do the other proxies answer?

use super::shared::Cluster;
use crate::broker::Names;
use shotover::topology::Address;
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
            match answers(&peer.address_for_peers, &names, connect_timeout).await {
                true => {
                    if peer.health.up() {
                        info!(peer = %peer.address_for_peers, "a peer is up again");
                    }
                }
                false => {
                    if peer.health.down(Instant::now()) {
                        warn!(peer = %peer.address_for_peers, "a peer is down: its brokers are advertised elsewhere");
                    }
                }
            }
        }
    }
}

/// Whether a peer takes a connection in time, at whatever address of its name.
async fn answers(peer: &Address, names: &Names, limit: Duration) -> bool {
    let connected = timeout(limit, async {
        let addresses = names.resolve(peer, limit).await?;
        TcpStream::connect(&addresses[..]).await
    });
    matches!(connected.await, Ok(Ok(_)))
}
