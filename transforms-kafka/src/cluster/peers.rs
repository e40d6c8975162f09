//! Do the other proxies answer?

use super::shared::Cluster;
use std::sync::Weak;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};
use tracing::{info, warn};

/// Connects to every peer again and again, for as long as the cluster is in use.
pub(super) async fn watch(cluster: Weak<Cluster>, delay: Duration, connect_timeout: Duration) {
    loop {
        sleep(delay).await;
        let Some(cluster) = cluster.upgrade() else {
            return;
        };
        for peer in cluster.advertise.peers() {
            let address = (peer.address_for_peers.host(), peer.address_for_peers.port());
            let attempt = timeout(connect_timeout, TcpStream::connect(address)).await;
            match attempt {
                Ok(Ok(_)) => {
                    if peer.health.up() {
                        info!(peer = %peer.address_for_peers, "a peer is up again");
                    }
                }
                Ok(Err(_)) | Err(_) => {
                    if peer.health.down(Instant::now()) {
                        warn!(peer = %peer.address_for_peers, "a peer is down: its brokers are advertised elsewhere");
                    }
                }
            }
        }
    }
}
