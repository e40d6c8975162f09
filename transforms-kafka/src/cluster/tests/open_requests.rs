//! What becomes of long Produce requests that are passed on while they arrive?

use super::fake::{Reach, Reply, produced};
use super::logs::{Logs, fetch};
use super::stage::*;
use crate::begun::Begins;
use bytes::Bytes;
use kafka_protocol::messages::{RequestKind, ResponseKind};
use shotover::message::{MessageId, Messages};
use shotover::wire::{ApiKey, ErrorCode};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::timeout;

const NOT_LEADER: i16 = ErrorCode::NOT_LEADER_OR_FOLLOWER.0;

/// Bytes of records of a request.
const RECORDS: usize = 300_000;

/// A client that knows where partition 0 is, and its source.
async fn client(proxy: &Proxy) -> (Client, Begins) {
    let mut client = proxy.client(1);
    assert_eq!(errors(&client.hear(produce(0, -1)).await), [0]);
    (client, Begins::new().await)
}

/// Sends what has arrived of a long request for partition 0, which may come open.
async fn begin(client: &mut Client, begins: &mut Begins) -> (MessageId, Bytes, Messages) {
    let request = long_produce(RECORDS);
    assert!(client.may_begin(&request));
    let (open, rest) = begins.begun(&request, 20_000).await;
    let id = open.id();
    (id, rest, client.send(vec![open]).await.unwrap())
}

/// The error codes of the only answer, which is to this request.
async fn heard(client: &mut Client, id: MessageId, mut answers: Messages) -> Vec<i16> {
    assert_eq!(answers.len(), 1);
    assert_eq!(answers[0].id(), id);
    errors(&client.read(answers.remove(0)).await.unwrap())
}

