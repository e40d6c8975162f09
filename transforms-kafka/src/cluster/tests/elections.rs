//! Is nobody taken for the leader of a partition who is not any more?
//!
//! Followers answer fetches of consumers too (KIP-392). One that lags would tell a consumer that the offset it has come to
//! does not exist, and the consumer would begin anew.

use super::fake::{Reach, Reply, produced};
use super::logs::{Logs, fetch, fetched, wanted};
use super::stage::*;
use kafka_protocol::messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use kafka_protocol::messages::list_offsets_response::{
    ListOffsetsPartitionResponse, ListOffsetsTopicResponse,
};
use kafka_protocol::messages::offset_for_leader_epoch_request::{
    OffsetForLeaderPartition, OffsetForLeaderTopic,
};
use kafka_protocol::messages::produce_response::{LeaderIdAndEpoch, NodeEndpoint};
use kafka_protocol::messages::*;
use kafka_protocol::protocol::StrBytes;
use shotover::message::Message;
use shotover::wire::{ApiKey, ErrorCode};
use std::time::Duration;
use tokio::time::sleep;

fn t() -> TopicName {
    TopicName(StrBytes::from_static_str("t"))
}

/// What a client asks of the leader of the first partition of `t`, which it knows since this election.
fn requests(epoch: i32) -> [Message; 3] {
    let mut fetch = wanted(&[(0, 0)]).with_max_wait_ms(0);
    fetch.topics[0].partitions[0].current_leader_epoch = epoch;
    let offset = ListOffsetsPartition::default()
        .with_partition_index(0)
        .with_current_leader_epoch(epoch);
    let offsets = ListOffsetsTopic::default()
        .with_name(t())
        .with_partitions(vec![offset]);
    let end = OffsetForLeaderPartition::default()
        .with_partition(0)
        .with_current_leader_epoch(epoch);
    let ends = OffsetForLeaderTopic::default()
        .with_topic(t())
        .with_partitions(vec![end]);
    [
        request(12, &fetch),
        request(7, &ListOffsetsRequest::default().with_topics(vec![offsets])),
        request(
            4,
            &OffsetForLeaderEpochRequest::default().with_topics(vec![ends]),
        ),
    ]
}

/// Proxies of both kinds in front of brokers that say nothing about partitions.
fn proxies() -> [Proxy; 2] {
    let proxies = [Proxy::new(), Proxy::apart()];
    for proxy in &proxies {
        proxy.brokers.script(|_, request| {
            Reply::answer(match request.api_key() {
                ApiKey::ListOffsets => ResponseKind::ListOffsets(ListOffsetsResponse::default()),
                ApiKey::OffsetForLeaderEpoch => {
                    ResponseKind::OffsetForLeaderEpoch(OffsetForLeaderEpochResponse::default())
                }
                _ => return Reply::Usual,
            })
        });
        proxy.brokers.elect(&[1, 2, 3]);
    }
    proxies
}

