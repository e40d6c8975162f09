//! Does a client whose coordinator has moved learn that, as it would without a proxy?
//!
//! Connections to a proxy stay open when a broker dies, and others may know by then who took over.

use super::fake::{Reach, Reply};
use super::stage::*;
use kafka_protocol::messages::offset_fetch_request::OffsetFetchRequestGroup;
use kafka_protocol::messages::offset_fetch_response::OffsetFetchResponseGroup;
use kafka_protocol::messages::{
    GroupId, HeartbeatResponse, OffsetFetchRequest, OffsetFetchResponse, RequestKind, ResponseKind,
};
use kafka_protocol::protocol::StrBytes;
use shotover::wire::{ApiKey, ErrorCode};
use std::time::Duration;

const LOADING: i16 = ErrorCode::COORDINATOR_LOAD_IN_PROGRESS.0;
const NOT_AVAILABLE: i16 = ErrorCode::COORDINATOR_NOT_AVAILABLE.0;
const NOT_COORDINATOR: i16 = ErrorCode::NOT_COORDINATOR.0;

/// The error in the answer to a heartbeat of `g`.
async fn beat(client: &mut Client) -> i16 {
    match client.hear(heartbeat("g")).await {
        ResponseKind::Heartbeat(body) => body.error_code,
        other => panic!("{other:?}"),
    }
}

/// Broker 3 has taken over from broker 2, which says so.
fn move_on(proxy: &Proxy) {
    proxy.brokers.coordinate(3);
    proxy.brokers.script(|broker, request| {
        if broker == 2 && request.api_key() == ApiKey::Heartbeat {
            let body = HeartbeatResponse::default().with_error_code(NOT_COORDINATOR);
            return Reply::answer(ResponseKind::Heartbeat(body));
        }
        Reply::Usual
    });
}

#[tokio::test(start_paused = true)]
async fn a_client_is_told_once_that_its_coordinator_has_moved() {
    let proxy = Proxy::new();
    let (mut one, mut other) = (proxy.client(1), proxy.client(2));
    for client in [&mut one, &mut other] {
        assert_eq!(beat(client).await, 0);
    }
    move_on(&proxy);
    // The first hears it from broker 2, the second need not ask that one.
    for client in [&mut one, &mut other] {
        assert_eq!(beat(client).await, NOT_COORDINATOR);
        assert_eq!(beat(client).await, 0);
        assert_eq!(beat(client).await, 0);
    }
    let asked = proxy.brokers.asked(ApiKey::Heartbeat);
    assert_eq!(asked, [2, 2, 2, 3, 3, 3, 3]);
}

#[tokio::test(start_paused = true)]
async fn a_client_is_told_once_that_its_coordinator_is_dead() {
    let proxy = Proxy::new();
    let (mut one, mut other) = (proxy.client(1), proxy.client(2));
    for client in [&mut one, &mut other] {
        assert_eq!(beat(client).await, 0);
    }
    proxy
        .brokers
        .script(|broker, request| match (broker, request.api_key()) {
            (2, ApiKey::Heartbeat) => Reply::HangUp,
            _ => Reply::Usual,
        });
    for client in [&mut one, &mut other] {
        assert_eq!(beat(client).await, NOT_AVAILABLE);
    }
    move_on(&proxy);
    for client in [&mut one, &mut other] {
        client.hear(find_coordinator("g")).await;
        assert_eq!(beat(client).await, 0);
    }
}

