//! Is a proxy that takes no connections left out, for as long as that is so?

use super::stage::*;
use crate::broker::Names;
use crate::cluster::peers::watch;
use kafka_protocol::messages::ResponseKind;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpSocket;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// How often the peer is checked.
const DELAY: Duration = Duration::from_millis(5);
/// Longest time until what is waited for is so.
const SOON: Duration = Duration::from_secs(10);

/// The proxies that a client takes for the brokers.
async fn seen(proxy: &Proxy, connection_id: u64) -> Vec<i32> {
    let mut client = proxy.client(connection_id);
    let ResponseKind::Metadata(answer) = client.hear(metadata()).await else {
        panic!()
    };
    let brokers = answer.brokers.iter();
    brokers.map(|broker| broker.node_id.0).collect()
}

async fn wait_for(proxy: &Proxy, expected: &[i32]) {
    let wait = async {
        let mut attempt = 0;
        while seen(proxy, attempt).await != expected {
            attempt += 1;
            sleep(DELAY).await;
        }
    };
    let waited = timeout(SOON, wait).await;
    waited.expect("clients see other proxies");
}

#[tokio::test]
async fn a_peer_that_takes_no_connections_is_left_out_until_it_does() {
    let peer = TcpSocket::new_v4().unwrap();
    peer.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let proxy = Proxy::beside(&peer.local_addr().unwrap().to_string());
    assert_eq!(seen(&proxy, 0).await, [10, 11]);
    let mut watcher = JoinSet::new();
    watcher.spawn(watch(
        Arc::downgrade(&proxy.cluster),
        Arc::new(Names::of_system()),
        (DELAY, SOON),
    ));
    wait_for(&proxy, &[10]).await;
    let _listener = peer.listen(1024).unwrap();
    wait_for(&proxy, &[10, 11]).await;
}

#[tokio::test]
async fn nobody_looks_after_peers_of_a_sink_that_is_gone() {
    let proxy = Proxy::apart();
    let mut watcher = JoinSet::new();
    watcher.spawn(watch(
        Arc::downgrade(&proxy.cluster),
        Arc::new(Names::of_system()),
        (DELAY, SOON),
    ));
    drop(proxy);
    let ended = timeout(SOON, watcher.join_next()).await;
    ended.expect("it goes on").unwrap().unwrap();
}