#[tokio::test(start_paused = true)]
async fn a_client_that_knows_of_a_later_election_is_not_sent_to_the_former_leader() {
    for (turn, _) in requests(0).iter().enumerate() {
        for proxy in proxies() {
            let mut client = proxy.client(1);
            client.hear(metadata()).await;
            let known = proxy.brokers.asked(ApiKey::Metadata).len();
            proxy.brokers.elect(&[3, 2, 3]);
            let request = requests(1)[turn].clone();
            let api = request.api_key();
            client.ask(request).await.unwrap();
            assert_eq!(proxy.brokers.asked(api), [3], "{api}");
            let asked = proxy.brokers.asked(ApiKey::Metadata).len();
            assert_eq!(asked, known + 1, "{api}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn of_an_election_that_no_broker_knows_the_leader_is_told() {
    for (turn, _) in requests(0).iter().enumerate() {
        for proxy in proxies() {
            let mut client = proxy.client(1);
            client.hear(metadata()).await;
            let known = proxy.brokers.asked(ApiKey::Metadata).len();
            let request = requests(7)[turn].clone();
            let api = request.api_key();
            client.ask(request).await.unwrap();
            assert_eq!(proxy.brokers.asked(api), [1], "{api}");
            let asked = proxy.brokers.asked(ApiKey::Metadata).len();
            assert_eq!(asked, known + 1, "{api}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_knows_of_no_later_election_causes_no_look_up() {
    for epoch in [-1, 0] {
        for proxy in proxies() {
            let mut client = proxy.client(1);
            client.hear(metadata()).await;
            let known = proxy.brokers.asked(ApiKey::Metadata).len();
            for request in requests(epoch) {
                client.ask(request).await.unwrap();
            }
            let asked = proxy.brokers.asked(ApiKey::Metadata).len();
            assert_eq!(asked, known, "{epoch}");
        }
    }
}

/// Its client may have heard of the election through another proxy.
#[tokio::test(start_paused = true)]
async fn a_leader_that_is_down_is_looked_up_again_once_a_second() {
    let not_leader = ErrorCode::NOT_LEADER_OR_FOLLOWER.0;
    for produce in [|| produce(0, -1), || produce_all(&[0], -1)] {
        for proxy in [Proxy::new(), Proxy::apart()] {
            let mut client = proxy.client(1);
            client.hear(metadata()).await;
            for _ in 0..3 {
                assert_eq!(errors(&client.hear(produce()).await), [0]);
            }
            proxy.brokers.reach(1, Reach::Refuses);
            proxy.brokers.hang_up();
            assert!(client.hears_nothing_for(Duration::from_millis(1)).await);
            let known = proxy.brokers.asked(ApiKey::Metadata).len();
            for _ in 0..5 {
                assert_eq!(errors(&client.hear(produce()).await), [not_leader]);
            }
            let asked = proxy.brokers.asked(ApiKey::Metadata).len();
            assert_eq!(asked, known + 1);
            proxy.brokers.elect(&[3, 2, 3]);
            sleep(Duration::from_secs(1)).await;
            assert_eq!(errors(&client.hear(produce()).await), [0]);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_knows_an_earlier_election_puts_nobody_in_doubt() {
    for proxy in [Proxy::new(), Proxy::apart()] {
        let (mut client, mut other) = (proxy.client(1), proxy.client(2));
        other.hear(metadata()).await;
        proxy.brokers.script(|_, request| match request.api_key() {
            ApiKey::ListOffsets => {
                let fenced = ErrorCode::FENCED_LEADER_EPOCH.0;
                let partition = ListOffsetsPartitionResponse::default().with_error_code(fenced);
                let topic = ListOffsetsTopicResponse::default().with_name(t());
                let topics = vec![topic.with_partitions(vec![partition])];
                let body = ListOffsetsResponse::default().with_topics(topics);
                Reply::answer(ResponseKind::ListOffsets(body))
            }
            _ => Reply::Usual,
        });
        let [_, offsets, _] = requests(-1);
        client.ask(offsets).await.unwrap();
        let known = proxy.brokers.asked(ApiKey::Metadata).len();
        assert_eq!(errors(&other.hear(produce(0, -1)).await), [0]);
        assert_eq!(proxy.brokers.asked(ApiKey::Metadata).len(), known);
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_is_asked_for_records_while_the_leader_is_in_doubt() {
    let proxy = Proxy::apart();
    let logs = Logs::of(&proxy.brokers);
    logs.append(1, 0);
    let (mut client, mut other) = (proxy.client(1), proxy.client(2));
    client.hear(metadata()).await;
    // What broker 1 is asked for stays on its way for five seconds.
    client.hear(fetch(&[(0, 0), (1, 0)])).await;
    sleep(Duration::from_secs(2)).await;
    client.send(vec![fetch(&[(0, 0), (1, 1)])]).await.unwrap();
    proxy
        .brokers
        .script(|_, request| match request.clone().request().unwrap() {
            RequestKind::Produce(body) => {
                let error = ErrorCode::NOT_LEADER_OR_FOLLOWER.0;
                Reply::answer(ResponseKind::Produce(produced(body, error)))
            }
            _ => Reply::Usual,
        });
    other.hear(produce(0, -1)).await;
    logs.asked();
    let mut answers = client.answers().await.unwrap();
    let not_leader = ErrorCode::NOT_LEADER_OR_FOLLOWER.0;
    assert_eq!(
        fetched(answers[0].response().unwrap()),
        [(0, not_leader, 0), (1, 0, 0)]
    );
    assert_eq!(logs.asked_for(0), [0; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_leader_that_nobody_knows_is_asked_where_the_former_one_says_it_is() {
    let proxy = Proxy::new();
    proxy.brokers.leave(3);
    proxy.brokers.elect(&[1, 2, 1]);
    let mut client = proxy.client(0);
    client.hear(metadata()).await;
    let known = proxy.brokers.asked(ApiKey::Metadata).len();
    proxy
        .brokers
        .script(|broker, request| match request.clone().request().unwrap() {
            RequestKind::Produce(body) if broker == 1 => {
                let leader = LeaderIdAndEpoch::default()
                    .with_leader_id(BrokerId(3))
                    .with_leader_epoch(1);
                let mut moved = produced(body, ErrorCode::NOT_LEADER_OR_FOLLOWER.0);
                moved.responses[0].partition_responses[0].current_leader = leader;
                moved.node_endpoints = vec![
                    NodeEndpoint::default()
                        .with_node_id(BrokerId(3))
                        .with_host(StrBytes::from_static_str("kafka3"))
                        .with_port(9092),
                ];
                Reply::answer(ResponseKind::Produce(moved))
            }
            _ => Reply::Usual,
        });
    client.hear(produce(0, -1)).await;
    assert_eq!(errors(&client.hear(produce(0, -1)).await), [0]);
    assert_eq!(proxy.brokers.asked(ApiKey::Produce), [1, 3]);
    assert_eq!(proxy.brokers.asked(ApiKey::Metadata).len(), known);
}
