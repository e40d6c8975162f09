//! Do clients that see proxies have fetch sessions, and the proxies with brokers (KIP-227)?

use super::logs::{ALL, Logs, fetched, wanted};
use super::stage::*;
use kafka_protocol::messages::fetch_request::ForgottenTopic;
use kafka_protocol::messages::{FetchRequest, ResponseKind, TopicName};
use kafka_protocol::protocol::StrBytes;
use shotover::message::Message;
use shotover::wire::{ApiKey, ErrorCode};
use std::time::Duration;
use tokio::time::Instant;

const MAX_WAIT: Duration = Duration::from_secs(5);

/// A broker that still had the other one in mind would be asked for records again and again that nobody wants.
#[tokio::test(start_paused = true)]
async fn a_session_has_a_partition_once_that_is_named_twice() {
    let proxy = Proxy::apart();
    proxy.brokers.lead(&[1, 1, 3]);
    let logs = Logs::of(&proxy.brokers);
    let mut client = proxy.client(1);
    client.hear(metadata()).await;
    let open = |positions: &[(i32, i64)]| {
        let body = wanted(positions).with_max_wait_ms(100);
        request(12, &body.with_session_epoch(0))
    };
    client.hear(open(&[(0, 0), (1, 0)])).await;
    logs.append(1, 0);
    logs.asked();
    let answer = client.hear(open(&[(0, 5), (0, 5)])).await;
    assert_eq!(fetched(&answer), [(0, 0, 0)]);
    let asked = logs.asked();
    assert!((1..=3).contains(&asked.len()), "{}", asked.len());
    assert_eq!(asked[0].partitions, [0]);
}

/// A client with a session.
struct Fetcher {
    proxy: Proxy,
    logs: Logs,
    client: Client,
    id: i32,
    epoch: i32,
}

impl Fetcher {
    /// Its session is about all partitions. What that took is not told of.
    async fn new() -> Self {
        let proxy = Proxy::apart();
        let logs = Logs::of(&proxy.brokers);
        let client = proxy.client(1);
        let mut fetcher = Self {
            proxy,
            logs,
            client,
            id: 0,
            epoch: 0,
        };
        fetcher.open().await;
        fetcher.logs.asked();
        fetcher
    }

    async fn open(&mut self) {
        let body = wanted(&ALL).with_max_wait_ms(0).with_session_epoch(0);
        let answer = self.client.hear(request(12, &body)).await;
        assert_eq!(fetched(&answer), [(0, 0, 0), (1, 0, 0), (2, 0, 0)]);
        (self.id, self.epoch) = (session(&answer).0, 1);
        assert_ne!(self.id, 0);
    }

    /// The next fetch of the session.
    fn next(&mut self, changes: FetchRequest) -> Message {
        let body = changes
            .with_session_id(self.id)
            .with_session_epoch(self.epoch);
        self.epoch += 1;
        request(12, &body)
    }

    /// What comes of the next fetch, which names these partitions.
    async fn poll(&mut self, positions: &[(i32, i64)]) -> Vec<(i32, i16, usize)> {
        self.change(naming(positions)).await
    }

    async fn change(&mut self, changes: FetchRequest) -> Vec<(i32, i16, usize)> {
        let next = self.next(changes);
        let answer = self.client.hear(next).await;
        assert_eq!(session(&answer), (self.id, 0));
        fetched(&answer)
    }

    /// Broker and what was named to it, for all fetches since this was called last.
    fn named(&self) -> Vec<(i32, Vec<i32>)> {
        let asked = self.logs.asked().into_iter();
        let mut named: Vec<_> = asked.map(|asked| (asked.broker, asked.named)).collect();
        named.sort();
        named
    }
}

fn naming(positions: &[(i32, i64)]) -> FetchRequest {
    let mut body = wanted(positions);
    body.topics.retain(|topic| !topic.partitions.is_empty());
    body
}

fn forgetting(partition: i32) -> FetchRequest {
    let forgotten = ForgottenTopic::default()
        .with_topic(TopicName(StrBytes::from_static_str("t")))
        .with_partitions(vec![partition]);
    naming(&[]).with_forgotten_topics_data(vec![forgotten])
}

/// Id and error of the session of an answer.
fn session(answer: &ResponseKind) -> (i32, i16) {
    let ResponseKind::Fetch(body) = answer else {
        panic!("{answer:?}")
    };
    (body.session_id, body.error_code)
}

