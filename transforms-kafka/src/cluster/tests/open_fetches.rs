//! Does a client that fetches from several brokers at once get what a broker has while it arrives, and nothing else?

use super::logs::{ALL, Logs, fetch, fetched, wanted};
use super::stage::*;
use bytes::Bytes;
use kafka_protocol::messages::ResponseKind;
use shotover::message::Message;
use std::time::Duration;
use tokio::time::Instant;

/// More than is waited for, and than a connection to a fake broker holds.
const LONG: usize = 6_000 * PATTERN;
const PATTERN: usize = 251;

/// Records of which no two places are alike nearby.
fn records(seed: u8) -> Bytes {
    let pattern = (0..PATTERN).map(|place| u8::try_from(place).unwrap().wrapping_add(seed));
    let pattern: Vec<u8> = pattern.collect();
    pattern.repeat(LONG / PATTERN).into()
}

/// A client that takes open answers, and brokers that have long records at these positions.
async fn client(proxy: &Proxy, long: &[(i32, i64)]) -> (Client, Logs) {
    let logs = Logs::of(&proxy.brokers);
    for (partition, offset) in long {
        let seed = u8::try_from(*partition).unwrap();
        logs.append_all(*partition, *offset, records(seed));
    }
    let mut client = proxy.client(1);
    client.take_open_answers();
    client.hear(metadata()).await;
    (client, logs)
}

/// An answer of which not much has been read.
async fn ask_open(client: &mut Client, request: Message) -> Message {
    let answer = client.ask(request).await.unwrap();
    assert!(answer.missing() > 0);
    assert!(answer.wire_len() < 64 * 1024);
    answer
}

/// Whether the last partition of the answer is this one, and has the long records.
#[track_caller]
fn ends_with_long(answer: &ResponseKind, partition: i32) {
    let ResponseKind::Fetch(body) = answer else {
        panic!("{answer:?}")
    };
    let last = body.responses.last().unwrap().partitions.last().unwrap();
    assert_eq!(last.partition_index, partition);
    let seed = u8::try_from(partition).unwrap();
    assert!(last.records == Some(records(seed)));
}

#[tokio::test(start_paused = true)]
async fn what_a_broker_has_is_given_while_it_arrives_and_the_broker_is_asked_again_behind_it() {
    for version in [4, 11, 12] {
        let proxy = Proxy::apart();
        let (mut client, logs) = client(&proxy, &[(1, 0)]).await;
        let first = ask_open(&mut client, request(version, &wanted(&ALL))).await;
        let first = client.read(first).await.unwrap();
        assert_eq!(fetched(&first), [(0, 0, 0), (2, 0, 0), (1, 0, LONG)]);
        ends_with_long(&first, 1);
        logs.append(1, 1);
        let next = wanted(&[(0, 0), (1, 1), (2, 0)]);
        let next = client.hear(request(version, &next)).await;
        assert_eq!(fetched(&next), [(0, 0, 0), (1, 0, 7), (2, 0, 0)]);
        assert_eq!(proxy.brokers.dials(2), 2, "one connection is for fetches");
    }
}

#[tokio::test(start_paused = true)]
async fn what_two_brokers_are_in_the_middle_of_comes_one_after_the_other() {
    let proxy = Proxy::apart();
    let (mut client, logs) = client(&proxy, &[(0, 0), (1, 0)]).await;
    let first = ask_open(&mut client, fetch(&ALL)).await;
    client.hears_nothing_for(Duration::from_millis(1)).await;
    assert_eq!(logs.asked().len(), 3);
    // The client asks before it has read what it got.
    let second = ask_open(&mut client, fetch(&[(0, 1), (1, 0), (2, 0)])).await;
    assert_eq!(logs.asked(), []);
    ends_with_long(&client.read(first).await.unwrap(), 0);
    let second = client.read(second).await.unwrap();
    ends_with_long(&second, 1);
    assert_eq!(fetched(&second), [(0, 0, 0), (2, 0, 0), (1, 0, LONG)]);
}

