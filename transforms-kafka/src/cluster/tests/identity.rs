//! Does every broker hear the credentials of the client it works for, and no others?

use super::fake::Reply;
use super::log::Log;
use super::stage::*;
use crate::cluster::hedge::HEDGE_AFTER;
use crate::cluster::shared::SASL_IS_WANTED_FOR;
use bytes::Bytes;
use kafka_protocol::messages::{
    ApiVersionsResponse, FindCoordinatorResponse, MetadataResponse, RequestKind, ResponseKind,
    SaslAuthenticateRequest, SaslAuthenticateResponse, SaslHandshakeRequest,
};
use kafka_protocol::protocol::StrBytes;
use shotover::message::Message;
use shotover::wire::{ApiKey, ErrorCode};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::Instant;
use tracing::Level;

fn handshake(mechanism: &'static str) -> Message {
    let mechanism = StrBytes::from_static_str(mechanism);
    request(
        1,
        &SaslHandshakeRequest::default().with_mechanism(mechanism),
    )
}

fn token(user: &'static str) -> Message {
    let body =
        SaslAuthenticateRequest::default().with_auth_bytes(Bytes::from_static(user.as_bytes()));
    request(2, &body)
}

async fn log_in(client: &mut Client, user: &'static str) {
    client.hear(handshake("PLAIN")).await;
    client.hear(token(user)).await;
}

#[tokio::test(start_paused = true)]
async fn further_brokers_hear_the_credentials_of_their_client_first() {
    let proxy = Proxy::new();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let notes = Arc::clone(&heard);
    proxy.brokers.script(move |broker, request| {
        if let RequestKind::SaslAuthenticate(body) = request.clone().request().unwrap() {
            notes
                .lock()
                .unwrap()
                .push((broker, body.auth_bytes.clone()));
        }
        Reply::Usual
    });
    let (mut alice, mut bob) = (proxy.client(1), proxy.client(2));
    log_in(&mut alice, "alice").await;
    log_in(&mut bob, "bob").await;
    alice.hear(produce(0, -1)).await;
    bob.hear(produce(2, -1)).await;
    let heard = heard.lock().unwrap().clone();
    // Each logs in at one broker, and the leader of its partition hears of it on a connection of its own.
    let told = [(2, "alice"), (3, "bob"), (1, "alice"), (3, "bob")];
    assert_eq!(
        heard,
        told.map(|(broker, user)| (broker, Bytes::from(user)))
    );
}

#[tokio::test(start_paused = true)]
async fn a_mechanism_that_cannot_be_said_twice_is_refused() {
    let proxy = Proxy::new();
    let ResponseKind::SaslHandshake(body) = proxy.client(1).hear(handshake("SCRAM-SHA-256")).await
    else {
        panic!()
    };
    assert_eq!(body.error_code, ErrorCode::UNSUPPORTED_SASL_MECHANISM.0);
    assert_eq!(body.mechanisms, [StrBytes::from_static_str("PLAIN")]);
    assert!(proxy.brokers.asked(ApiKey::SaslHandshake).is_empty());
}

#[tokio::test(start_paused = true)]
async fn nothing_but_sasl_passes_before_the_exchange_is_over() {
    let proxy = Proxy::new();
    let mut client = proxy.client(1);
    client.hear(handshake("PLAIN")).await;
    assert!(client.ask(metadata()).await.is_err());
}

/// Whether a client that says nothing of who it is is answered, and whether brokers hear of it.
async fn ask_without_credentials(proxy: &Proxy, connection: u64) -> (bool, bool) {
    let before = proxy.brokers.asked(ApiKey::Metadata).len();
    let is_answered = proxy.client(connection).ask(metadata()).await.is_ok();
    let asked = proxy.brokers.asked(ApiKey::Metadata).len();
    (is_answered, asked > before)
}

#[tokio::test(start_paused = true)]
async fn where_clients_say_who_they_are_nothing_else_reaches_a_broker_before() {
    let proxy = Proxy::new();
    log_in(&mut proxy.client(1), "alice").await;
    assert_eq!(ask_without_credentials(&proxy, 2).await, (false, false));
    let mut late = proxy.client(3);
    log_in(&mut late, "bob").await;
    late.hear(metadata()).await;
}