/// Its client may have heard of the new one through another proxy.
#[tokio::test(start_paused = true)]
async fn a_coordinator_that_is_down_is_looked_up_again() {
    for proxy in [Proxy::new(), Proxy::apart()] {
        let mut client = proxy.client(1);
        assert_eq!(beat(&mut client).await, 0);
        proxy.brokers.coordinate(3);
        proxy.brokers.reach(2, Reach::Refuses);
        proxy.brokers.hang_up();
        assert!(client.hears_nothing_for(Duration::from_millis(1)).await);
        assert_eq!(beat(&mut client).await, NOT_AVAILABLE);
        assert_eq!(beat(&mut client).await, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_calls_the_former_coordinator_hears_what_that_one_says() {
    let proxy = Proxy::new();
    let (mut one, mut other) = (proxy.client(1), proxy.client_of(2, Some("b2.proxy")));
    for client in [&mut one, &mut other] {
        assert_eq!(beat(client).await, 0);
    }
    move_on(&proxy);
    assert_eq!(beat(&mut one).await, NOT_COORDINATOR);
    for _ in 0..2 {
        assert_eq!(beat(&mut other).await, NOT_COORDINATOR);
    }
    assert_eq!(beat(&mut proxy.client_of(3, Some("b3.proxy"))).await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_calls_a_broker_which_has_left_is_told_to_look_for_another() {
    let proxy = Proxy::new();
    let mut client = proxy.client_of(1, Some("b2.proxy"));
    assert_eq!(beat(&mut client).await, 0);
    move_on(&proxy);
    proxy.brokers.leave(2);
    client.hear(metadata()).await;
    for _ in 0..2 {
        assert_eq!(beat(&mut client).await, NOT_AVAILABLE);
    }
}

/// The error in the answer to the question what `g` has committed.
async fn committed(client: &mut Client, version: i16) -> i16 {
    let (group, mut body) = (group(), OffsetFetchRequest::default());
    match version {
        ..8 => body.group_id = group,
        8.. => body.groups = vec![OffsetFetchRequestGroup::default().with_group_id(group)],
    }
    match client.hear(request(version, &body)).await {
        ResponseKind::OffsetFetch(body) => match body.groups.first() {
            Some(group) => group.error_code,
            None => body.error_code,
        },
        other => panic!("{other:?}"),
    }
}

fn group() -> GroupId {
    GroupId(StrBytes::from_static_str("g"))
}

/// Broker 3 has taken over from broker 2, and no other says what is committed.
fn move_offsets(proxy: &Proxy) {
    proxy.brokers.coordinate(3);
    proxy.brokers.script(|broker, request| {
        if request.api_key() != ApiKey::OffsetFetch {
            return Reply::Usual;
        }
        let error = if broker == 3 { 0 } else { NOT_COORDINATOR };
        let RequestKind::OffsetFetch(asked) = request.clone().request().unwrap().clone() else {
            panic!("{request:?}");
        };
        let mut body = OffsetFetchResponse::default();
        match request.api_version() {
            ..8 => body.error_code = error,
            8.. => {
                let said = asked.groups.into_iter().map(|group| {
                    let said = OffsetFetchResponseGroup::default().with_group_id(group.group_id);
                    said.with_error_code(error)
                });
                body.groups = said.collect();
            }
        }
        Reply::answer(ResponseKind::OffsetFetch(body))
    });
}

/// librdkafka never asks again otherwise, and reads nothing from then on.
#[tokio::test(start_paused = true)]
async fn whoever_asks_for_offsets_is_told_to_ask_again_and_then_served() {
    for version in [5, 7, 8, 9] {
        for proxy in [Proxy::new(), Proxy::apart()] {
            let (mut one, mut other) = (proxy.client(1), proxy.client(2));
            for client in [&mut one, &mut other] {
                assert_eq!(beat(client).await, 0);
            }
            move_offsets(&proxy);
            assert_eq!(committed(&mut one, version).await, LOADING, "v{version}");
            for client in [&mut one, &mut other] {
                assert_eq!(committed(client, version).await, 0, "v{version}");
            }
        }
    }
}

/// They have to look for it, to say to it what comes next.
#[tokio::test(start_paused = true)]
async fn whoever_was_served_offsets_is_told_all_the_same_that_its_coordinator_has_moved() {
    let proxy = Proxy::new();
    let mut client = proxy.client(1);
    assert_eq!(beat(&mut client).await, 0);
    move_offsets(&proxy);
    assert_eq!(committed(&mut client, 9).await, LOADING);
    assert_eq!(committed(&mut client, 9).await, 0);
    assert_eq!(beat(&mut client).await, NOT_COORDINATOR);
    assert_eq!(beat(&mut client).await, 0);
}

/// Consumers without a group's assignment, and tools, send nothing else that would tell them.
#[tokio::test(start_paused = true)]
async fn whoever_calls_the_former_coordinator_for_offsets_is_served_by_the_new_one() {
    let proxy = Proxy::new();
    let mut client = proxy.client_of(1, Some("b2.proxy"));
    assert_eq!(beat(&mut client).await, 0);
    move_offsets(&proxy);
    assert_eq!(committed(&mut client, 9).await, 0);
    assert_eq!(proxy.brokers.asked(ApiKey::OffsetFetch), [3]);
}

#[tokio::test(start_paused = true)]
async fn whoever_asks_for_nothing_but_offsets_is_served_when_the_coordinator_is_dead() {
    for proxy in [Proxy::new(), Proxy::apart()] {
        assert_eq!(beat(&mut proxy.client(2)).await, 0);
        let mut client = proxy.client(1);
        move_offsets(&proxy);
        proxy.brokers.reach(2, Reach::Refuses);
        proxy.brokers.hang_up();
        let mut told = Vec::new();
        for _ in 0..4 {
            tokio::time::sleep(Duration::from_millis(600)).await;
            told.push(committed(&mut client, 9).await);
        }
        assert!(told.iter().all(|code| [0, LOADING].contains(code)));
        assert_eq!(told.last(), Some(&0), "{told:?}");
    }
}

/// Java asks for the offsets of several groups at once, and is told of those of a dead coordinator to ask again.
#[tokio::test(start_paused = true)]
async fn whoever_asks_for_the_offsets_of_several_groups_is_served_by_the_next_request() {
    const GROUPS: [&str; 3] = ["g", "h", "i"];
    for proxy in [Proxy::new(), Proxy::apart()] {
        for group in GROUPS {
            proxy.client(2).hear(heartbeat(group)).await;
        }
        let mut client = proxy.client(1);
        move_offsets(&proxy);
        proxy.brokers.reach(2, Reach::Refuses);
        proxy.brokers.hang_up();
        for expected in [LOADING, 0] {
            let groups = GROUPS.map(|group| {
                let group = GroupId(StrBytes::from_static_str(group));
                OffsetFetchRequestGroup::default().with_group_id(group)
            });
            let asked = OffsetFetchRequest::default().with_groups(groups.into());
            let ResponseKind::OffsetFetch(said) = client.hear(request(9, &asked)).await else {
                panic!("not an OffsetFetch");
            };
            let told: Vec<i16> = said.groups.iter().map(|group| group.error_code).collect();
            assert_eq!(told, [expected; 3]);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_coordinator_that_is_in_no_list_of_brokers_is_not_available_until_one_is() {
    for proxy in [Proxy::new(), Proxy::apart()] {
        let mut client = proxy.client(1);
        proxy.brokers.coordinate(9);
        assert_eq!(beat(&mut client).await, NOT_AVAILABLE);
        assert!(proxy.brokers.asked(ApiKey::Heartbeat).is_empty());
        proxy.brokers.coordinate(2);
        // Which is what all clients do when they are told so.
        client.hear(find_coordinator("g")).await;
        assert_eq!(beat(&mut client).await, 0);
        assert_eq!(proxy.brokers.asked(ApiKey::Heartbeat), [2]);
    }
}

/// 32,767 bytes are what Kafka takes.
#[tokio::test(start_paused = true)]
async fn a_group_is_served_however_long_its_name() {
    for length in [1_001, 32_767] {
        for proxy in [Proxy::new(), Proxy::apart()] {
            let name: &'static str = "g".repeat(length).leak();
            let ResponseKind::Heartbeat(body) = proxy.client(1).hear(heartbeat(name)).await else {
                panic!("not a heartbeat");
            };
            assert_eq!(body.error_code, 0, "{length}");
            assert_eq!(proxy.brokers.asked(ApiKey::Heartbeat), [2]);
        }
    }
}
