//! Do clients wait for the next leader of a partition whose leader is down, as they would without a proxy?

use super::fake::Reach;
use super::stage::*;
use crate::cluster::node::RETRY_DOWN_AFTER;
use kafka_protocol::messages::ResponseKind;
use shotover::wire::{ApiKey, ErrorCode};
use std::time::Duration;
use tokio::time::advance;

const NONE: (i16, i32) = (ErrorCode::LEADER_NOT_AVAILABLE.0, -1);

/// The error and the leader of each partition, as the client is told.
async fn told(client: &mut Client) -> Vec<(i16, i32)> {
    let ResponseKind::Metadata(answer) = client.hear(metadata()).await else {
        panic!()
    };
    let partitions = answer.topics[0].partitions.iter();
    partitions
        .map(|it| (it.error_code, it.leader_id.0))
        .collect()
}

/// Both presentations, and what clients see as leaders in each.
fn presentations() -> [(Proxy, [(i16, i32); 3]); 2] {
    [
        (Proxy::new(), [(0, 1), (0, 2), (0, 3)]),
        (Proxy::apart(), [(0, 10), (0, 11), (0, 10)]),
    ]
}

/// The first broker ends, and the client has something for it.
async fn die(proxy: &Proxy, client: &mut Client) {
    proxy.brokers.reach(1, Reach::Refuses);
    proxy.brokers.hang_up();
    assert!(client.hears_nothing_for(Duration::from_millis(1)).await);
    let refused = client.hear(produce(0, -1)).await;
    assert_eq!(errors(&refused), [ErrorCode::NOT_LEADER_OR_FOLLOWER.0]);
}

#[tokio::test(start_paused = true)]
async fn a_leader_that_is_down_is_none_until_it_is_back() {
    for (proxy, [_, second, third]) in presentations() {
        let (mut client, mut other) = (proxy.client(1), proxy.client(2));
        let before = told(&mut client).await;
        die(&proxy, &mut client).await;
        for client in [&mut client, &mut other] {
            assert_eq!(told(client).await, [NONE, second, third]);
        }
        proxy.brokers.reach(1, Reach::Accepts);
        advance(RETRY_DOWN_AFTER).await;
        // This one makes the proxy look.
        assert_eq!(told(&mut client).await, [NONE, second, third]);
        assert!(client.hears_nothing_for(Duration::from_millis(1)).await);
        assert_eq!(told(&mut client).await, before);
        assert!(proxy.brokers.asked(ApiKey::Produce).is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn the_next_leader_is_one_at_once() {
    for (proxy, [_, second, third]) in presentations() {
        let mut client = proxy.client(1);
        told(&mut client).await;
        die(&proxy, &mut client).await;
        assert_eq!(told(&mut client).await, [NONE, second, third]);
        proxy.brokers.elect(&[2, 2, 3]);
        assert_eq!(told(&mut client).await, [second, second, third]);
        assert_eq!(errors(&client.hear(produce(0, -1)).await), [0]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_leader_that_was_down_long_ago_is_one() {
    for (proxy, _) in presentations() {
        let mut client = proxy.client(1);
        let before = told(&mut client).await;
        die(&proxy, &mut client).await;
        advance(Duration::from_secs(5)).await;
        assert_eq!(told(&mut client).await, before);
    }
}