#[tokio::test(start_paused = true)]
async fn a_cluster_that_no_longer_wants_to_know_who_clients_are_serves_them_after_a_while() {
    let proxy = Proxy::new();
    log_in(&mut proxy.client(1), "alice").await;
    tokio::time::advance(SASL_IS_WANTED_FOR).await;
    assert_eq!(ask_without_credentials(&proxy, 2).await, (true, true));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_is_served_already_need_not_say_who_it_is() {
    let proxy = Proxy::new();
    let mut client = proxy.client(1);
    client.hear(metadata()).await;
    log_in(&mut proxy.client(2), "alice").await;
    client.hear(metadata()).await;
}

#[tokio::test(start_paused = true)]
async fn wrong_credentials_reach_no_further_broker() {
    let proxy = Proxy::new();
    proxy.brokers.script(|_, request| match request.api_key() {
        ApiKey::SaslAuthenticate => Reply::answer(ResponseKind::SaslAuthenticate(
            SaslAuthenticateResponse::default().with_error_code(58),
        )),
        ApiKey::Metadata | ApiKey::Produce => Reply::HangUp,
        _ => Reply::Usual,
    });
    let mut client = proxy.client(1);
    log_in(&mut client, "mallory").await;
    assert!(client.ask(metadata()).await.is_err());
    assert_eq!(proxy.brokers.asked(ApiKey::SaslAuthenticate).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_a_broker_hangs_up_on_is_hung_up_on_and_the_broker_is_not_down() {
    let proxy = Proxy::new();
    let mut known = proxy.client(1);
    known.hear(metadata()).await;
    proxy.brokers.script(|_, request| match request.api_key() {
        ApiKey::Metadata => Reply::HangUp,
        _ => Reply::Usual,
    });
    assert!(proxy.client(2).ask(metadata()).await.is_err());
    assert_eq!(errors(&known.hear(produce(0, -1)).await), [0]);
    let mut known_nodes = crate::cluster::view::Snapshot::default();
    proxy.cluster.view.refresh(&mut known_nodes);
    assert_eq!(known_nodes.view().up().count(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_authenticates_again_does_so_with_all_its_brokers() {
    let proxy = Proxy::new();
    let mut client = proxy.client(1);
    log_in(&mut client, "alice").await;
    client.hear(produce(0, -1)).await;
    client.hear(produce(1, -1)).await;
    let before = proxy.brokers.asked(ApiKey::SaslAuthenticate).len();
    log_in(&mut client, "alice").await;
    client.hear(produce(0, -1)).await;
    client.hear(produce(1, -1)).await;
    let after = proxy.brokers.asked(ApiKey::SaslAuthenticate).len();
    assert_eq!(after - before, 3);
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_does_not_take_the_credentials_ends_the_connection() {
    let proxy = Proxy::new();
    proxy.client(9).hear(metadata()).await;
    let mut client = proxy.client(1);
    log_in(&mut client, "alice").await;
    proxy.brokers.script(|_, request| match request.api_key() {
        ApiKey::SaslAuthenticate => Reply::answer(ResponseKind::SaslAuthenticate(
            SaslAuthenticateResponse::default().with_error_code(58),
        )),
        _ => Reply::Usual,
    });
    assert!(client.ask(produce(2, -1)).await.is_err());
}

/// Everything that is looked up takes a second.
fn slow_look_ups(proxy: &Proxy) {
    proxy.brokers.script(|_, request| match request.api_key() {
        ApiKey::Metadata => {
            let nothing = ResponseKind::Metadata(MetadataResponse::default());
            Reply::Later(Duration::from_secs(1), Box::new(nothing))
        }
        _ => Reply::Usual,
    });
}

#[tokio::test(start_paused = true)]
async fn a_client_may_say_who_it_is_while_its_requests_wait() {
    let proxy = Proxy::new();
    let mut client = proxy.client(1);
    log_in(&mut client, "alice").await;
    slow_look_ups(&proxy);
    let began = Instant::now();
    let waits = vec![produce_to("unknown", 0, -1), handshake("PLAIN")];
    let ids: Vec<_> = waits.iter().map(Message::id).collect();
    let mut answered = client.send(waits).await.unwrap();
    while answered.len() < 2 {
        answered.extend(client.answers().await.unwrap());
    }
    let answered: Vec<_> = answered.iter().map(Message::id).collect();
    assert_eq!(answered, ids);
    assert!(began.elapsed() < Duration::from_secs(10));
    proxy.brokers.script(|_, _| Reply::Usual);
    client.hear(token("alice")).await;
    assert_eq!(errors(&client.hear(produce(0, -1)).await), [0]);
}

#[tokio::test(start_paused = true)]
async fn a_client_may_say_who_it_is_before_it_is_told_the_versions() {
    let proxy = Proxy::new();
    let mut client = proxy.client(1);
    let mut answered = client
        .send(vec![hello(), handshake("PLAIN")])
        .await
        .unwrap();
    while answered.len() < 2 {
        answered.extend(client.answers().await.unwrap());
    }
    let keys = answered.iter().map(Message::api_key);
    assert!(keys.eq([ApiKey::ApiVersions, ApiKey::SaslHandshake]));
}

/// Its broker is asked while it is busy with the exchange, in a version that it does not know.
#[tokio::test(start_paused = true)]
async fn a_client_is_told_the_versions_after_it_has_said_who_it_is() {
    let proxy = Proxy::new();
    proxy.brokers.script(|_, request| {
        if request.api_key() != ApiKey::ApiVersions || request.api_version() <= 3 {
            return Reply::Usual;
        }
        let refused =
            ApiVersionsResponse::default().with_error_code(ErrorCode::UNSUPPORTED_VERSION.0);
        Reply::answer(ResponseKind::ApiVersions(refused))
    });
    let mut client = proxy.client(1);
    log_in(&mut client, "alice").await;
    let began = Instant::now();
    let ResponseKind::ApiVersions(told) = client.hear(hello()).await else {
        panic!()
    };
    assert!(!told.api_keys.is_empty());
    assert!(began.elapsed() < Duration::from_millis(100));
}

#[tokio::test(start_paused = true)]
async fn nothing_passes_behind_a_handshake_that_waits() {
    let proxy = Proxy::new();
    let mut client = proxy.client(1);
    log_in(&mut client, "alice").await;
    slow_look_ups(&proxy);
    let waits = vec![
        produce_to("unknown", 0, -1),
        handshake("PLAIN"),
        heartbeat("g"),
    ];
    client.send(waits).await.unwrap();
    let failed = loop {
        match client.answers().await {
            Ok(_) => {}
            Err(failed) => break failed,
        }
    };
    assert!(
        failed.to_string().contains("Heartbeat was sent before"),
        "{failed}"
    );
}

#[tokio::test(start_paused = true)]
async fn credentials_are_not_logged_however_much_is() {
    const TOKEN: &str = "alice hunter2";
    let (log, proxy) = (Log::from(Level::TRACE), Proxy::new());
    let mut client = proxy.client(1);
    log_in(&mut client, TOKEN).await;
    client.hear(produce(0, -1)).await;
    log_in(&mut client, TOKEN).await;
    // A broker that did not hear them before refuses them, and one is lost in the middle of the exchange.
    proxy
        .brokers
        .script(|broker, request| match request.api_key() {
            ApiKey::SaslAuthenticate if broker == 2 => {
                Reply::answer(ResponseKind::SaslAuthenticate(
                    SaslAuthenticateResponse::default().with_error_code(58),
                ))
            }
            ApiKey::SaslAuthenticate => Reply::HangUp,
            _ => Reply::Usual,
        });
    let refused = client.ask(produce(1, -1)).await.unwrap_err();
    let mut other = proxy.client(2);
    other.hear(handshake("PLAIN")).await;
    let lost = other.ask(token(TOKEN)).await.unwrap_err();

    let logged = log.text();
    assert!(
        logged.contains("refused the client's credentials"),
        "{logged}"
    );
    for text in [logged, format!("{refused:?} {lost:?} {client:?} {other:?}")] {
        assert!(!text.contains("hunter2"), "{text}");
        // As a list of numbers.
        assert!(!text.contains("104, 117, 110, 116"), "{text}");
    }
}

/// A client that has logged in and been served, and a broker that it has to wait for.
async fn served_as(user: &'static str) -> (Proxy, Client, i32) {
    let proxy = Proxy::new();
    let mut client = proxy.client(1);
    log_in(&mut client, user).await;
    client.hear(find_coordinator("g")).await;
    let asked = proxy.brokers.asked(ApiKey::FindCoordinator);
    (proxy, client, *asked.last().unwrap())
}

#[tokio::test(start_paused = true)]
async fn a_broker_that_is_asked_because_another_one_is_silent_hears_the_credentials_first() {
    let (proxy, mut client, first) = served_as("alice").await;
    let tokens = proxy.brokers.asked(ApiKey::SaslAuthenticate).len();
    proxy.brokers.silence(first, ApiKey::FindCoordinator);
    client.hear(find_coordinator("g")).await;
    let tokens = proxy
        .brokers
        .asked(ApiKey::SaslAuthenticate)
        .split_off(tokens);
    let asked = proxy.brokers.asked(ApiKey::FindCoordinator);
    assert_eq!(tokens, [*asked.last().unwrap()]);
    assert_ne!(tokens, [first]);
}

/// What the client asked would have been answered without.
#[tokio::test(start_paused = true)]
async fn a_broker_that_was_asked_without_need_may_refuse_the_credentials() {
    let (proxy, mut client, first) = served_as("alice").await;
    proxy
        .brokers
        .script(move |broker, request| match request.api_key() {
            ApiKey::FindCoordinator if broker == first => Reply::Later(
                HEDGE_AFTER * 9,
                Box::new(ResponseKind::FindCoordinator(
                    FindCoordinatorResponse::default(),
                )),
            ),
            ApiKey::SaslAuthenticate => {
                let refused = SaslAuthenticateResponse::default()
                    .with_error_code(ErrorCode::SASL_AUTHENTICATION_FAILED.0);
                Reply::answer(ResponseKind::SaslAuthenticate(refused))
            }
            _ => Reply::Usual,
        });
    client.hear(find_coordinator("g")).await;
    assert!(client.hears_nothing_for(HEDGE_AFTER * 9).await);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_says_again_who_it_is_waits_no_longer_for_a_silent_broker() {
    let (proxy, mut client, first) = served_as("alice").await;
    proxy.brokers.silence(first, ApiKey::FindCoordinator);
    client.send(vec![find_coordinator("g")]).await.unwrap();
    client.send(vec![handshake("PLAIN")]).await.unwrap();
    let began = Instant::now();
    client.await_answers(2).await;
    assert!(began.elapsed() <= HEDGE_AFTER + Duration::from_millis(10));
}
