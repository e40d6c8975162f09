//! Does a client that fetches from several brokers at once wait no longer, and cost no more, than it must?

use super::fake::Reach;
use super::logs::{ALL, Logs, fetch, fetched, wanted};
use super::stage::*;
use kafka_protocol::messages::{FetchRequest, ResponseKind};
use shotover::wire::{ApiKey, ErrorCode};
use std::time::Duration;
use tokio::time::Instant;

const MAX_WAIT: Duration = Duration::from_secs(5);

#[tokio::test(start_paused = true)]
async fn an_idle_fetch_over_three_brokers_is_three_fetches_and_ends_in_time() {
    let proxy = Proxy::apart();
    Logs::of(&proxy.brokers);
    let mut client = proxy.client(1);
    client.hear(metadata()).await;
    for polls in 1..=3 {
        let began = Instant::now();
        let answer = client.hear(fetch(&ALL)).await;
        assert_eq!(fetched(&answer), [(0, 0, 0), (1, 0, 0), (2, 0, 0)]);
        assert!(began.elapsed() >= MAX_WAIT);
        assert!(began.elapsed() <= MAX_WAIT + MAX_WAIT / 5);
        assert_eq!(proxy.brokers.asked(ApiKey::Fetch).len(), 3 * polls);
    }
}

#[tokio::test(start_paused = true)]
async fn records_are_delivered_when_they_arrive() {
    let proxy = Proxy::apart();
    Logs::of(&proxy.brokers).append(1, 0);
    let mut client = proxy.client(1);
    client.hear(metadata()).await;
    let began = Instant::now();
    let answer = client.hear(fetch(&ALL)).await;
    assert_eq!(fetched(&answer), [(0, 0, 0), (1, 0, 7), (2, 0, 0)]);
    assert!(began.elapsed() < Duration::from_millis(100));
}

#[tokio::test(start_paused = true)]
async fn what_several_brokers_have_said_is_one_answer() {
    let proxy = Proxy::apart();
    let logs = Logs::of(&proxy.brokers);
    for partition in [0, 2] {
        logs.append(partition, 0);
    }
    let mut client = proxy.client(1);
    client.hear(metadata()).await;
    let answer = client.hear(fetch(&ALL)).await;
    assert_eq!(fetched(&answer), [(0, 0, 7), (1, 0, 0), (2, 0, 7)]);
}

/// A broker that is down is asked for nothing, as often as that is wanted.
#[tokio::test(start_paused = true)]
async fn a_partition_that_is_named_twice_ends_like_any_other() {
    for leader in [1, 9] {
        let proxy = Proxy::apart();
        Logs::of(&proxy.brokers);
        proxy.brokers.elect(&[leader, 2, 3]);
        let mut client = proxy.client(1);
        client.hear(metadata()).await;
        proxy.brokers.reach(1, Reach::Refuses);
        for _ in 0..2 {
            let began = Instant::now();
            let answer = client.hear(fetch(&[(0, 5), (0, 6), (1, 0)])).await;
            let errors = fetched(&answer).iter().map(|told| told.1).max();
            assert_eq!(errors, Some(ErrorCode::NOT_LEADER_OR_FOLLOWER.0));
            assert!(began.elapsed() < MAX_WAIT);
        }
    }
}

