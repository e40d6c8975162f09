//! Is another broker asked what any can answer when one does not?

use super::fake::{Reach, Reply};
use super::stage::*;
use super::versions::older;
use crate::cluster::hedge::HEDGE_AFTER;
use kafka_protocol::messages::create_topics_request::CreatableTopic;
use kafka_protocol::messages::{
    BrokerId, CreateTopicsRequest, CreateTopicsResponse, FindCoordinatorResponse, MetadataResponse,
    ResponseKind,
};
use shotover::message::Message;
use shotover::wire::ApiKey;
use std::collections::HashSet;
use std::time::Duration;
use tokio::time::{Instant, advance};

const MOMENT: Duration = Duration::from_millis(10);

/// What a client is told by a broker that calls itself this.
fn coordinator(id: i32) -> ResponseKind {
    let body = FindCoordinatorResponse::default()
        .with_node_id(BrokerId(id))
        .with_port(9092);
    ResponseKind::FindCoordinator(body)
}

/// How many brokers were asked this.
fn count(proxy: &Proxy, api: ApiKey) -> usize {
    proxy.brokers.asked(api).len()
}

/// How many brokers were asked this after the first so many times, each once.
fn distinct(proxy: &Proxy, api: ApiKey, before: usize) -> usize {
    let asked = proxy.brokers.asked(api).split_off(before);
    let distinct: HashSet<i32> = asked.iter().copied().collect();
    assert_eq!(distinct.len(), asked.len(), "{asked:?}");
    distinct.len()
}

/// A proxy whose client has been served by a broker, which it asks what any could answer.
async fn served(presented: fn() -> Proxy) -> (Proxy, Client, i32) {
    let proxy = presented();
    let mut client = proxy.client(0);
    client.hear(metadata()).await;
    client.hear(find_coordinator("g")).await;
    let asked = proxy.brokers.asked(ApiKey::FindCoordinator);
    (proxy, client, *asked.last().unwrap())
}

