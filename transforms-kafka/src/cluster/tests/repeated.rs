//! Is a long answer that comes again shown as what it was, and as long as it is true?

use super::stage::*;
use kafka_protocol::messages::{MetadataRequest, ResponseKind};
use shotover::wire::ApiKey;
use tokio::time::Instant;

/// Partitions whose Metadata is long.
const MANY: usize = 5_000;

/// Each led by the next of the three brokers, beginning with this one.
fn led_from(first: usize) -> Vec<i32> {
    [1, 2, 3]
        .into_iter()
        .cycle()
        .skip(first - 1)
        .take(MANY)
        .collect()
}

/// The brokers of the answer, and the leaders of the first three partitions.
fn seen(answer: &ResponseKind) -> (Vec<i32>, Vec<i32>) {
    let ResponseKind::Metadata(metadata) = answer else {
        panic!()
    };
    let partitions = &metadata.topics[0].partitions;
    assert_eq!(partitions.len(), MANY);
    let brokers = metadata.brokers.iter().map(|it| it.node_id.0).collect();
    let leaders = partitions.iter().take(3).map(|it| it.leader_id.0).collect();
    (brokers, leaders)
}

/// Asks until the answer is kept and once more. Every client sees the same.
async fn ask_thrice(proxy: &Proxy) -> ResponseKind {
    let answer = proxy.client(0).hear(metadata()).await;
    for id in 1..3 {
        assert_eq!(proxy.client(id).hear(metadata()).await, answer);
    }
    answer
}

#[tokio::test(start_paused = true)]
async fn it_is_shown_to_every_client_as_to_the_first() {
    for proxy in [Proxy::new(), Proxy::apart()] {
        proxy.brokers.elect(&led_from(1));
        ask_thrice(&proxy).await;
    }
}

#[tokio::test(start_paused = true)]
async fn clients_of_two_versions_that_take_turns_see_what_the_first_of_theirs_saw() {
    for proxy in [Proxy::new(), Proxy::apart()] {
        proxy.brokers.elect(&led_from(1));
        let of_version = |version| request(version, &MetadataRequest::default());
        // The older one has no leader epochs.
        let versions = [12, 6];
        let mut firsts = Vec::new();
        for version in versions {
            firsts.push(proxy.client(0).hear(of_version(version)).await);
        }
        assert_ne!(firsts[0], firsts[1]);
        for id in 1..4 {
            for (version, first) in versions.into_iter().zip(&firsts) {
                assert_eq!(proxy.client(id).hear(of_version(version)).await, *first);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn after_an_election_clients_see_the_new_leaders_and_their_records_go_there() {
    let proxy = Proxy::new();
    proxy.brokers.elect(&led_from(1));
    assert_eq!(seen(&ask_thrice(&proxy).await).1, [1, 2, 3]);
    proxy.brokers.elect(&led_from(2));
    assert_eq!(seen(&ask_thrice(&proxy).await).1, [2, 3, 1]);
    proxy.client(3).hear(produce(0, -1)).await;
    assert_eq!(proxy.brokers.asked(ApiKey::Produce), [2]);
}

#[tokio::test(start_paused = true)]
async fn what_came_before_means_something_again_once_the_view_has_changed() {
    let proxy = Proxy::new();
    proxy.brokers.lead(&led_from(1));
    ask_thrice(&proxy).await;
    proxy.brokers.leave(3);
    assert_eq!(seen(&ask_thrice(&proxy).await).0, [1, 2]);
    proxy.brokers.leave(0);
    assert_eq!(seen(&ask_thrice(&proxy).await).0, [1, 2, 3]);
    proxy.client(3).hear(produce(2, -1)).await;
    assert_eq!(proxy.brokers.asked(ApiKey::Produce), [3]);
}

#[tokio::test(start_paused = true)]
async fn a_proxy_that_goes_down_is_left_out_at_once() {
    let proxy = Proxy::apart();
    proxy.brokers.elect(&led_from(1));
    assert_eq!(
        seen(&ask_thrice(&proxy).await),
        (vec![10, 11], vec![10, 11, 10])
    );
    let peer = proxy.cluster.advertise.peers().next().unwrap();
    peer.health.down(Instant::now());
    assert_eq!(seen(&ask_thrice(&proxy).await), (vec![10], vec![10; 3]));
    peer.health.up();
    assert_eq!(
        seen(&ask_thrice(&proxy).await),
        (vec![10, 11], vec![10, 11, 10])
    );
}