#[tokio::test(start_paused = true)]
async fn sessions_go_on_behind_what_is_open() {
    let proxy = Proxy::apart();
    let (mut client, logs) = client(&proxy, &[(0, 0), (1, 0)]).await;
    let mut full = wanted(&ALL);
    full.session_epoch = 0;
    let answer = ask_open(&mut client, request(12, &full)).await;
    let answer = client.read(answer).await.unwrap();
    ends_with_long(&answer, 0);
    let ResponseKind::Fetch(body) = answer else {
        panic!()
    };
    let mut next = wanted(&[(0, 1)]);
    (next.session_id, next.session_epoch) = (body.session_id, 1);
    let answer = ask_open(&mut client, request(12, &next)).await;
    ends_with_long(&client.read(answer).await.unwrap(), 1);
    logs.append(0, 1);
    logs.asked();
    let mut next = wanted(&[(1, 1)]);
    (next.session_id, next.session_epoch) = (body.session_id, 2);
    let answer = client.hear(request(12, &next)).await;
    assert_eq!(fetched(&answer), [(0, 0, 7)]);
    let asked = logs.asked();
    assert!(asked.iter().all(|asked| asked.session.1 > 0), "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn what_is_open_is_given_though_more_was_asked_for() {
    let proxy = Proxy::apart();
    let (mut client, _) = client(&proxy, &[(1, 0)]).await;
    let began = Instant::now();
    let more = i32::try_from(2 * LONG).unwrap();
    let answer = client
        .hear(request(12, &wanted(&ALL).with_min_bytes(more)))
        .await;
    ends_with_long(&answer, 1);
    assert!(began.elapsed() < Duration::from_millis(100));
}

#[tokio::test(start_paused = true)]
async fn the_rest_of_what_a_client_seeks_away_from_is_read_and_dropped() {
    let proxy = Proxy::apart();
    let (mut client, logs) = client(&proxy, &[(0, 0), (1, 0)]).await;
    let answer = ask_open(&mut client, fetch(&ALL)).await;
    ends_with_long(&client.read(answer).await.unwrap(), 0);
    client.hears_nothing_for(Duration::from_millis(1)).await;
    logs.append(1, 9);
    let began = Instant::now();
    let answer = client.hear(fetch(&[(0, 1), (1, 9), (2, 0)])).await;
    assert_eq!(fetched(&answer), [(0, 0, 0), (1, 0, 7), (2, 0, 0)]);
    assert!(began.elapsed() < Duration::from_millis(100));
    assert_eq!(proxy.brokers.dials(2), 2, "one connection is for fetches");
}

#[tokio::test(start_paused = true)]
async fn what_arrives_after_a_client_has_sought_away_is_read_and_dropped() {
    let proxy = Proxy::apart();
    let (mut client, logs) = client(&proxy, &[(1, 0)]).await;
    let delay = Duration::from_secs(1);
    logs.delay(2, delay);
    logs.append(0, 0);
    logs.append(1, 9);
    let answer = client.hear(fetch(&ALL)).await;
    assert_eq!(fetched(&answer), [(0, 0, 7), (1, 0, 0), (2, 0, 0)]);
    let began = Instant::now();
    let answer = client.hear(fetch(&[(0, 1), (1, 9), (2, 0)])).await;
    assert_eq!(fetched(&answer), [(0, 0, 0), (1, 0, 7), (2, 0, 0)]);
    assert!(began.elapsed() >= 2 * delay);
    assert!(began.elapsed() < 3 * delay);
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_is_lost_in_the_middle_of_what_the_client_reads_ends_its_connection() {
    let proxy = Proxy::apart();
    let (mut client, _) = client(&proxy, &[(1, 0)]).await;
    let answer = ask_open(&mut client, fetch(&ALL)).await;
    proxy.brokers.hang_up();
    client.hears_nothing_for(Duration::from_millis(1)).await;
    assert!(client.read(answer).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_is_lost_in_the_middle_of_what_is_dropped_is_asked_again() {
    let proxy = Proxy::apart();
    let (mut client, logs) = client(&proxy, &[(0, 0), (1, 0)]).await;
    let answer = ask_open(&mut client, fetch(&ALL)).await;
    ends_with_long(&client.read(answer).await.unwrap(), 0);
    client.hears_nothing_for(Duration::from_millis(1)).await;
    proxy.brokers.hang_up();
    logs.append(1, 9);
    let positions = [(0, 1), (1, 9), (2, 0)];
    let mut answers = Vec::new();
    for _ in 0..2 {
        answers.push(fetched(&client.hear(fetch(&positions)).await));
    }
    assert!(answers.concat().contains(&(1, 0, 7)), "{answers:?}");
}