#[tokio::test(start_paused = true)]
async fn a_long_request_goes_to_its_leader_while_it_arrives() {
    for proxy in [Proxy::new(), Proxy::apart()] {
        let stored = Arc::<Mutex<Vec<Bytes>>>::default();
        let store = Arc::clone(&stored);
        let (mut client, mut begins) = client(&proxy).await;
        proxy.brokers.script(move |broker, request| {
            if let RequestKind::Produce(produce) = request.clone().request().unwrap() {
                assert_eq!(broker, 1);
                let partition = &produce.topic_data[0].partition_data[0];
                store.lock().unwrap().extend(partition.records.clone());
            }
            Reply::Usual
        });
        for _ in 0..3 {
            let (id, rest, at_once) = begin(&mut client, &mut begins).await;
            assert!(at_once.is_empty());
            let answers = client.go_on(id, &rest).await.unwrap();
            assert_eq!(heard(&mut client, id, answers).await, [0]);
            assert_eq!(errors(&client.hear(produce(0, -1)).await), [0]);
        }
        let stored = stored.lock().unwrap();
        let lengths: Vec<usize> = stored.iter().map(Bytes::len).collect();
        assert_eq!(lengths, [RECORDS, 7, RECORDS, 7, RECORDS, 7]);
        assert!(stored[0] == vec![0; RECORDS]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_is_whole_whose_leader_has_to_be_looked_up() {
    let proxy = Proxy::new();
    let mut client = proxy.client(1);
    let request = long_produce(RECORDS);
    assert!(!client.may_begin(&request));
    client.hear(metadata()).await;
    assert!(client.may_begin(&request));
    assert!(!client.may_begin(&produce_to("unknown", 0, -1)));
    // Something waits for a look-up, and records must not overtake each other.
    client
        .send(vec![produce_to("unknown", 0, -1)])
        .await
        .unwrap();
    assert!(!client.may_begin(&request));
    client.answers().await.unwrap();
    assert!(client.may_begin(&request));
}

#[tokio::test(start_paused = true)]
async fn a_request_is_whole_while_it_must_not_overtake_those_before_the_view_changed() {
    let proxy = Proxy::new();
    let (mut client, _) = client(&proxy).await;
    proxy
        .brokers
        .script(|_, request| match request.clone().request().unwrap() {
            RequestKind::Produce(request) => {
                let answer = Box::new(ResponseKind::Produce(produced(request, 0)));
                Reply::Later(Duration::from_secs(1), answer)
            }
            _ => Reply::Usual,
        });
    client.send(vec![produce(0, -1)]).await.unwrap();
    proxy.brokers.elect(&[2, 2, 3]);
    proxy.client(2).hear(metadata()).await;
    // That there is another view is seen when anything is sent.
    for _ in 0..2 {
        assert!(!client.may_begin(&long_produce(RECORDS)));
        client.hear(heartbeat("group")).await;
    }
    client.answers().await.unwrap();
    assert!(client.may_begin(&long_produce(RECORDS)));
}

#[tokio::test(start_paused = true)]
async fn a_request_that_was_begun_when_the_view_changed_goes_where_that_says() {
    let proxy = Proxy::new();
    let (mut client, mut begins) = client(&proxy).await;
    let request = long_produce(RECORDS);
    assert!(client.may_begin(&request));
    proxy.brokers.elect(&[2, 2, 3]);
    proxy.client(2).hear(metadata()).await;
    let (open, rest) = begins.begun(&request, 20_000).await;
    let id = open.id();
    assert!(client.send(vec![open]).await.unwrap().is_empty());
    let answers = client.go_on(id, &rest).await.unwrap();
    assert_eq!(heard(&mut client, id, answers).await, [0]);
    assert_eq!(proxy.brokers.asked(ApiKey::Produce), [1, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_was_begun_when_it_must_not_overtake_others_any_more_comes_again() {
    let proxy = Proxy::new();
    let (mut client, mut begins) = client(&proxy).await;
    let request = long_produce(RECORDS);
    assert!(client.may_begin(&request));
    // Another transform could have put it in front.
    let unknown = produce_to("unknown", 0, -1);
    let (open, _) = begins.begun(&request, 20_000).await;
    let id = open.id();
    let answers = client.send(vec![unknown, open]).await.unwrap();
    assert_eq!(heard(&mut client, id, answers).await, [NOT_LEADER]);
    client.answers().await.unwrap();
    assert_eq!(errors(&client.hear(request).await), [0]);
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_is_lost_in_the_middle_of_a_request_is_told_of() {
    let proxy = Proxy::new();
    let (mut client, mut begins) = client(&proxy).await;
    let (id, rest, _) = begin(&mut client, &mut begins).await;
    assert!(client.hears_nothing_for(Duration::from_secs(1)).await);
    proxy.brokers.hang_up();
    tokio::task::yield_now().await;
    let answers = client.go_on(id, &rest).await.unwrap();
    // No broker does anything with half a request.
    assert_eq!(heard(&mut client, id, answers).await, [NOT_LEADER]);
    // Nothing of it goes to the connection that replaces the lost one.
    assert_eq!(errors(&client.hear(produce(0, -1)).await), [0]);
    let (id, rest, _) = begin(&mut client, &mut begins).await;
    let answers = client.go_on(id, &rest).await.unwrap();
    assert_eq!(heard(&mut client, id, answers).await, [0]);
}

#[tokio::test(start_paused = true)]
async fn a_request_for_a_broker_that_others_found_down_is_not_begun() {
    let proxy = Proxy::new();
    let (mut one, mut other) = (proxy.client(1), proxy.client(2));
    one.hear(metadata()).await;
    proxy.brokers.reach(1, Reach::Refuses);
    assert_eq!(errors(&other.hear(produce(0, -1)).await), [NOT_LEADER]);
    // The view has changed, which is seen when anything is sent.
    one.hear(heartbeat("group")).await;
    // It has to wait until it is known whether another one leads the partition by now.
    let request = long_produce(RECORDS);
    assert!(!one.may_begin(&request));
    assert_eq!(errors(&one.hear(request).await), [NOT_LEADER]);
}

#[tokio::test(start_paused = true)]
async fn numbered_records_that_failed_open_have_to_come_again_first() {
    let proxy = Proxy::new();
    let (mut client, mut begins) = client(&proxy).await;
    let request = long_numbered(RECORDS, 10);
    assert!(client.may_begin(&request));
    let (open, rest) = begins.begun(&request, 20_000).await;
    let id = open.id();
    client.send(vec![open]).await.unwrap();
    proxy.brokers.hang_up();
    tokio::task::yield_now().await;
    let answers = client.go_on(id, &rest).await.unwrap();
    assert_eq!(heard(&mut client, id, answers).await, [NOT_LEADER]);
    // What is behind it is refused, and the source gives all whole until it has come again.
    assert!(!client.may_begin(&request));
    assert_eq!(errors(&client.hear(numbered(&[0], 11)).await), [NOT_LEADER]);
    assert_eq!(errors(&client.hear(request.clone()).await), [0]);
    assert!(client.may_begin(&request));
}

#[tokio::test(start_paused = true)]
async fn what_a_client_does_not_read_takes_no_broker_from_others() {
    let proxy = Proxy::new();
    let logs = Logs::of(&proxy.brokers);
    logs.append_all(0, 0, vec![7; 1_500_000].into());
    let (mut client, mut begins) = (proxy.client(1), Begins::new().await);
    client.take_open_answers();
    client.hear(metadata()).await;
    let answer = client.ask(fetch(&[(0, 0)])).await.unwrap();
    assert!(answer.missing() > 0);
    // The broker does not read it before its answer is read.
    let request = long_produce(4_000_000);
    assert!(client.may_begin(&request));
    let (open, rest) = begins.begun(&request, 20_000).await;
    let id = open.id();
    assert!(client.send(vec![open]).await.unwrap().is_empty());
    let stuck = timeout(5 * READ_TIMEOUT, client.go_on(id, &rest));
    assert!(stuck.await.is_err());
    let mut other = proxy.client(2);
    assert_eq!(errors(&other.hear(produce(0, -1)).await), [0]);
}
