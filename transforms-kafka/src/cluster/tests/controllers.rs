//! Does what is for the controller reach it, where brokers do not pass it on?
//!
//! Brokers up to Kafka 3.9 do not, if they keep with ZooKeeper.

use super::fake::{Reach, Reply};
use super::stage::{Client, Proxy, hello, metadata, request};
use kafka_protocol::messages::{
    CreateTopicsRequest, CreateTopicsResponse, DeleteTopicsRequest, DeleteTopicsResponse,
    ResponseKind,
};
use shotover::wire::ApiKey;

/// Clients see the brokers, or the proxies. Broker 1 is at hand.
async fn proxies(controller: Option<i32>) -> Vec<(Proxy, Client)> {
    let mut proxies = Vec::new();
    for proxy in [Proxy::new(), Proxy::apart()] {
        proxy.brokers.script(|_, request| match request.api_key() {
            ApiKey::CreateTopics => {
                Reply::answer(ResponseKind::CreateTopics(CreateTopicsResponse::default()))
            }
            ApiKey::DeleteTopics => {
                Reply::answer(ResponseKind::DeleteTopics(DeleteTopicsResponse::default()))
            }
            _ => Reply::Usual,
        });
        if let Some(controller) = controller {
            proxy.brokers.control(controller);
        }
        let mut client = proxy.client(0);
        client.hear(hello()).await;
        client.hear(metadata()).await;
        proxies.push((proxy, client));
    }
    proxies
}

async fn change_topics(client: &mut Client) {
    client
        .hear(request(5, &CreateTopicsRequest::default()))
        .await;
    client
        .hear(request(5, &DeleteTopicsRequest::default()))
        .await;
}

#[track_caller]
fn check_asked(proxy: &Proxy, expected: &[i32]) {
    for api in [ApiKey::CreateTopics, ApiKey::DeleteTopics] {
        assert_eq!(proxy.brokers.asked(api), expected, "{api}");
    }
}

#[tokio::test(start_paused = true)]
async fn topics_are_changed_by_the_controller_of_a_cluster_with_zookeeper() {
    for controller in [2, 3] {
        for (proxy, mut client) in proxies(Some(controller)).await {
            change_topics(&mut client).await;
            check_asked(&proxy, &[controller]);
            proxy.brokers.control(1);
            client.hear(metadata()).await;
            change_topics(&mut client).await;
            check_asked(&proxy, &[controller, 1]);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn without_zookeeper_any_broker_changes_topics() {
    for (proxy, mut client) in proxies(None).await {
        change_topics(&mut client).await;
        check_asked(&proxy, &[1]);
    }
}

/// It says that it is not the controller, and the client asks who is.
#[tokio::test(start_paused = true)]
async fn another_broker_is_asked_while_the_controller_is_down() {
    for (proxy, mut client) in proxies(Some(3)).await {
        proxy.brokers.reach(3, Reach::Refuses);
        proxy.brokers.hang_up();
        change_topics(&mut client).await;
        for api in [ApiKey::CreateTopics, ApiKey::DeleteTopics] {
            let asked = proxy.brokers.asked(api);
            assert!(matches!(asked[..], [1 | 2]), "{api}: {asked:?}");
        }
    }
}