/// Clients without a session take what they are told for what is: librdkafka finds no end of a partition at -1.
#[tokio::test(start_paused = true)]
async fn a_client_without_a_session_is_told_how_far_partitions_go_that_are_idle() {
    let proxy = Proxy::apart();
    let logs = Logs::of(&proxy.brokers);
    logs.replicate();
    let mut client = proxy.client(1);
    client.hear(metadata()).await;
    // All of them wait in vain, and say how far they go.
    client.hear(fetch(&ALL)).await;
    for offset in 0..3 {
        logs.append(0, offset);
        let ResponseKind::Fetch(answer) = client.hear(fetch(&[(0, offset), (1, 0), (2, 0)])).await
        else {
            panic!()
        };
        let told = answer.responses[0].partitions.iter();
        let told: Vec<i64> = told.map(|it| it.high_watermark).collect();
        assert_eq!(told, [1, 1, 1]);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_on_its_way_serves_the_next_fetch() {
    let proxy = Proxy::apart();
    Logs::of(&proxy.brokers).append(1, 0);
    let mut client = proxy.client(1);
    client.hear(metadata()).await;
    client.hear(fetch(&ALL)).await;
    assert_eq!(proxy.brokers.asked(ApiKey::Fetch).len(), 3);
    let began = Instant::now();
    client.hear(fetch(&[(0, 0), (1, 1), (2, 0)])).await;
    // The two that waited already are asked again for the rest of the time when they have nothing.
    assert!(proxy.brokers.asked(ApiKey::Fetch).len() <= 6);
    assert!(began.elapsed() <= MAX_WAIT + MAX_WAIT / 5);
}

#[tokio::test(start_paused = true)]
async fn a_fetch_waits_for_as_many_bytes_as_it_asks_for() {
    let proxy = Proxy::apart();
    Logs::of(&proxy.brokers).append(1, 0);
    let mut client = proxy.client(1);
    client.hear(metadata()).await;
    let began = Instant::now();
    let answer = client
        .hear(request(12, &wanted(&ALL).with_min_bytes(100)))
        .await;
    assert_eq!(fetched(&answer), [(0, 0, 0), (1, 0, 7), (2, 0, 0)]);
    assert!(began.elapsed() >= MAX_WAIT);
}

#[tokio::test(start_paused = true)]
async fn a_dead_broker_is_told_of_and_the_records_of_others_come() {
    let proxy = Proxy::apart();
    Logs::of(&proxy.brokers).append(0, 0);
    let mut client = proxy.client(0);
    client.hear(metadata()).await;
    proxy.brokers.reach(2, Reach::Refuses);
    let answer = client.hear(fetch(&ALL)).await;
    let not_leader = ErrorCode::NOT_LEADER_OR_FOLLOWER.0;
    assert_eq!(fetched(&answer), [(0, 0, 7), (1, not_leader, 0), (2, 0, 0)]);
}

#[tokio::test(start_paused = true)]
async fn a_dead_broker_is_told_of_soon_but_not_at_once() {
    let proxy = Proxy::apart();
    Logs::of(&proxy.brokers);
    let mut client = proxy.client(0);
    client.hear(metadata()).await;
    proxy.brokers.reach(2, Reach::Refuses);
    let began = Instant::now();
    client.hear(fetch(&ALL)).await;
    assert!(began.elapsed() >= Duration::from_millis(100));
    assert!(began.elapsed() <= Duration::from_millis(200));
}

#[tokio::test(start_paused = true)]
async fn a_long_poll_delays_no_other_request() {
    let proxy = Proxy::apart();
    Logs::of(&proxy.brokers);
    let mut client = proxy.client(1);
    client.hear(metadata()).await;
    client.send(vec![fetch(&ALL)]).await.unwrap();
    let began = Instant::now();
    assert_eq!(
        errors(&client.hear(produce_all(&[0, 1, 2], -1)).await),
        [0; 3]
    );
    assert!(began.elapsed() < Duration::from_millis(100));
}

#[tokio::test(start_paused = true)]
async fn a_stalled_broker_holds_up_a_fetch_no_longer_than_it_asks_for() {
    let proxy = Proxy::apart();
    Logs::of(&proxy.brokers);
    let mut client = proxy.client(1);
    client.hear(metadata()).await;
    proxy.brokers.silence(2, ApiKey::Fetch);
    let began = Instant::now();
    client.hear(fetch(&ALL)).await;
    assert!(began.elapsed() <= MAX_WAIT + MAX_WAIT / 5);
}

#[tokio::test(start_paused = true)]
async fn a_former_leader_that_says_nothing_holds_up_nobody() {
    let proxy = Proxy::apart();
    let logs = Logs::of(&proxy.brokers);
    let mut client = proxy.client(1);
    client.hear(metadata()).await;
    proxy.brokers.silence(1, ApiKey::Fetch);
    client.hear(fetch(&ALL)).await;
    proxy.brokers.elect(&[2, 2, 3]);
    proxy.client(2).hear(metadata()).await;
    logs.append(0, 0);
    let began = Instant::now();
    let answer = client.hear(fetch(&[(0, 0)])).await;
    assert_eq!(fetched(&answer), [(0, 0, 7)]);
    assert!(began.elapsed() < Duration::from_millis(100));
}

#[tokio::test(start_paused = true)]
async fn that_no_broker_had_a_part_in_an_answer_is_told() {
    let proxy = Proxy::apart();
    let logs = Logs::of(&proxy.brokers);
    let mut client = proxy.client(1);
    client.hear(metadata()).await;
    let unknown = FetchRequest::default()
        .with_session_id(7)
        .with_session_epoch(3);
    for made_up in [&FetchRequest::default(), &unknown] {
        assert!(client.ask(request(12, made_up)).await.unwrap().is_refusal());
    }
    let told = client.ask(fetch(&ALL)).await.unwrap();
    assert!(!told.is_refusal());
    logs.append(0, 0);
    for broker in 1..=3 {
        proxy.brokers.reach(broker, Reach::Refuses);
    }
    proxy.brokers.hang_up();
    client.hears_nothing_for(Duration::from_millis(1)).await;
    let told = client.ask(fetch(&ALL)).await.unwrap();
    assert!(told.is_refusal());
}

#[tokio::test(start_paused = true)]
async fn a_session_that_nobody_opened_is_not_known() {
    let proxy = Proxy::apart();
    let mut client = proxy.client(1);
    let body = FetchRequest::default()
        .with_session_id(7)
        .with_session_epoch(3);
    let ResponseKind::Fetch(body) = client.hear(request(12, &body)).await else {
        panic!()
    };
    assert_eq!(body.error_code, ErrorCode::FETCH_SESSION_ID_NOT_FOUND.0);
}

#[tokio::test(start_paused = true)]
async fn a_fetch_that_does_not_want_to_wait_gets_what_is_there() {
    let proxy = Proxy::apart();
    Logs::of(&proxy.brokers).append(1, 0);
    let mut client = proxy.client(1);
    client.hear(metadata()).await;
    let answer = client
        .hear(request(12, &wanted(&ALL).with_max_wait_ms(0)))
        .await;
    assert!(fetched(&answer).contains(&(1, 0, 7)));
}

#[tokio::test(start_paused = true)]
async fn a_fetch_that_wants_no_bytes_asks_every_broker_once_and_does_not_wait() {
    let proxy = Proxy::apart();
    let logs = Logs::of(&proxy.brokers);
    let mut client = proxy.client(1);
    client.hear(metadata()).await;
    let began = Instant::now();
    let answer = client
        .hear(request(12, &wanted(&ALL).with_min_bytes(0)))
        .await;
    assert_eq!(fetched(&answer), [(0, 0, 0), (1, 0, 0), (2, 0, 0)]);
    assert!(began.elapsed() < Duration::from_millis(100));
    assert_eq!(logs.asked().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn what_was_left_over_in_another_version_is_fetched_again() {
    let proxy = Proxy::apart();
    let logs = Logs::of(&proxy.brokers);
    for partition in 0..3 {
        logs.append(partition, 0);
    }
    let mut client = proxy.client(1);
    client.hear(metadata()).await;
    client
        .hear(request(12, &wanted(&ALL).with_max_bytes(7)))
        .await;
    client.hears_nothing_for(Duration::from_millis(1)).await;
    let others = wanted(&[(1, 0), (2, 0)]).with_min_bytes(14);
    let answer = client.hear(request(11, &others)).await;
    assert_eq!(fetched(&answer), [(1, 0, 7), (2, 0, 7)]);
}

#[tokio::test(start_paused = true)]
async fn a_quiet_partition_does_not_hold_up_a_busy_one_of_the_same_broker() {
    let proxy = Proxy::apart();
    proxy.brokers.lead(&[1, 1, 1]);
    let logs = Logs::of(&proxy.brokers);
    logs.append(1, 0);
    logs.append(1, 1);
    let mut client = proxy.client(1);
    client.hear(metadata()).await;
    client.hear(fetch(&ALL)).await;
    let began = Instant::now();
    let answer = client.hear(fetch(&[(0, 0), (1, 1), (2, 0)])).await;
    assert_eq!(fetched(&answer), [(0, 0, 0), (1, 0, 7), (2, 0, 0)]);
    assert!(began.elapsed() < Duration::from_millis(100));
}
