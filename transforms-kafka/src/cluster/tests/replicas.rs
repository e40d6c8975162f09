//! Do clients that see proxies get records from the replicas that leaders name (KIP-392)?

use super::fake::Reach;
use super::logs::{Logs, fetch, fetched, wanted};
use super::stage::*;
use kafka_protocol::messages::ResponseKind;
use kafka_protocol::protocol::StrBytes;
use shotover::wire::ErrorCode;
use std::time::Duration;
use tokio::time::Instant;

/// Partition 1 has records and is led by broker 2, which names another one.
fn named(replica: i32) -> (Proxy, Logs) {
    let proxy = Proxy::apart();
    let logs = Logs::of(&proxy.brokers);
    logs.append(1, 0);
    logs.prefer(2, 1, replica);
    (proxy, logs)
}

/// Fetches partition 1 and expects its records at once, and no sign of replicas.
async fn expect_records(client: &mut Client) {
    let began = Instant::now();
    let answer = client.hear(fetch(&[(1, 0)])).await;
    assert_eq!(fetched(&answer), [(1, 0, 7)]);
    assert!(began.elapsed() < Duration::from_millis(100));
}

#[tokio::test(start_paused = true)]
async fn records_come_from_the_named_replica_within_the_same_fetch() {
    let (proxy, logs) = named(3);
    let mut client = proxy.client(1);
    expect_records(&mut client).await;
    assert_eq!(logs.asked_for(1), [2, 3]);
}

/// Partition 0 has records and is led by broker 1, which names broker 2: that is behind the other proxy, in `rack2`.
fn named_behind_the_other() -> (Proxy, Logs) {
    let proxy = Proxy::apart();
    let logs = Logs::of(&proxy.brokers);
    logs.append(0, 0);
    logs.prefer(1, 0, 2);
    (proxy, logs)
}

/// What a client in `rack2` is told of partition 0: who to read from, and how many bytes.
async fn told_in_rack2(client: &mut Client) -> (i32, usize) {
    let body = wanted(&[(0, 0)]).with_rack_id(StrBytes::from_static_str("rack2"));
    let began = Instant::now();
    let ResponseKind::Fetch(answer) = client.hear(request(12, &body)).await else {
        panic!()
    };
    assert!(began.elapsed() < Duration::from_millis(100));
    let partition = &answer.responses[0].partitions[0];
    assert_eq!(partition.error_code, 0);
    let records = partition
        .records
        .as_ref()
        .map_or(0, |records| records.len());
    (partition.preferred_read_replica.0, records)
}

#[tokio::test(start_paused = true)]
async fn a_client_in_the_rack_of_another_proxy_is_told_to_read_there() {
    let (proxy, logs) = named_behind_the_other();
    let mut client = proxy.client(1);
    assert_eq!(told_in_rack2(&mut client).await, (11, 0));
    assert_eq!(logs.asked_for(0), [1]);
    // It does not get there.
    for _ in 0..2 {
        assert_eq!(told_in_rack2(&mut client).await, (-1, 7));
        assert_eq!(logs.asked_for(0), [2]);
    }
    tokio::time::sleep(Duration::from_secs(31)).await;
    assert_eq!(told_in_rack2(&mut client).await, (11, 0));
}

#[tokio::test(start_paused = true)]
async fn while_no_proxy_is_up_in_its_rack_a_client_reads_through_this_one() {
    let (proxy, logs) = named_behind_the_other();
    for peer in proxy.cluster.advertise.peers() {
        peer.health.down(Instant::now());
    }
    assert_eq!(told_in_rack2(&mut proxy.client(1)).await, (-1, 7));
    assert_eq!(logs.asked_for(0), [1, 2]);
}

#[tokio::test(start_paused = true)]
async fn in_the_rack_of_this_proxy_replicas_behind_others_are_read_through_it() {
    let (proxy, logs) = named_behind_the_other();
    let answer = proxy.client(1).hear(fetch(&[(0, 0)])).await;
    assert_eq!(fetched(&answer), [(0, 0, 7)]);
    assert_eq!(logs.asked_for(0), [1, 2]);
}

#[tokio::test(start_paused = true)]
async fn the_leader_is_asked_again_after_five_minutes() {
    let (proxy, logs) = named(3);
    let mut client = proxy.client(1);
    expect_records(&mut client).await;
    logs.asked();
    tokio::time::sleep(Duration::from_secs(295)).await;
    expect_records(&mut client).await;
    assert_eq!(logs.asked_for(1), [3]);
    tokio::time::sleep(Duration::from_secs(10)).await;
    expect_records(&mut client).await;
    assert_eq!(logs.asked_for(1), [2, 3]);
}

