//! Do long answers to Fetch reach a client that sees the brokers while they arrive?

use super::fake::{Reach, Reply};
use super::logs::fetch;
use super::stage::*;
use kafka_protocol::messages::fetch_response::{FetchableTopicResponse, PartitionData};
use kafka_protocol::messages::{FetchRequest, FetchResponse, ResponseKind, TopicName};
use kafka_protocol::protocol::StrBytes;
use shotover::message::Message;
use shotover::wire::ApiKey;
use tokio::time::timeout;

const RECORDS: usize = 3_000_000;

/// All that a broker has for the only partition of its own.
fn records(broker: i32, session: i32) -> ResponseKind {
    let partition = PartitionData::default()
        .with_partition_index(broker - 1)
        .with_records(Some(vec![b'r'; RECORDS].into()));
    let topic = FetchableTopicResponse::default()
        .with_topic(TopicName(StrBytes::from_static_str("t")))
        .with_partitions(vec![partition]);
    let body = FetchResponse::default()
        .with_session_id(session)
        .with_responses(vec![topic]);
    ResponseKind::Fetch(body)
}

/// A proxy before brokers that have long answers to Fetch and grant session 7, and a client that takes them as they come.
fn stage() -> (Proxy, Client) {
    let proxy = Proxy::new();
    proxy
        .brokers
        .script(|broker, request| match request.api_key() {
            ApiKey::Fetch => Reply::answer(records(broker, 7)),
            _ => Reply::Usual,
        });
    let mut client = proxy.client(1);
    client.take_open_answers();
    (proxy, client)
}

#[tokio::test(start_paused = true)]
async fn a_long_answer_arrives_whole_and_the_next_one_behind_it() {
    let (proxy, mut client) = stage();
    for _ in 0..2 {
        let request = fetch(&[(1, 0)]);
        let expected = request.respond(&records(2, 7)).unwrap();
        let expected = expected.into_frame().unwrap().contiguous();
        let open = client.ask(request).await.unwrap();
        assert!(open.missing() > RECORDS / 2, "{}", open.missing());
        assert!(client.rest_of(open, 30_000).await.unwrap() == expected);
        // Nothing is behind it yet.
        let answer = client.ask(produce(1, -1)).await.unwrap();
        assert_eq!((answer.api_key(), answer.missing()), (ApiKey::Produce, 0));
    }
    assert_eq!(proxy.brokers.asked(ApiKey::Fetch), [2, 2]);
}

#[tokio::test(start_paused = true)]
async fn the_session_of_a_long_answer_is_known() {
    let (proxy, mut client) = stage();
    let open = client.ask(fetch(&[(2, 0)])).await.unwrap();
    client.rest_of(open, RECORDS).await.unwrap();
    let next = FetchRequest::default()
        .with_session_id(7)
        .with_session_epoch(1);
    client.ask(request(12, &next)).await.unwrap();
    assert_eq!(proxy.brokers.asked(ApiKey::Fetch), [3, 3]);
}

#[tokio::test(start_paused = true)]
async fn while_a_long_answer_waits_other_brokers_answer() {
    let (_proxy, mut client) = stage();
    let first = client.ask(fetch(&[(0, 0)])).await.unwrap();
    let second = client.ask(fetch(&[(1, 0)])).await.unwrap();
    let answer = client.ask(produce(2, -1)).await.unwrap();
    assert_eq!(answer.api_key(), ApiKey::Produce);
    for open in [second, first] {
        let all = client.rest_of(open, 100_000).await.unwrap();
        assert!(all.len() > RECORDS);
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_looked_up_behind_a_long_answer_that_nobody_reads() {
    let (proxy, mut client) = stage();
    let open = client.ask(fetch(&[(0, 0)])).await.unwrap();
    let before = proxy.brokers.asked(ApiKey::FindCoordinator).len();
    client.ask(heartbeat("group")).await.unwrap();
    assert_eq!(
        proxy.brokers.asked(ApiKey::FindCoordinator).len(),
        before + 1
    );
    client.rest_of(open, RECORDS).await.unwrap();
}

/// The next answers, of brokers that say nothing for no longer than they may.
async fn in_time(client: &mut Client) -> Vec<Message> {
    let answers = timeout(READ_TIMEOUT * 2, client.answers()).await;
    answers.expect("no answer").unwrap()
}

/// The client takes the rest of a long answer when it has those to what it asked before.
#[tokio::test(start_paused = true)]
async fn a_long_answer_holds_up_none_that_comes_before_it() {
    let (_proxy, mut client) = stage();
    client.ask(metadata()).await.unwrap();
    // Its coordinator has to be looked up, and is the broker with the records.
    let both = vec![heartbeat("group"), fetch(&[(1, 0)])];
    let mut answered = client.send(both).await.unwrap();
    while answered.len() < 2 {
        answered.extend(in_time(&mut client).await);
    }
    let keys = answered.iter().map(Message::api_key);
    assert!(keys.eq([ApiKey::Heartbeat, ApiKey::Fetch]));
    let open = answered.pop().unwrap();
    client.rest_of(open, RECORDS).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_a_stopped_broker_has_is_not_sent_behind_a_long_answer() {
    let (proxy, mut client) = stage();
    client.ask(metadata()).await.unwrap();
    client.ask(find_coordinator("g")).await.unwrap();
    let stopped = *proxy.brokers.asked(ApiKey::FindCoordinator).last().unwrap();
    let other = stopped % 3 + 1;
    let gone = other % 3 + 1;
    proxy.brokers.reach(gone, Reach::Refuses);
    client.ask(produce(gone - 1, -1)).await.unwrap();
    proxy
        .brokers
        .script(move |broker, request| match request.api_key() {
            _ if broker == stopped => Reply::Silence,
            ApiKey::Fetch => Reply::answer(records(broker, 7)),
            _ => Reply::Usual,
        });
    let both = vec![find_coordinator("h"), fetch(&[(other - 1, 0)])];
    client.send(both).await.unwrap();
    let open = client.answers().await.unwrap().pop().unwrap();
    assert_eq!(open.api_key(), ApiKey::Fetch);
    assert!(client.hears_nothing_for(READ_TIMEOUT / 2).await);
    // The stopped one is given up; behind the records nothing is asked.
    let answers = in_time(&mut client).await;
    assert_eq!(answers[0].api_key(), ApiKey::FindCoordinator);
    client.rest_of(open, RECORDS).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_is_lost_in_the_middle_of_an_answer_is_told_of() {
    let (proxy, mut client) = stage();
    let open = client.ask(fetch(&[(1, 0)])).await.unwrap();
    proxy.brokers.hang_up();
    let error = client.rest_of(open, 30_000).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the connection to the broker failed: unexpected end of file"
    );
}

#[tokio::test(start_paused = true)]
async fn answers_are_whole_for_those_who_do_not_take_them_open() {
    let (proxy, _) = stage();
    let answer: Message = proxy.client(2).ask(fetch(&[(1, 0)])).await.unwrap();
    assert_eq!(answer.missing(), 0);
    assert!(answer.wire_len() > RECORDS);
}
