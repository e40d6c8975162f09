//! What becomes of requests when brokers are dead, stalled or hang up?

use super::fake::{Reach, Reply, produced};
use super::stage::*;
use crate::cluster::node::RETRY_DOWN_AFTER;
use kafka_protocol::messages::metadata_response::{
    MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic,
};
use kafka_protocol::messages::{BrokerId, MetadataResponse, RequestKind, ResponseKind, TopicName};
use kafka_protocol::protocol::StrBytes;
use shotover::wire::{ApiKey, ErrorCode};
use std::time::Duration;
use tokio::time::{Instant, advance};

const NOT_LEADER: i16 = ErrorCode::NOT_LEADER_OR_FOLLOWER.0;
const TIMED_OUT: i16 = ErrorCode::REQUEST_TIMED_OUT.0;

#[tokio::test(start_paused = true)]
async fn a_dead_broker_costs_its_own_partitions_an_answer_that_is_retried() {
    let proxy = Proxy::new();
    let mut client = proxy.client(1);
    client.hear(metadata()).await;
    proxy.brokers.reach(1, Reach::Refuses);
    assert_eq!(errors(&client.hear(produce(0, -1)).await), [NOT_LEADER]);
    assert_eq!(errors(&client.hear(produce(1, -1)).await), [0]);
}

