//! Does a client that fetches from several brokers at once wait no longer, and cost no more, than it must?

use super::fake::{FakeCluster, Reach, Reply};
use super::stage::*;
use bytes::Bytes;
use kafka_protocol::messages::fetch_request::{FetchPartition, FetchTopic};
use kafka_protocol::messages::fetch_response::{FetchableTopicResponse, PartitionData};
use kafka_protocol::messages::{
    BrokerId, FetchRequest, FetchResponse, RequestKind, ResponseKind, TopicName,
};
use kafka_protocol::protocol::StrBytes;
use shotover::message::Message;
use shotover::wire::{ApiKey, ErrorCode};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::Instant;

const MAX_WAIT: Duration = Duration::from_secs(5);

fn fetch(positions: &[(i32, i64)]) -> Message {
    fetch_at_least(positions, 1)
}

fn fetch_at_least(positions: &[(i32, i64)], min_bytes: i32) -> Message {
    fetch_within(positions, (5_000, min_bytes))
}

fn fetch_within(positions: &[(i32, i64)], (max_wait_ms, min_bytes): (i32, i32)) -> Message {
    let partitions = positions.iter().map(|(index, offset)| {
        FetchPartition::default()
            .with_partition(*index)
            .with_fetch_offset(*offset)
            .with_partition_max_bytes(1 << 20)
    });
    let topic = FetchTopic::default()
        .with_topic(TopicName(StrBytes::from_static_str("t")))
        .with_partitions(partitions.collect());
    let body = FetchRequest::default()
        .with_max_wait_ms(max_wait_ms)
        .with_min_bytes(min_bytes)
        .with_max_bytes(50 << 20)
        .with_rack_id(StrBytes::from_static_str("rack1"))
        .with_topics(vec![topic]);
    request(12, &body)
}

/// What a broker has from an offset of a partition on.
type Log = Arc<Mutex<HashMap<i32, Bytes>>>;

/// Lets brokers answer with the records that are in `log` for offset 0, else after the time that was asked for.
fn serve(cluster: &FakeCluster, log: &Log) {
    let log = Arc::clone(log);
    cluster.serve_fetches(move |request| {
        let mut request = request.clone();
        let RequestKind::Fetch(body) = request.request().unwrap() else {
            panic!()
        };
        assert_eq!(body.rack_id.as_str(), "");
        assert_eq!((body.session_id, body.session_epoch), (0, -1));
        let has = |partition: &FetchPartition| match partition.fetch_offset {
            0 => log.lock().unwrap().get(&partition.partition).cloned(),
            _ => None,
        };
        let mut wait = Some(Duration::from_millis(
            u64::try_from(body.max_wait_ms).unwrap(),
        ));
        let topics = body.topics.iter().map(|topic| {
            let partitions = topic.partitions.iter().map(|partition| {
                let records = has(partition);
                if records.is_some() {
                    wait = None;
                }
                PartitionData::default()
                    .with_partition_index(partition.partition)
                    .with_high_watermark(7)
                    .with_preferred_read_replica(BrokerId(-1))
                    .with_records(Some(records.unwrap_or_default()))
            });
            FetchableTopicResponse::default()
                .with_topic(topic.topic.clone())
                .with_partitions(partitions.collect())
        });
        let answer = FetchResponse::default().with_responses(topics.collect());
        (wait.unwrap_or_default(), ResponseKind::Fetch(answer))
    });
}

/// Partition, error and number of bytes of all that was fetched, in the order of the answer.
fn fetched(answer: &ResponseKind) -> Vec<(i32, i16, usize)> {
    let ResponseKind::Fetch(body) = answer else {
        panic!("{answer:?}")
    };
    assert_eq!((body.error_code, body.session_id), (0, 0));
    body.responses
        .iter()
        .flat_map(|topic| &topic.partitions)
        .map(|partition| {
            let records = partition.records.as_ref().map_or(0, Bytes::len);
            (partition.partition_index, partition.error_code, records)
        })
        .collect()
}

const ALL: [(i32, i64); 3] = [(0, 0), (1, 0), (2, 0)];

#[tokio::test(start_paused = true)]
async fn an_idle_fetch_over_three_brokers_is_three_fetches_and_ends_in_time() {
    let proxy = Proxy::apart();
    serve(&proxy.brokers, &Log::default());
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
    let log = Log::default();
    log.lock()
        .unwrap()
        .insert(1, Bytes::from_static(b"records"));
    serve(&proxy.brokers, &log);
    let mut client = proxy.client(1);
    client.hear(metadata()).await;
    let began = Instant::now();
    let answer = client.hear(fetch(&ALL)).await;
    assert_eq!(fetched(&answer), [(0, 0, 0), (1, 0, 7), (2, 0, 0)]);
    assert!(began.elapsed() < Duration::from_millis(100));
}

#[tokio::test(start_paused = true)]
async fn what_is_on_its_way_serves_the_next_fetch() {
    let proxy = Proxy::apart();
    let log = Log::default();
    log.lock()
        .unwrap()
        .insert(1, Bytes::from_static(b"records"));
    serve(&proxy.brokers, &log);
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
    let log = Log::default();
    log.lock()
        .unwrap()
        .insert(1, Bytes::from_static(b"records"));
    serve(&proxy.brokers, &log);
    let mut client = proxy.client(1);
    client.hear(metadata()).await;
    let began = Instant::now();
    let answer = client.hear(fetch_at_least(&ALL, 100)).await;
    assert_eq!(fetched(&answer), [(0, 0, 0), (1, 0, 7), (2, 0, 0)]);
    assert!(began.elapsed() >= MAX_WAIT);
}

#[tokio::test(start_paused = true)]
async fn a_dead_broker_is_told_of_and_the_records_of_others_come() {
    let proxy = Proxy::apart();
    let log = Log::default();
    log.lock()
        .unwrap()
        .insert(0, Bytes::from_static(b"records"));
    serve(&proxy.brokers, &log);
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
    serve(&proxy.brokers, &Log::default());
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
    serve(&proxy.brokers, &Log::default());
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
    serve(&proxy.brokers, &Log::default());
    let mut client = proxy.client(1);
    client.hear(metadata()).await;
    proxy
        .brokers
        .script(|broker, request| match request.api_key() {
            ApiKey::Fetch if broker == 2 => Reply::Silence,
            _ => Reply::Usual,
        });
    let began = Instant::now();
    client.hear(fetch(&ALL)).await;
    assert!(began.elapsed() <= MAX_WAIT + MAX_WAIT / 5);
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
    let log = Log::default();
    log.lock()
        .unwrap()
        .insert(1, Bytes::from_static(b"records"));
    serve(&proxy.brokers, &log);
    let mut client = proxy.client(1);
    client.hear(metadata()).await;
    let answer = client.hear(fetch_within(&ALL, (0, 1))).await;
    assert!(fetched(&answer).contains(&(1, 0, 7)));
}