#[tokio::test(start_paused = true)]
async fn an_idle_fetch_of_a_session_names_nothing_to_anybody() {
    let mut fetcher = Fetcher::new().await;
    for _ in 0..3 {
        let began = Instant::now();
        assert_eq!(fetcher.poll(&[]).await, []);
        assert!(began.elapsed() >= MAX_WAIT);
        assert!(began.elapsed() <= MAX_WAIT + MAX_WAIT / 5);
        assert_eq!(fetcher.named(), [(1, vec![]), (2, vec![]), (3, vec![])]);
    }
}

#[tokio::test(start_paused = true)]
async fn records_come_when_they_arrive_and_nothing_else_with_them() {
    let mut fetcher = Fetcher::new().await;
    fetcher.logs.append(1, 0);
    let began = Instant::now();
    assert_eq!(fetcher.poll(&[]).await, [(1, 0, 7)]);
    assert!(began.elapsed() < Duration::from_millis(100));
}

#[tokio::test(start_paused = true)]
async fn a_new_position_is_named_to_its_broker_alone() {
    let mut fetcher = Fetcher::new().await;
    fetcher.logs.append(1, 0);
    fetcher.poll(&[]).await;
    fetcher.named();
    assert_eq!(fetcher.poll(&[(1, 1)]).await, []);
    let named = fetcher.named();
    assert!(named.contains(&(2, vec![1])), "{named:?}");
    assert!(
        named
            .iter()
            .all(|(broker, named)| *broker == 2 || named.is_empty()),
        "{named:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn what_the_client_forgets_no_broker_is_asked_for() {
    let mut fetcher = Fetcher::new().await;
    fetcher.change(forgetting(1)).await;
    assert_eq!(fetcher.named(), [(1, vec![]), (3, vec![])]);
    fetcher.poll(&[(1, 0)]).await;
    assert_eq!(
        fetcher.named(),
        [(1, vec![]), (2, vec![]), (3, vec![])],
        "broker 2 has not been told otherwise"
    );
}

#[tokio::test(start_paused = true)]
async fn a_partition_that_moved_is_forgotten_where_it_was() {
    let mut fetcher = Fetcher::new().await;
    fetcher.proxy.brokers.lead(&[1, 1, 1]);
    fetcher.client.hear(metadata()).await;
    fetcher.logs.append(2, 0);
    assert_eq!(fetcher.poll(&[]).await, [(2, 0, 7)]);
    assert_eq!(fetcher.named(), [(1, vec![1, 2])]);
    fetcher.proxy.brokers.lead(&[1, 2, 1]);
    fetcher.client.hear(metadata()).await;
    fetcher.poll(&[(2, 1)]).await;
    let asked = fetcher.logs.asked();
    let mut of_first = asked.iter().filter(|asked| asked.broker == 1);
    assert!(
        of_first.all(|asked| asked.partitions == [0, 2]),
        "{asked:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn replicated_records_without_new_ones_are_told_of_once() {
    let mut fetcher = Fetcher::new().await;
    fetcher.logs.replicate();
    let said = fetcher.poll(&[]).await;
    assert_eq!(said, [(0, 0, 0), (1, 0, 0), (2, 0, 0)]);
    assert_eq!(fetcher.poll(&[]).await, []);
}

#[tokio::test(start_paused = true)]
async fn an_error_is_told_again_and_again_and_that_it_is_over() {
    let mut fetcher = Fetcher::new().await;
    let error = ErrorCode::OFFSET_OUT_OF_RANGE;
    fetcher.logs.fail(2, 1, error);
    for _ in 0..2 {
        assert_eq!(fetcher.poll(&[]).await, [(1, error.0, 0)]);
    }
    fetcher.logs.fail(2, 1, ErrorCode::NONE);
    assert_eq!(fetcher.poll(&[]).await, [(1, 0, 0)]);
    assert_eq!(fetcher.poll(&[]).await, []);
}

#[tokio::test(start_paused = true)]
async fn a_session_that_a_broker_forgot_is_opened_anew_unnoticed() {
    let mut fetcher = Fetcher::new().await;
    fetcher.logs.forget_sessions();
    fetcher.logs.append(1, 0);
    let began = Instant::now();
    assert_eq!(fetcher.poll(&[]).await, [(1, 0, 7)]);
    assert!(began.elapsed() < Duration::from_millis(100));
    assert!(fetcher.named().contains(&(2, vec![1])));
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_grants_no_session_is_told_everything_each_time() {
    let mut fetcher = Fetcher::new().await;
    fetcher.logs.grant_no_sessions();
    for _ in 0..2 {
        fetcher.poll(&[]).await;
    }
    fetcher.named();
    assert_eq!(fetcher.poll(&[]).await, []);
    assert_eq!(fetcher.named(), [(1, vec![0]), (2, vec![1]), (3, vec![2])]);
}

#[tokio::test(start_paused = true)]
async fn after_a_lost_connection_brokers_are_told_everything_and_to_drop_the_former_session() {
    let mut fetcher = Fetcher::new().await;
    let poll = fetcher.next(naming(&[]));
    fetcher.client.send(vec![poll]).await.unwrap();
    assert!(fetcher.client.hears_nothing_for(MAX_WAIT / 10).await);
    fetcher.proxy.brokers.hang_up();
    fetcher.client.answers().await.unwrap();
    fetcher.named();
    fetcher.poll(&[]).await;
    assert_eq!(fetcher.named(), [(1, vec![0]), (2, vec![1]), (3, vec![2])]);
    assert_eq!(fetcher.logs.sessions(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_fetch_out_of_turn_is_refused_and_the_session_stays() {
    let mut fetcher = Fetcher::new().await;
    fetcher.epoch = 7;
    let poll = fetcher.next(naming(&[]));
    let answer = fetcher.client.hear(poll).await;
    let error = ErrorCode::INVALID_FETCH_SESSION_EPOCH;
    assert_eq!(session(&answer), (0, error.0));
    fetcher.epoch = 1;
    fetcher.poll(&[]).await;
}

#[tokio::test(start_paused = true)]
async fn a_session_of_another_connection_is_not_known() {
    let mut fetcher = Fetcher::new().await;
    let poll = fetcher.next(naming(&[]));
    let answer = fetcher.proxy.client(2).hear(poll).await;
    let error = ErrorCode::FETCH_SESSION_ID_NOT_FOUND;
    assert_eq!(session(&answer), (0, error.0));
}

#[tokio::test(start_paused = true)]
async fn topics_are_named_the_same_way_throughout_a_session() {
    let mut fetcher = Fetcher::new().await;
    let body = naming(&[])
        .with_session_id(fetcher.id)
        .with_session_epoch(1);
    let answer = fetcher.client.hear(request(13, &body)).await;
    let error = ErrorCode::FETCH_SESSION_TOPIC_ID_ERROR;
    assert_eq!(session(&answer), (0, error.0));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_closes_its_session_closes_those_with_brokers() {
    let mut fetcher = Fetcher::new().await;
    assert_eq!(fetcher.logs.sessions(), 3);
    let body = naming(&[])
        .with_session_id(fetcher.id)
        .with_session_epoch(-1);
    let began = Instant::now();
    let answer = fetcher.client.hear(request(12, &body)).await;
    assert_eq!(session(&answer), (0, 0));
    assert!(began.elapsed() < Duration::from_millis(100));
    fetcher
        .client
        .hears_nothing_for(Duration::from_millis(1))
        .await;
    assert_eq!(fetcher.logs.sessions(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_session_without_partitions_is_over() {
    let mut fetcher = Fetcher::new().await;
    fetcher.change(forgetting(0)).await;
    fetcher.change(forgetting(1)).await;
    let last = fetcher.next(forgetting(2));
    assert_eq!(session(&fetcher.client.hear(last).await), (0, 0));
    let poll = fetcher.next(naming(&[]));
    let error = ErrorCode::FETCH_SESSION_ID_NOT_FOUND;
    assert_eq!(session(&fetcher.client.hear(poll).await), (0, error.0));
}

#[tokio::test(start_paused = true)]
async fn partitions_whose_records_do_not_fit_into_one_answer_take_turns() {
    let mut fetcher = Fetcher::new().await;
    for partition in 0..3 {
        fetcher.logs.append(partition, 0);
        fetcher.logs.append(partition, 1);
    }
    let mut position: Vec<(i32, i64)> = Vec::new();
    for partition in [0, 1, 2, 0, 1, 2] {
        // All brokers have answered when the client asks.
        fetcher
            .client
            .hears_nothing_for(Duration::from_millis(1))
            .await;
        let poll = naming(&position).with_max_bytes(7);
        assert_eq!(fetcher.change(poll).await, [(partition, 0, 7)]);
        position = vec![(partition, 1)];
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_without_sessions_causes_none() {
    let proxy = Proxy::apart();
    let logs = Logs::of(&proxy.brokers);
    let answer = proxy.client(1).hear(request(12, &wanted(&ALL))).await;
    assert_eq!(session(&answer), (0, 0));
    assert!(logs.asked().iter().all(|asked| asked.session == (0, -1)));
    assert_eq!(proxy.brokers.asked(ApiKey::Fetch).len(), 3);
}