#[tokio::test(start_paused = true)]
async fn one_connection_that_finds_a_broker_dead_makes_all_avoid_it() {
    let proxy = Proxy::new();
    let (mut one, mut other) = (proxy.client(1), proxy.client(2));
    one.hear(metadata()).await;
    proxy.brokers.reach(1, Reach::Vanished);
    let dials = proxy.brokers.dials(1);
    one.hear(produce(0, -1)).await;
    let began = Instant::now();
    assert_eq!(errors(&other.hear(produce(0, -1)).await), [NOT_LEADER]);
    assert_eq!(began.elapsed(), Duration::ZERO);
    assert_eq!(proxy.brokers.dials(1), dials + 1);
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_comes_back_is_up_by_being_used() {
    let proxy = Proxy::new();
    let (mut one, mut other) = (proxy.client(1), proxy.client(2));
    one.hear(produce(0, -1)).await;
    other.hear(metadata()).await;
    proxy.brokers.reach(1, Reach::Refuses);
    assert_eq!(errors(&other.hear(produce(0, -1)).await), [NOT_LEADER]);
    let asked = proxy.brokers.asked(ApiKey::Metadata).len();
    proxy.brokers.reach(1, Reach::Accepts);
    advance(RETRY_DOWN_AFTER).await;
    assert_eq!(errors(&other.hear(produce(0, -1)).await), [0]);
    // Whether another one leads the partition by now.
    assert_eq!(proxy.brokers.asked(ApiKey::Metadata).len(), asked + 1);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_was_sent_may_have_been_done() {
    let proxy = Proxy::new();
    let mut client = proxy.client(1);
    client.hear(produce(0, -1)).await;
    proxy
        .brokers
        .script(|broker, request| match request.api_key() {
            ApiKey::Produce if broker == 1 => Reply::HangUp,
            _ => Reply::Usual,
        });
    assert_eq!(errors(&client.hear(produce(0, -1)).await), [TIMED_OUT]);
    assert_eq!(errors(&client.hear(produce(1, -1)).await), [0]);
}

#[tokio::test(start_paused = true)]
async fn a_stalled_broker_is_given_up_within_the_read_timeout() {
    let proxy = Proxy::new();
    let mut client = proxy.client(1);
    client.hear(produce(0, -1)).await;
    proxy.brokers.silence(1, ApiKey::Produce);
    let began = Instant::now();
    client.send(vec![produce(0, -1)]).await.unwrap();
    assert_eq!(errors(&client.hear(produce(1, -1)).await), [0]);
    assert_eq!(began.elapsed(), Duration::ZERO);
    let mut answers = client.answers().await.unwrap();
    assert_eq!(errors(answers[0].response().unwrap()), [TIMED_OUT]);
    assert!(began.elapsed() <= READ_TIMEOUT + Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn a_lost_broker_of_records_without_acknowledgement_ends_the_connection() {
    let proxy = Proxy::new();
    let mut client = proxy.client(1);
    client.hear(metadata()).await;
    proxy
        .brokers
        .script(|broker, request| match request.api_key() {
            ApiKey::Produce if broker == 1 => Reply::HangUp,
            _ => Reply::Usual,
        });
    client.send(vec![produce(0, 0)]).await.unwrap();
    assert!(client.answers().await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_look_up_asks_another_broker_when_one_does_not_answer() {
    for reach in [Reach::Refuses, Reach::Vanished] {
        let proxy = Proxy::new();
        proxy.brokers.reach(1, reach);
        proxy.brokers.reach(2, reach);
        let mut client = proxy.client(0);
        assert_eq!(errors(&client.hear(produce(2, -1)).await), [0], "{reach:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_accepts_and_says_nothing_does_not_hold_up_look_ups_for_long() {
    let proxy = Proxy::new();
    proxy.brokers.script(|broker, _| match broker {
        1 => Reply::Silence,
        _ => Reply::Usual,
    });
    let mut client = proxy.client(0);
    let began = Instant::now();
    assert_eq!(errors(&client.hear(produce(1, -1)).await), [0]);
    assert!(began.elapsed() < Duration::from_secs(6));
}

/// A broker that wants credentials hangs up; this one is not there.
#[tokio::test(start_paused = true)]
async fn a_client_whose_first_request_meets_a_silent_broker_is_served_by_another() {
    for turn in 0..3 {
        let proxy = Proxy::new();
        proxy
            .brokers
            .script(|broker, request| match (broker, request.api_key()) {
                (1, ApiKey::Metadata) => Reply::Silence,
                _ => Reply::Usual,
            });
        let ResponseKind::Metadata(body) = proxy.client(turn).hear(metadata()).await else {
            panic!()
        };
        assert_eq!(body.brokers.len(), 3);
    }
}

#[tokio::test(start_paused = true)]
async fn without_any_broker_a_request_gets_an_answer_that_is_retried() {
    let proxy = Proxy::new();
    for broker in 1..=3 {
        proxy.brokers.reach(broker, Reach::Refuses);
    }
    assert_eq!(
        errors(&proxy.client(1).hear(produce(0, -1)).await),
        [NOT_LEADER]
    );
    assert_eq!(proxy.counted("shotover_sink_outages_total"), 1);
}

#[tokio::test(start_paused = true)]
async fn records_without_acknowledgement_that_wait_for_a_look_up_are_not_forgotten() {
    for proxy in [Proxy::new(), Proxy::apart()] {
        let mut client = proxy.client(1);
        client.send(vec![produce(0, 0)]).await.unwrap();
        assert!(client.is_busy());
        assert!(client.hears_nothing_for(Duration::from_secs(1)).await);
        assert_eq!(proxy.brokers.asked(ApiKey::Produce), [1]);
        assert!(!client.is_busy());
    }
}

/// What a client names is looked up a part at a time, and it is looked at again when there is news.
#[expect(clippy::disallowed_types, reason = "it is real time that it takes")]
#[tokio::test(start_paused = true)]
async fn many_names_that_nobody_knows_cost_no_more_than_they_are() {
    const NAMES: usize = 100_000;
    let proxy = Proxy::apart();
    let mut client = proxy.client(1);
    client.hear(metadata()).await;
    let names: Vec<String> = (0..NAMES).map(|name| name.to_string()).collect();
    let topics: Vec<(&'static str, &'static [i32])> = names
        .into_iter()
        .map(|name| (&*name.leak(), &[0][..]))
        .collect();
    let began = std::time::Instant::now();
    client.send(vec![produce_to_topics(&topics)]).await.unwrap();
    for _ in 0..200 {
        client.send(vec![produce(0, -1)]).await.unwrap();
    }
    client.await_answers(201).await;
    let asked = proxy.brokers.asked(ApiKey::Metadata).len();
    assert!(asked <= 10, "{asked}");
    assert!(began.elapsed() < Duration::from_secs(30));
}

#[tokio::test(start_paused = true)]
async fn a_group_without_a_coordinator_is_told_so() {
    let proxy = Proxy::new();
    let mut client = proxy.client(2);
    client.hear(metadata()).await;
    proxy.brokers.reach(2, Reach::Refuses);
    let ResponseKind::Heartbeat(body) = client.hear(heartbeat("g")).await else {
        panic!()
    };
    assert_eq!(body.error_code, ErrorCode::COORDINATOR_NOT_AVAILABLE.0);
}

#[tokio::test(start_paused = true)]
async fn a_stalled_broker_keeps_nothing_waiting_that_others_can_answer() {
    let proxy = Proxy::new();
    let mut client = proxy.client(1);
    client.hear(produce(0, -1)).await;
    proxy.brokers.script(|broker, _| match broker {
        1 => Reply::Silence,
        _ => Reply::Usual,
    });
    client.send(vec![produce(0, -1)]).await.unwrap();
    let began = Instant::now();
    client.hear(metadata()).await;
    assert_eq!(began.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn look_ups_go_on_after_brokers_hung_up_on_idle_connections() {
    let proxy = Proxy::new();
    let mut client = proxy.client(1);
    for round in 0..5 {
        let group: &'static str = ["a", "b", "c", "d", "e"][round];
        let ResponseKind::Heartbeat(body) = client.hear(heartbeat(group)).await else {
            panic!()
        };
        assert_eq!(body.error_code, 0, "{group}");
        proxy.brokers.hang_up();
        assert!(client.hears_nothing_for(Duration::from_secs(1)).await);
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_is_not_read_from_while_long_requests_wait_for_look_ups() {
    let proxy = Proxy::new();
    for broker in 1..=3 {
        proxy.brokers.reach(broker, Reach::Vanished);
    }
    let mut client = proxy.client(1);
    assert!(client.has_capacity());
    client.send(vec![long_produce(5 << 20)]).await.unwrap();
    assert!(!client.has_capacity());
}

#[tokio::test(start_paused = true)]
async fn a_frozen_broker_keeps_nobody_from_being_told_the_versions() {
    let proxy = Proxy::new();
    proxy.client(1).hear(metadata()).await;
    proxy.brokers.script(|broker, _| match broker {
        3 => Reply::Silence,
        _ => Reply::Usual,
    });
    let began = Instant::now();
    let hello = kafka_protocol::messages::ApiVersionsRequest::default();
    proxy.client(2).hear(request(3, &hello)).await;
    assert!(began.elapsed() < Duration::from_secs(6));
}

#[tokio::test(start_paused = true)]
async fn a_client_waits_for_no_look_up_of_a_client_that_does_nothing() {
    let proxy = Proxy::new();
    let (mut idle, mut waits) = (proxy.client(1), proxy.client(2));
    // Nobody moves this look-up forward.
    idle.send(vec![produce(0, -1)]).await.unwrap();
    let began = Instant::now();
    let answer = waits.hear(produce(1, -1)).await;
    assert_eq!(errors(&answer).len(), 1);
    assert!(began.elapsed() < Duration::from_secs(20));
}

#[tokio::test(start_paused = true)]
async fn a_look_up_that_another_client_gave_up_is_made_again() {
    let proxy = Proxy::new();
    let (mut leaves, mut stays) = (proxy.client(1), proxy.client(2));
    leaves.send(vec![produce(0, -1)]).await.unwrap();
    stays.send(vec![produce(0, -1)]).await.unwrap();
    drop(leaves);
    let mut answers = stays.answers().await.unwrap();
    assert_eq!(errors(answers[0].response().unwrap()), [0]);
}

/// Makes this broker say nothing any more until one client has found it down.
async fn freeze(proxy: &Proxy, broker: i32, finder: &mut Client) {
    proxy.brokers.script(move |asked, _| match asked == broker {
        true => Reply::Silence,
        false => Reply::Usual,
    });
    assert_eq!(
        errors(&finder.hear(produce(broker - 1, -1)).await),
        [TIMED_OUT]
    );
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_one_client_found_frozen_is_not_asked_what_others_can_answer() {
    let proxy = Proxy::new();
    let (mut one, mut other) = (proxy.client(1), proxy.client(2));
    one.hear(produce(0, -1)).await;
    other.hear(produce(0, -1)).await;
    freeze(&proxy, 1, &mut one).await;
    let began = Instant::now();
    other.hear(metadata()).await;
    assert_eq!(began.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_frozen_broker_that_goes_on_is_up_by_being_used_on_a_connection_that_is_there() {
    let proxy = Proxy::new();
    let (mut one, mut other) = (proxy.client(1), proxy.client(2));
    one.hear(produce(0, -1)).await;
    other.hear(produce(0, -1)).await;
    freeze(&proxy, 1, &mut one).await;
    proxy.brokers.script(|_, _| Reply::Usual);
    let dials = proxy.brokers.dials(1);
    advance(RETRY_DOWN_AFTER).await;
    for _ in 0..3 {
        assert_eq!(errors(&other.hear(produce(0, -1)).await), [0]);
    }
    assert_eq!(proxy.brokers.dials(1), dials);
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_answers_no_look_up_is_given_up_however_many_follow() {
    let proxy = Proxy::new();
    proxy.brokers.script(|broker, _| match broker {
        1 => Reply::Silence,
        _ => Reply::Usual,
    });
    let mut client = proxy.client(0);
    client.send(vec![produce(1, -1)]).await.unwrap();
    let began = Instant::now();
    for group in ["a", "b", "c", "d", "e"] {
        client.send(vec![heartbeat(group)]).await.unwrap();
        if !client.hears_nothing_for(Duration::from_secs(3)).await {
            break;
        }
    }
    assert!(began.elapsed() < Duration::from_secs(7));
}

#[tokio::test(start_paused = true)]
async fn a_look_up_of_ones_own_that_finds_nothing_is_not_made_again() {
    let proxy = Proxy::new();
    proxy
        .brokers
        .script(|_, request| match request.clone().request().unwrap() {
            RequestKind::Metadata(_) => {
                let nothing = ResponseKind::Metadata(MetadataResponse::default());
                Reply::Later(Duration::from_secs(3), Box::new(nothing))
            }
            RequestKind::Produce(body) => Reply::answer(ResponseKind::Produce(produced(body, 3))),
            _ => Reply::Usual,
        });
    let mut client = proxy.client(1);
    client
        .send(vec![produce_to("unknown", 0, -1)])
        .await
        .unwrap();
    // Whatever arrives meanwhile, the request that waits is looked at again.
    assert!(client.hears_nothing_for(Duration::from_secs(1)).await);
    client
        .send(vec![produce_to("unknown", 1, -1)])
        .await
        .unwrap();
    client.await_answers(2).await;
    // For the topic, and for brokers.
    assert!(proxy.brokers.asked(ApiKey::Metadata).len() <= 2);
}

#[tokio::test(start_paused = true)]
async fn records_without_acknowledgement_go_on_to_a_broker_that_another_client_found_down() {
    let proxy = Proxy::new();
    let (mut one, mut other) = (proxy.client(1), proxy.client(2));
    one.hear(produce(0, -1)).await;
    other.hear(metadata()).await;
    other.send(vec![produce(0, 0)]).await.unwrap();
    assert!(other.hears_nothing_for(Duration::from_secs(1)).await);
    freeze(&proxy, 1, &mut one).await;
    other.send(vec![produce(0, 0)]).await.unwrap();
    other.hear(metadata()).await;
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_answers_look_ups_is_not_blamed_for_earlier_questions() {
    let proxy = Proxy::new();
    let mut client = proxy.client(0);
    let hello = kafka_protocol::messages::ApiVersionsRequest::default();
    client.hear(request(3, &hello)).await;
    assert!(client.hears_nothing_for(Duration::from_millis(4_900)).await);
    proxy.brokers.script(|_, request| match request.api_key() {
        ApiKey::Metadata => Reply::Later(Duration::from_secs(1), Box::new(known())),
        _ => Reply::Usual,
    });
    assert_eq!(errors(&client.hear(produce(0, -1)).await), [0]);
    assert_eq!(proxy.brokers.asked(ApiKey::Metadata).len(), 1);
}

/// What brokers say of themselves and of `t`.
fn known() -> ResponseKind {
    let broker = MetadataResponseBroker::default()
        .with_node_id(BrokerId(1))
        .with_host(StrBytes::from_static_str("kafka1"))
        .with_port(9092);
    let partition = MetadataResponsePartition::default().with_leader_id(BrokerId(1));
    let topic = MetadataResponseTopic::default()
        .with_name(Some(TopicName(StrBytes::from_static_str("t"))))
        .with_partitions(vec![partition]);
    let answer = MetadataResponse::default()
        .with_brokers(vec![broker])
        .with_topics(vec![topic]);
    ResponseKind::Metadata(answer)
}

#[tokio::test(start_paused = true)]
async fn every_broker_is_tried_with_what_any_can_answer() {
    for client in 0..6 {
        for proxy in [Proxy::new(), Proxy::apart()] {
            proxy.client(9).hear(metadata()).await;
            let mut failed = std::collections::BTreeSet::new();
            proxy
                .brokers
                .script(move |broker, request| match request.api_key() {
                    ApiKey::Metadata if failed.len() < 2 || failed.contains(&broker) => {
                        failed.insert(broker);
                        Reply::answer(ResponseKind::Metadata(MetadataResponse::default()))
                    }
                    _ => Reply::Usual,
                });
            proxy.client(client).hear(metadata()).await;
        }
    }
}
