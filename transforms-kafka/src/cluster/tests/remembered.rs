//! Do requests that refer to a session reach the broker that has it, where clients see the brokers?

use super::fake::{Reply, TOPIC_ID};
use super::stage::{Client, Proxy, metadata, produce, request};
use kafka_protocol::messages::fetch_request::{FetchPartition, FetchTopic};
use kafka_protocol::messages::share_fetch_request::{
    FetchPartition as SharePartition, FetchTopic as ShareTopic,
};
use kafka_protocol::messages::{
    FetchRequest, FetchResponse, GroupId, RequestKind, ResponseKind, ShareFetchRequest,
    ShareFetchResponse, TopicName,
};
use kafka_protocol::protocol::StrBytes;
use shotover::message::Message;
use shotover::wire::{ApiKey, ErrorCode};
use std::sync::{Arc, Mutex};
use uuid::Uuid;

/// The session that brokers open for whoever wants one.
const SESSION: i32 = 7;

fn proxy() -> Proxy {
    let proxy = Proxy::new();
    proxy.brokers.script(|_, request| match request.api_key() {
        ApiKey::Fetch => Reply::answer(ResponseKind::Fetch(
            FetchResponse::default().with_session_id(SESSION),
        )),
        ApiKey::ShareFetch => {
            Reply::answer(ResponseKind::ShareFetch(ShareFetchResponse::default()))
        }
        _ => Reply::Usual,
    });
    proxy
}

/// A fetch in a session, of these partitions of `t`.
fn fetch((id, epoch): (i32, i32), partitions: &[i32]) -> Message {
    let partitions = partitions
        .iter()
        .map(|index| FetchPartition::default().with_partition(*index));
    let topic = FetchTopic::default()
        .with_topic(TopicName(StrBytes::from_static_str("t")))
        .with_partitions(partitions.collect());
    let topics = match topic.partitions.is_empty() {
        true => Vec::new(),
        false => vec![topic],
    };
    let body = FetchRequest::default()
        .with_session_id(id)
        .with_session_epoch(epoch)
        .with_topics(topics);
    request(12, &body)
}

fn share_fetch(epoch: i32, topics: Vec<ShareTopic>) -> Message {
    let body = ShareFetchRequest::default()
        .with_group_id(Some(GroupId(StrBytes::from_static_str("g"))))
        .with_member_id(Some(StrBytes::from_static_str("m")))
        .with_share_session_epoch(epoch)
        .with_topics(topics);
    request(1, &body)
}

#[tokio::test(start_paused = true)]
async fn a_fetch_that_names_no_partition_goes_to_the_broker_that_has_its_session() {
    let proxy = proxy();
    let mut client = proxy.client(1);
    client.hear(fetch((0, 0), &[2])).await;
    client.hear(produce(0, -1)).await;
    client.hear(fetch((SESSION, 1), &[])).await;
    assert_eq!(proxy.brokers.asked(ApiKey::Fetch), [3, 3]);
}

