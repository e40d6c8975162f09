//! Does a client that was told too much ask again?

use super::fake::{Reach, Reply, versions};
use super::stage::*;
use kafka_protocol::messages::ResponseKind;
use shotover::wire::ApiKey;
use std::time::Duration;

/// A version of Produce that is not the last.
const OLDER: i16 = 11;

/// What a broker can do that has no later Produce than this.
pub(super) fn older() -> Reply {
    let mut body = versions();
    for offered in &mut body.api_keys {
        if offered.api_key == ApiKey::Produce.code() {
            offered.max_version = OLDER;
        }
    }
    Reply::answer(ResponseKind::ApiVersions(body))
}

/// From now on, broker 1 is an older one.
fn downgrade(proxy: &Proxy) {
    proxy
        .brokers
        .script(|broker, request| match (broker, request.api_key()) {
            (1, ApiKey::ApiVersions) => older(),
            _ => Reply::Usual,
        });
}

/// The last version of Produce that a client is told.
async fn told(client: &mut Client) -> i16 {
    let ResponseKind::ApiVersions(body) = client.hear(hello()).await else {
        panic!()
    };
    let mut offered = body.api_keys.iter();
    let produce = offered.find(|it| it.api_key == ApiKey::Produce.code());
    produce.unwrap().max_version
}

#[tokio::test(start_paused = true)]
async fn a_client_that_was_told_what_one_broker_can_do_asks_again_when_another_can_do_less() {
    for proxy in [Proxy::new(), Proxy::apart()] {
        downgrade(&proxy);
        // Broker 2 is asked: nobody knows the others.
        let mut client = proxy.client(1);
        assert!(told(&mut client).await > OLDER);
        let error = match client.ask(metadata()).await {
            Ok(_) => client.ask(produce(0, -1)).await.unwrap_err(),
            // Which broker 1 was to answer.
            Err(error) => error,
        };
        let error = error.to_string();
        assert!(error.contains("older versions"), "{error}");
        // Somebody else finds out who the brokers are.
        proxy.client(2).hear(metadata()).await;
        // As it does when its connection is closed.
        let mut client = proxy.client(1);
        assert_eq!(told(&mut client).await, OLDER);
        assert_eq!(errors(&client.hear(produce(0, -1)).await), [0]);
    }
}

/// Java's do, once they have authenticated.
#[tokio::test(start_paused = true)]
async fn a_client_that_asks_again_by_itself_is_told_what_all_brokers_can_do() {
    let proxy = Proxy::new();
    downgrade(&proxy);
    let mut client = proxy.client(1);
    assert!(told(&mut client).await > OLDER);
    proxy.client(2).hear(metadata()).await;
    assert_eq!(told(&mut client).await, OLDER);
    assert_eq!(errors(&client.hear(produce(0, -1)).await), [0]);
}

#[tokio::test(start_paused = true)]
async fn a_client_asks_again_when_a_broker_is_replaced_by_an_older_one() {
    let proxy = Proxy::new();
    let mut client = proxy.client(1);
    client.hear(metadata()).await;
    assert!(told(&mut client).await > OLDER);
    assert_eq!(errors(&client.hear(produce(0, -1)).await), [0]);
    downgrade(&proxy);
    proxy.brokers.hang_up();
    assert!(client.hears_nothing_for(Duration::from_millis(1)).await);
    assert!(client.ask(produce(0, -1)).await.is_err());
    let mut client = proxy.client(2);
    assert_eq!(told(&mut client).await, OLDER);
}

/// It is asked what it can do because others name it.
#[tokio::test(start_paused = true)]
async fn an_older_broker_ends_no_client_that_asks_nothing_of_it() {
    let proxy = Proxy::new();
    downgrade(&proxy);
    proxy.brokers.reach(1, Reach::Refuses);
    let mut client = proxy.client(1);
    client.hear(metadata()).await;
    assert!(told(&mut client).await > OLDER);
    proxy.brokers.reach(1, Reach::Accepts);
    for _ in 0..5 {
        client.hear(metadata()).await;
        assert!(client.hears_nothing_for(Duration::from_secs(1)).await);
    }
    client.hear(metadata()).await;
    assert!(client.ask(produce(0, -1)).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_client_that_has_not_asked_is_left_alone() {
    let proxy = Proxy::new();
    let mut client = proxy.client(1);
    client.hear(metadata()).await;
    downgrade(&proxy);
    assert_eq!(errors(&client.hear(produce(0, -1)).await), [0]);
}