#[tokio::test(start_paused = true)]
async fn an_idle_fetch_asks_leaders_and_replicas_once() {
    let (proxy, logs) = named(3);
    let mut client = proxy.client(1);
    expect_records(&mut client).await;
    logs.asked();
    client.hear(fetch(&[(0, 0), (1, 1), (2, 0)])).await;
    // Broker 3 leads partition 2, and is asked for both at once.
    let asked = logs.asked().into_iter();
    let mut asked: Vec<_> = asked
        .map(|asked| (asked.broker, asked.partitions, asked.tells_rack))
        .collect();
    asked.sort();
    assert_eq!(asked, [(1, vec![0], true), (3, vec![1, 2], true)]);
}

#[tokio::test(start_paused = true)]
async fn the_leader_serves_what_a_replica_cannot_and_the_client_is_not_told() {
    for error in [
        ErrorCode::OFFSET_OUT_OF_RANGE,
        ErrorCode::NOT_LEADER_OR_FOLLOWER,
    ] {
        let (proxy, logs) = named(3);
        logs.fail(3, 1, error);
        let mut client = proxy.client(1);
        expect_records(&mut client).await;
        assert_eq!(logs.asked_for(1), [2, 3, 2]);
        // For a while the leader is not tempted again.
        expect_records(&mut client).await;
        assert_eq!(logs.asked_for(1), [2]);
        tokio::time::sleep(Duration::from_secs(31)).await;
        expect_records(&mut client).await;
        assert_eq!(logs.asked_for(1), [2, 3, 2]);
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_leader_says_is_wrong_is_told() {
    let (proxy, logs) = named(3);
    for broker in [2, 3] {
        logs.fail(broker, 1, ErrorCode::OFFSET_OUT_OF_RANGE);
    }
    let answer = proxy.client(1).hear(fetch(&[(1, 9)])).await;
    assert_eq!(fetched(&answer), [(1, ErrorCode::OFFSET_OUT_OF_RANGE.0, 0)]);
}

#[tokio::test(start_paused = true)]
async fn the_leader_serves_when_the_replica_is_out_of_reach() {
    let (proxy, logs) = named(3);
    let mut client = proxy.client(1);
    expect_records(&mut client).await;
    logs.asked();
    proxy.brokers.reach(3, Reach::Refuses);
    proxy.brokers.hang_up();
    // The connections are gone before the next fetch.
    assert!(client.hears_nothing_for(Duration::from_millis(1)).await);
    expect_records(&mut client).await;
    assert_eq!(logs.asked_for(1), [2]);
}

#[tokio::test(start_paused = true)]
async fn a_replica_that_nobody_knows_is_not_waited_for() {
    let (proxy, logs) = named(9);
    expect_records(&mut proxy.client(1)).await;
    assert_eq!(logs.asked_for(1), [2, 2]);
}

#[tokio::test(start_paused = true)]
async fn replicas_that_name_each_other_are_not_asked_for_ever() {
    let (proxy, logs) = named(3);
    logs.prefer(3, 1, 1);
    expect_records(&mut proxy.client(1)).await;
    assert_eq!(logs.asked_for(1), [2, 3, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_new_leader_is_asked_though_the_former_one_named_a_replica() {
    let (proxy, logs) = named(3);
    let mut client = proxy.client(1);
    expect_records(&mut client).await;
    logs.asked();
    proxy.brokers.lead(&[1, 1, 3]);
    client.hear(metadata()).await;
    expect_records(&mut client).await;
    assert_eq!(logs.asked_for(1), [1]);
}

#[tokio::test(start_paused = true)]
async fn a_replica_without_news_is_waited_for_like_a_leader() {
    let (proxy, logs) = named(3);
    let mut client = proxy.client(1);
    let began = Instant::now();
    let answer = client.hear(fetch(&[(0, 1), (1, 1), (2, 1)])).await;
    assert_eq!(fetched(&answer), [(0, 0, 0), (1, 0, 0), (2, 0, 0)]);
    assert!(began.elapsed() >= Duration::from_secs(5));
    assert!(began.elapsed() <= Duration::from_secs(6));
    assert_eq!(logs.asked_for(1), [2, 3]);
}