#[tokio::test(start_paused = true)]
async fn a_fetch_of_a_session_that_nobody_has_is_refused() {
    let proxy = proxy();
    let ResponseKind::Fetch(answer) = proxy.client(1).hear(fetch((9, 1), &[])).await else {
        panic!("not a Fetch");
    };
    let error = ErrorCode(answer.error_code);
    assert_eq!(error, ErrorCode::FETCH_SESSION_ID_NOT_FOUND);
    assert!(proxy.brokers.asked(ApiKey::Fetch).is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_share_fetch_that_names_no_partition_goes_to_the_broker_that_has_its_session() {
    for connection in 1..=3 {
        let proxy = proxy();
        let mut client = proxy.client(connection);
        let topic = ShareTopic::default()
            .with_topic_id(Uuid::from_u128(5))
            .with_partitions(vec![SharePartition::default()]);
        client.hear(share_fetch(0, vec![topic])).await;
        client.hear(produce(0, -1)).await;
        client.hear(produce(1, -1)).await;
        client.hear(share_fetch(1, Vec::new())).await;
        let asked = proxy.brokers.asked(ApiKey::ShareFetch);
        assert_eq!(asked.len(), 2);
        assert_eq!(asked[0], asked[1]);
    }
}

/// A share fetch of one partition of `t`, or of none.
fn share(epoch: i32, partition: Option<i32>) -> Message {
    let topic = partition.map(|index| {
        let partition = SharePartition::default().with_partition_index(index);
        ShareTopic::default()
            .with_topic_id(TOPIC_ID)
            .with_partitions(vec![partition])
    });
    share_fetch(epoch, topic.into_iter().collect())
}

/// Checks which broker is asked for each, given the epoch, the partition and the broker.
async fn check_shares(proxy: &Proxy, client: &mut Client, steps: &[(i32, Option<i32>, i32)]) {
    let before = proxy.brokers.asked(ApiKey::ShareFetch).len();
    for (epoch, partition, _) in steps {
        client.hear(share(*epoch, *partition)).await;
    }
    let asked = proxy.brokers.asked(ApiKey::ShareFetch).split_off(before);
    let expected: Vec<i32> = steps.iter().map(|(_, _, broker)| *broker).collect();
    assert_eq!(asked, expected, "{steps:?}");
}

/// The broker that the client has connected to has its session, whoever leads what it comes to be about.
#[tokio::test(start_paused = true)]
async fn a_share_fetch_goes_to_the_broker_that_is_called_if_that_is_known() {
    let proxy = proxy();
    // Partitions 0 to 2 are led by 1 to 3.
    let mut client = proxy.client_of(1, Some("b2.proxy"));
    let steps = [
        (0, Some(1), 2),
        (1, Some(0), 2),
        (2, None, 2),
        (3, Some(2), 2),
        (-1, Some(0), 2),
        // One opened at the broker that leads it would end the one of another connection.
        (0, Some(0), 2),
        (1, Some(1), 2),
    ];
    check_shares(&proxy, &mut client, &steps).await;
    let steps = [(0, Some(1), 2), (1, Some(0), 1), (2, Some(1), 2)];
    check_shares(&proxy, &mut proxy.client(2), &steps).await;
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_refuses_a_share_session_has_none() {
    let proxy = proxy();
    let mut client = proxy.client(1);
    check_shares(&proxy, &mut client, &[(0, Some(1), 2)]).await;
    proxy.brokers.script(|broker, request| {
        let error = match broker {
            3 => ErrorCode::SHARE_SESSION_LIMIT_REACHED,
            _ => ErrorCode::NONE,
        };
        match request.api_key() {
            ApiKey::ShareFetch => Reply::answer(ResponseKind::ShareFetch(
                ShareFetchResponse::default().with_error_code(error.0),
            )),
            _ => Reply::Usual,
        }
    });
    let steps = [(0, Some(2), 3), (1, None, 2)];
    check_shares(&proxy, &mut client, &steps).await;
}

#[tokio::test(start_paused = true)]
async fn a_share_session_is_not_looked_for_at_a_broker_that_has_left() {
    let proxy = proxy();
    let mut client = proxy.client_of(1, Some("b2.proxy"));
    check_shares(&proxy, &mut client, &[(0, Some(1), 2), (1, Some(0), 2)]).await;
    proxy.brokers.leave(2);
    client.hear(metadata()).await;
    check_shares(&proxy, &mut client, &[(2, Some(0), 1)]).await;
}

#[tokio::test(start_paused = true)]
async fn a_share_fetch_of_a_session_that_nobody_has_is_refused() {
    let proxy = proxy();
    let answer = proxy.client(1).hear(share_fetch(1, Vec::new())).await;
    let ResponseKind::ShareFetch(answer) = answer else {
        panic!("not a ShareFetch");
    };
    let error = ErrorCode(answer.error_code);
    assert_eq!(error, ErrorCode::SHARE_SESSION_NOT_FOUND);
    assert!(proxy.brokers.asked(ApiKey::ShareFetch).is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_the_proxy_looks_up_creates_no_topic() {
    let proxy = Proxy::new();
    let creates = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&creates);
    proxy.brokers.script(move |_, request| {
        if let RequestKind::Metadata(body) = request.clone().request().unwrap() {
            seen.lock().unwrap().push(body.allow_auto_topic_creation);
        }
        Reply::Usual
    });
    proxy.client(1).hear(produce(0, -1)).await;
    let creates = creates.lock().unwrap();
    assert!(!creates.is_empty() && creates.iter().all(|creates| !creates));
}