#[tokio::test(start_paused = true)]
async fn what_a_stopped_broker_is_asked_another_one_answers_soon() {
    for presented in [Proxy::new, Proxy::apart] {
        for request in [metadata, || find_coordinator("g")] {
            let (proxy, mut client, first) = served(presented).await;
            silence(&proxy, first);
            let request: Message = request();
            let before = count(&proxy, request.api_key());
            let (api, began) = (request.api_key(), Instant::now());
            client.hear(request).await;
            assert!(began.elapsed() >= HEDGE_AFTER);
            assert!(began.elapsed() <= HEDGE_AFTER + MOMENT);
            assert_eq!(count(&proxy, api), before + 2);
            assert_eq!(proxy.counted("shotover_sink_hedged_total"), 1);
            // Now it is known better whom to ask, of several things as well.
            let began = Instant::now();
            let several = ["g", "h", "i"].map(find_coordinator);
            client.ask_all(several.into()).await;
            assert!(began.elapsed() <= MOMENT);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_comes_after_a_request_that_a_stopped_broker_has_waits_no_longer() {
    let (proxy, mut client, stopped) = served(Proxy::apart).await;
    silence(&proxy, stopped);
    let began = Instant::now();
    // In time, and behind another one that was not.
    for gap in [0, 4, 4] {
        advance(HEDGE_AFTER / 10 * gap).await;
        client.send(vec![metadata()]).await.unwrap();
        // No other broker has it.
        assert!(client.hears_nothing_for(MOMENT).await);
    }
    client.await_answers(3).await;
    assert!(began.elapsed() <= HEDGE_AFTER + MOMENT);
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_answered_has_all_its_time_for_the_next_request() {
    let (proxy, mut client, first) = served(Proxy::new).await;
    advance(HEDGE_AFTER / 2).await;
    let before = count(&proxy, ApiKey::FindCoordinator);
    client.hear(find_coordinator("g")).await;
    proxy
        .brokers
        .script(move |broker, request| match request.api_key() {
            ApiKey::FindCoordinator if broker == first => {
                Reply::Later(HEDGE_AFTER - MOMENT, Box::new(coordinator(7)))
            }
            _ => Reply::Usual,
        });
    advance(HEDGE_AFTER / 2).await;
    client.hear(find_coordinator("g")).await;
    assert_eq!(count(&proxy, ApiKey::FindCoordinator), before + 2);
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_answers_one_thing_after_the_other_is_left_to_it() {
    let (proxy, mut client, _) = served(Proxy::apart).await;
    let before = count(&proxy, ApiKey::FindCoordinator);
    answer_in_turn(&proxy, |_| {
        Reply::Later(HEDGE_AFTER / 10 * 7, Box::new(coordinator(7)))
    });
    let all = ["g", "h", "i"].map(find_coordinator);
    client.ask_all(all.into()).await;
    assert_eq!(count(&proxy, ApiKey::FindCoordinator), before + 3);
}

#[tokio::test(start_paused = true)]
async fn of_two_brokers_the_first_to_answer_is_heard() {
    let second = HEDGE_AFTER * 2;
    for (first_takes, heard) in [(HEDGE_AFTER + MOMENT, 7), (HEDGE_AFTER * 5, 8)] {
        let (proxy, mut client, first) = served(Proxy::new).await;
        proxy
            .brokers
            .script(move |broker, request| match request.api_key() {
                ApiKey::FindCoordinator if broker == first => {
                    Reply::Later(first_takes, Box::new(coordinator(7)))
                }
                ApiKey::FindCoordinator => Reply::Later(second, Box::new(coordinator(8))),
                _ => Reply::Usual,
            });
        let ResponseKind::FindCoordinator(body) = client.hear(find_coordinator("other")).await
        else {
            panic!()
        };
        assert_eq!(body.node_id, BrokerId(heard));
        // What the other one says is for nobody.
        assert!(client.hears_nothing_for(HEDGE_AFTER * 10).await);
        client.hear(metadata()).await;
    }
}

/// From now on this broker answers nothing.
fn silence(proxy: &Proxy, which: i32) {
    proxy
        .brokers
        .script(move |broker, _| match broker == which {
            true => Reply::Silence,
            false => Reply::Usual,
        });
}

/// Answers FindCoordinator as the first, second and so on of the brokers that are asked.
fn answer_in_turn(proxy: &Proxy, replies: impl Fn(usize) -> Reply + Send + 'static) {
    let mut asked = 0;
    proxy
        .brokers
        .script(move |_, request| match request.api_key() {
            ApiKey::FindCoordinator => {
                asked += 1;
                replies(asked)
            }
            _ => Reply::Usual,
        });
}

async fn found(client: &mut Client) -> i32 {
    let ResponseKind::FindCoordinator(body) = client.hear(find_coordinator("g")).await else {
        panic!()
    };
    body.node_id.0
}

#[tokio::test(start_paused = true)]
async fn each_second_one_more_of_three_brokers_is_asked() {
    let (proxy, mut client, _) = served(Proxy::new).await;
    let before = count(&proxy, ApiKey::FindCoordinator);
    answer_in_turn(&proxy, |number| match number {
        1 | 2 => Reply::Silence,
        _ => Reply::answer(coordinator(number.try_into().unwrap())),
    });
    let began = Instant::now();
    assert_eq!(found(&mut client).await, 3);
    assert!(began.elapsed() >= HEDGE_AFTER * 2);
    assert!(began.elapsed() <= HEDGE_AFTER * 2 + MOMENT);
    assert_eq!(distinct(&proxy, ApiKey::FindCoordinator, before), 3);
    // Of the three the one that answered is asked what comes next, all of it.
    let began = Instant::now();
    let several = ["h", "i", "j"].map(find_coordinator);
    client.ask_all(several.into()).await;
    assert!(began.elapsed() <= MOMENT);
}

#[tokio::test(start_paused = true)]
async fn when_no_broker_answers_none_is_asked_twice_and_then_another_once() {
    let (proxy, mut client, _) = served(Proxy::new).await;
    let before = count(&proxy, ApiKey::FindCoordinator);
    answer_in_turn(&proxy, |number| match number {
        1..=3 => Reply::Silence,
        _ => Reply::answer(coordinator(9)),
    });
    let began = Instant::now();
    client.send(vec![find_coordinator("g")]).await.unwrap();
    assert!(client.hears_nothing_for(READ_TIMEOUT).await);
    assert_eq!(count(&proxy, ApiKey::FindCoordinator), before + 3);
    let mut answers = client.answers().await.unwrap();
    let ResponseKind::FindCoordinator(body) = answers[0].response().unwrap() else {
        panic!()
    };
    assert_eq!(body.node_id, BrokerId(9));
    assert_eq!(answers.len(), 1);
    assert!(began.elapsed() <= READ_TIMEOUT + HEDGE_AFTER * 3);
    assert!(client.hears_nothing_for(READ_TIMEOUT * 2).await);
}

/// A connection that is lost when its client has its answer is nothing to it.
#[tokio::test(start_paused = true)]
async fn a_broker_that_is_given_up_later_is_not_answered_for() {
    let (proxy, mut client, first) = served(Proxy::new).await;
    proxy.brokers.silence(first, ApiKey::FindCoordinator);
    client.hear(find_coordinator("g")).await;
    assert!(client.hears_nothing_for(READ_TIMEOUT * 2).await);
    client.hear(find_coordinator("g")).await;
}

#[tokio::test(start_paused = true)]
async fn a_second_broker_that_knows_nobody_is_not_heard() {
    for first_takes in [HEDGE_AFTER * 5, READ_TIMEOUT * 2] {
        let (proxy, mut client, first) = served(Proxy::new).await;
        let mut second = None;
        let before = count(&proxy, ApiKey::Metadata);
        proxy
            .brokers
            .script(move |broker, request| match request.api_key() {
                ApiKey::Metadata if broker == first => Reply::Later(
                    first_takes,
                    Box::new(ResponseKind::Metadata(MetadataResponse::default())),
                ),
                ApiKey::Metadata if broker == *second.get_or_insert(broker) => {
                    Reply::answer(ResponseKind::Metadata(MetadataResponse::default()))
                }
                _ => Reply::Usual,
            });
        let began = Instant::now();
        let ResponseKind::Metadata(body) = client.hear(metadata()).await else {
            panic!()
        };
        assert_eq!(body.brokers.len(), 3);
        assert!(began.elapsed() <= HEDGE_AFTER * 2 + MOMENT);
        assert!(client.hears_nothing_for(READ_TIMEOUT * 3).await);
        assert_eq!(distinct(&proxy, ApiKey::Metadata, before), 3);
        client.hear(metadata()).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_cannot_be_reached_costs_one_more_second() {
    let (proxy, mut client, first) = served(Proxy::new).await;
    let second = first % 3 + 1;
    for reach in [Reach::Vanished, Reach::Refuses] {
        proxy.brokers.reach(second, reach);
        silence(&proxy, first);
        let began = Instant::now();
        client.hear(find_coordinator("g")).await;
        assert!(began.elapsed() <= HEDGE_AFTER * 2 + MOMENT, "{reach:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn other_brokers_that_come_back_are_asked() {
    let (proxy, mut client, first) = served(Proxy::new).await;
    for broker in (1..=3).filter(|id| *id != first) {
        proxy.brokers.reach(broker, Reach::Refuses);
    }
    silence(&proxy, first);
    client.send(vec![find_coordinator("g")]).await.unwrap();
    assert!(client.hears_nothing_for(HEDGE_AFTER * 9).await);
    let mut other = proxy.client(7);
    for broker in (1..=3).filter(|id| *id != first) {
        proxy.brokers.reach(broker, Reach::Accepts);
        other.hear(produce(broker - 1, -1)).await;
    }
    let began = Instant::now();
    assert_eq!(client.answers().await.unwrap().len(), 1);
    assert!(began.elapsed() <= HEDGE_AFTER + MOMENT);
}

#[tokio::test(start_paused = true)]
async fn brokers_that_hang_up_leave_the_answer_to_the_first() {
    let (proxy, mut client, first) = served(Proxy::new).await;
    proxy
        .brokers
        .script(move |broker, request| match request.api_key() {
            ApiKey::FindCoordinator if broker == first => {
                Reply::Later(HEDGE_AFTER * 3, Box::new(coordinator(7)))
            }
            ApiKey::FindCoordinator => Reply::HangUp,
            _ => Reply::Usual,
        });
    let before = count(&proxy, ApiKey::FindCoordinator);
    assert_eq!(found(&mut client).await, 7);
    assert_eq!(distinct(&proxy, ApiKey::FindCoordinator, before), 3);
}

/// It would end the client of whoever sends it there alone.
#[tokio::test(start_paused = true)]
async fn a_second_broker_that_is_older_than_the_client_was_told_ends_nothing() {
    let (proxy, mut client, first) = served(Proxy::new).await;
    client.hear(hello()).await;
    let mut second = None;
    proxy
        .brokers
        .script(move |broker, request| match request.api_key() {
            ApiKey::FindCoordinator if broker == first => {
                Reply::Later(HEDGE_AFTER * 4, Box::new(coordinator(7)))
            }
            ApiKey::FindCoordinator => Reply::answer(coordinator(broker)),
            ApiKey::ApiVersions if broker == *second.get_or_insert(broker) => older(),
            _ => Reply::Usual,
        });
    let found = found(&mut client).await;
    // The third one has had its turn after the second one.
    assert!(found != 7 && found != first, "{found}");
    assert!(client.hears_nothing_for(HEDGE_AFTER * 10).await);
    client.hear(metadata()).await;
}

#[tokio::test(start_paused = true)]
async fn a_client_that_is_gone_is_not_kept_by_what_it_would_have_liked_to_know() {
    let (proxy, mut client, first) = served(Proxy::new).await;
    for broker in (1..=3).filter(|id| *id != first) {
        proxy.brokers.reach(broker, Reach::Vanished);
    }
    silence(&proxy, first);
    client.send(vec![find_coordinator("g")]).await.unwrap();
    assert!(client.hears_nothing_for(HEDGE_AFTER + MOMENT).await);
    assert_eq!(proxy.counted("shotover_sink_hedged_total"), 1);
    assert!(!client.is_busy());
    // Of the next broker.
    client.send(vec![produce(first % 3, -1)]).await.unwrap();
    assert!(client.is_busy());
}

#[tokio::test(start_paused = true)]
async fn what_must_not_be_done_twice_is_asked_once() {
    let (proxy, mut client, _) = served(Proxy::new).await;
    proxy.brokers.script(|_, request| match request.api_key() {
        ApiKey::CreateTopics => Reply::Later(
            HEDGE_AFTER * 4,
            Box::new(ResponseKind::CreateTopics(CreateTopicsResponse::default())),
        ),
        _ => Reply::Usual,
    });
    let body = CreateTopicsRequest::default().with_topics(vec![CreatableTopic::default()]);
    client.hear(request(5, &body)).await;
    assert_eq!(count(&proxy, ApiKey::CreateTopics), 1);
}

#[tokio::test(start_paused = true)]
async fn a_client_without_another_broker_waits_for_the_one() {
    let (proxy, mut client, first) = served(Proxy::new).await;
    for broker in (1..=3).filter(|id| *id != first) {
        proxy.brokers.reach(broker, Reach::Refuses);
    }
    proxy
        .brokers
        .script(move |_, request| match request.api_key() {
            ApiKey::FindCoordinator => Reply::Later(HEDGE_AFTER * 3, Box::new(coordinator(5))),
            _ => Reply::Usual,
        });
    assert_eq!(found(&mut client).await, 5);
}
