//! Brokers that break the protocol, hang up or say nothing.

use std::time::{Duration, Instant};

use test_helpers::peers::{
    API_VERSIONS, BrokerSide, FakeBroker, FakeClient, answer, api_versions, heartbeat, request,
};

use crate::setup::{A_WHILE, Setup, settled};

/// The key of Metadata: an answer in which the proxy replaces addresses.
const METADATA: i16 = 3;

/// Waits for the proxy to hang up.
fn wait(side: &mut BrokerSide) {
    while let Ok(Some(_)) = side.asked() {}
}

/// Expects that a client is hung up on when its broker answers `request`, which has the correlation id 1, with `lie`,
/// after it got `answers`, and that the log blames the broker.
#[track_caller]
fn check_lie(request: &[u8], lie: &[u8], answers: &[u8], reason: &str) {
    let lie = lie.to_vec();
    let broker = FakeBroker::start(move |side| {
        if side.asked().is_ok() && side.send(&lie).is_ok() {
            wait(side);
        }
    });
    let broker = broker.unwrap();
    let proxy = Setup::before(broker.address()).start();
    let mut client = proxy.client();
    client.send(request).unwrap();
    assert_eq!(client.hung_up_on().unwrap(), answers, "{reason}");
    let name = format!("client={}", client.address().unwrap());
    proxy.logged(&[&name, "its broker is lost", reason]);
    let lost = [("reason", "broker_lost")];
    proxy.check_metric("shotover_connections_closed_total", &lost, 1);
}

#[test]
fn an_answer_to_another_request_is_not_passed_on() {
    let reason = "answered correlation id 2 where Heartbeat waited with 1";
    check_lie(&heartbeat(1, 0), &answer(2, &[]), &[], reason);
}

#[test]
fn an_answer_that_nobody_asked_for_is_not_passed_on() {
    let first = answer(1, &[]);
    let lie = [first.clone(), answer(1, &[])].concat();
    check_lie(&heartbeat(1, 0), &lie, &first, "nobody asked for");
}

#[test]
fn answers_that_are_no_frames_end_the_connection() {
    let request = heartbeat(1, 0);
    for (lie, reason) in [
        (&[0xff; 4][..], "frame length -1"),
        (&[0, 0, 0, 3], "frame length 3 is less than 4"),
        (&[0x7f, 0xff, 0xff, 0xff], "frame length 2147483647 exceeds"),
        (&[6, 0x40, 0, 1], "frame length 104857601 exceeds"),
        (b"HTTP/1.1 400 Bad Request\r\n", "looks like HTTP"),
    ] {
        check_lie(&request, lie, &[], reason);
    }
}

#[test]
fn answers_that_promise_more_than_they_hold_end_the_connection() {
    let all_topics = request(METADATA, 0, 1, &[0; 4]);
    let one_broker = answer(1, &[0, 0, 0, 1]);
    check_lie(&all_topics, &one_broker, &[], "malformed Metadata v0");
    // Of a thousand million brokers.
    let brokers = answer(1, &[0x3b, 0x9a, 0xca, 0]);
    check_lie(&all_topics, &brokers, &[], "malformed Metadata v0");
    // Of a name of 100 bytes.
    let name = answer(1, &[0, 0, 0, 1, 0, 0, 0, 7, 0, 100, b'x']);
    check_lie(&all_topics, &name, &[], "malformed Metadata v0");
    let nine_keys = answer(1, &[0, 0, 0, 0, 0, 9]);
    check_lie(&api_versions(0, 1), &nine_keys, &[], "ApiVersions");
    // A tag section that never ends, in the header of a flexible answer.
    let tags = answer(1, &[0xff; 5]);
    check_lie(
        &request(API_VERSIONS + 1, 7, 1, &[0, 1, 0, 0]),
        &tags,
        &[],
        "malformed",
    );
}

#[test]
fn a_broker_that_hangs_up_within_an_answer_is_lost() {
    let broker = FakeBroker::start(|side| {
        drop(side.asked());
        let answer = answer(1, &[0; 1000]);
        drop(side.send(answer.get(..500).unwrap_or_default()));
    });
    let broker = broker.unwrap();
    let proxy = Setup::before(broker.address()).start();
    let mut client = proxy.client();
    client.send(&heartbeat(1, 0)).unwrap();
    // Not the half that came.
    assert!(client.hung_up_on().unwrap().is_empty());
    proxy.logged(&["closed the connection while 1 requests waited"]);
}

#[test]
fn what_a_broker_announces_takes_no_memory_before_it_comes() {
    const CLIENTS: usize = 50;
    let broker = FakeBroker::start(|side| {
        // 100 MiB, which is as long as a frame may be, and a little of it.
        if side.asked().is_ok() && side.send(&[6, 0x40, 0, 0, 0, 0, 0, 1, 0, 0]).is_ok() {
            wait(side);
        }
    });
    let broker = broker.unwrap();
    let proxy = Setup::before(broker.address()).start();
    let before = proxy.resident_bytes();
    let mut clients: Vec<FakeClient> = (0..CLIENTS).map(|_| proxy.client()).collect();
    for client in &mut clients {
        client.send(&heartbeat(1, 0)).unwrap();
    }
    settled(|| proxy.resident_bytes());
    // A first read of 16 KiB, and what a connection takes with its sockets.
    let what = "50 brokers that announce 100 MiB";
    proxy.check_growth(before, CLIENTS * 64 * 1024, what);
}

#[test]
fn a_broker_that_does_not_answer_is_given_up_after_read_timeout() {
    let broker = FakeBroker::start(wait).unwrap();
    let proxy = Setup::before(broker.address())
        .sink("read_timeout: 1")
        .start();
    let mut client = proxy.client();
    let start = Instant::now();
    client.send(&heartbeat(1, 0)).unwrap();
    assert!(client.hung_up_on().unwrap().is_empty());
    let took = start.elapsed();
    assert!((1..5).contains(&took.as_secs()), "{took:?}");
    proxy.logged(&[
        "its broker is lost",
        "nothing was heard of the broker for 1s",
    ]);
}

#[test]
fn a_broker_that_nobody_asks_anything_may_be_silent() {
    let broker = FakeBroker::answering().unwrap();
    let proxy = Setup::before(broker.address())
        .sink("read_timeout: 1")
        .start();
    let mut client = proxy.client();
    client.ask(&heartbeat(1, 0), 1).unwrap();
    let longer = Duration::from_secs(1) + A_WHILE;
    assert!(client.hears_nothing(longer).unwrap());
    client.ask(&heartbeat(2, 0), 2).unwrap();
}
