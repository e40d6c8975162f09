//! More clients than the proxy may serve, and clients that take their time.

use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use test_helpers::peers::{FakeBroker, FakeClient, heartbeat};
use test_helpers::usage::processor_time;
use test_helpers::wait::wait_until;

use crate::setup::{A_WHILE, PATIENCE, Running, Setup};

/// Whether a client that connects now is served.
fn is_served(proxy: &Running) -> bool {
    let client = FakeClient::connect(&proxy.address);
    client.is_ok_and(|mut client| client.ask(&heartbeat(1, 0), 1).is_ok())
}

#[test]
fn clients_over_a_hard_limit_are_hung_up_on_until_there_is_room() {
    let broker = FakeBroker::answering().unwrap();
    let proxy = Setup::before(broker.address())
        .source("connection_limit: 2, hard_connection_limit: true")
        .start();
    let mut served = [proxy.client(), proxy.client()];
    for client in &mut served {
        client.ask(&heartbeat(1, 0), 1).unwrap();
    }
    assert!(proxy.client().hung_up_on().unwrap().is_empty());
    let reason = [("reason", "connection_limit")];
    proxy.check_metric("shotover_connections_rejected_total", &reason, 1);
    let [mut stays, leaves] = served;
    drop(leaves);
    wait_until("the place is given away", PATIENCE, || {
        Ok(is_served(&proxy).then_some(()))
    })
    .unwrap();
    stays.ask(&heartbeat(2, 0), 2).unwrap();
}

#[test]
fn clients_over_a_soft_limit_wait_until_there_is_room() {
    let broker = FakeBroker::answering().unwrap();
    let proxy = Setup::before(broker.address())
        .source("connection_limit: 1")
        .start();
    let mut first = proxy.client();
    first.ask(&heartbeat(1, 0), 1).unwrap();
    let mut second = proxy.client();
    second.send(&heartbeat(2, 0)).unwrap();
    assert!(second.hears_nothing(A_WHILE).unwrap());
    proxy.logged(&["further ones wait until others leave", "connection_limit"]);
    first.ask(&heartbeat(3, 0), 3).unwrap();
    drop(first);
    assert_eq!(second.answered().unwrap(), Some(2));
    proxy.check_metric("shotover_connections_rejected_total", &[], 0);
}

#[track_caller]
fn check_the_limit_of_an_address(source: &str) {
    let broker = FakeBroker::answering().unwrap();
    let proxy = Setup::before(broker.address()).source(source).start();
    let from = |last| FakeClient::connect_from([127, 0, 0, last].into(), &proxy.address).unwrap();
    let mut of_one = [from(2), from(2)];
    for client in &mut of_one {
        client.ask(&heartbeat(1, 0), 1).unwrap();
    }
    let mut over = from(2);
    let refused = over.address().unwrap().to_string();
    assert!(over.hung_up_on().unwrap().is_empty());
    from(3).ask(&heartbeat(1, 0), 1).unwrap();
    let reason = [("reason", "connection_limit_per_ip")];
    proxy.check_metric("shotover_connections_rejected_total", &reason, 1);
    proxy.logged(&["there are as many as there may be", &refused, reason[0].1]);

    let [mut stays, leaves] = of_one;
    drop(leaves);
    wait_until("the place is given away", PATIENCE, || {
        Ok(from(2).ask(&heartbeat(1, 0), 1).ok())
    })
    .unwrap();
    stays.ask(&heartbeat(2, 0), 2).unwrap();
}

#[test]
fn clients_over_the_limit_of_their_address_are_hung_up_on() {
    check_the_limit_of_an_address("connection_limit_per_ip: 2");
}

#[test]
fn so_are_those_of_a_source_with_a_hard_limit() {
    check_the_limit_of_an_address("connection_limit_per_ip: 2, hard_connection_limit: true");
}

#[test]
fn a_proxy_without_descriptors_rests_serves_who_is_there_and_recovers() {
    let broker = FakeBroker::answering().unwrap();
    let proxy = Setup::before(broker.address()).descriptors(64).start();
    let mut first = proxy.client();
    first.ask(&heartbeat(1, 0), 1).unwrap();

    // Each is accepted as long as there are descriptors, and then stays in the backlog.
    let crowd: Vec<FakeClient> = (0..100).map(|_| proxy.client()).collect();
    proxy.logged(&["cannot accept clients"]);
    let (start, before) = (Instant::now(), processor_time(proxy.process.id()).unwrap());
    while start.elapsed() < Duration::from_secs(2) {
        first.ask(&heartbeat(2, 0), 2).unwrap();
        thread::sleep(Duration::from_millis(100));
    }
    let used = processor_time(proxy.process.id()).unwrap() - before;
    println!("time on a processor in 2 s without descriptors: {used:?}");
    assert!(used < Duration::from_millis(100), "{used:?}");
    assert_eq!(
        proxy
            .process
            .log()
            .lines_with("cannot accept clients")
            .len(),
        1
    );

    drop(crowd);
    assert!(is_served(&proxy));
    let rejected = proxy.metric(
        "shotover_connections_rejected_total",
        &[("reason", "accept_failed")],
    );
    assert!(rejected > 1.0, "{rejected}");
}

#[test]
fn a_client_has_ten_seconds_for_its_first_request_however_it_spends_them() {
    let broker = FakeBroker::answering().unwrap();
    let proxy = Setup::before(broker.address()).start();
    let (mut silent, mut trickling) = (proxy.client(), proxy.client());
    let mut busy = proxy.client();
    let start = Instant::now();
    // A byte at a time, which would take this frame until long after.
    let frame = heartbeat(1, 1_000);
    let mut bytes = frame.chunks(1);
    let hung_up = wait_until("the slow client is hung up on", PATIENCE, || {
        busy.ask(&heartbeat(2, 0), 2)?;
        let sent = trickling.send(bytes.next().unwrap_or_default());
        let heard = sent.is_err() || !trickling.hears_nothing(Duration::from_millis(80))?;
        Ok(heard.then(|| start.elapsed()))
    });
    let hung_up = hung_up.unwrap();
    assert!(silent.hung_up_on().unwrap().is_empty());
    for took in [hung_up, start.elapsed()] {
        assert!((9..12).contains(&took.as_secs()), "{took:?}");
    }
    let stalled = [("reason", "stalled")];
    proxy.check_metric("shotover_connections_closed_total", &stalled, 2);
    busy.ask(&heartbeat(3, 0), 3).unwrap();
}

#[test]
fn a_client_that_wants_nothing_is_hung_up_on_after_timeout() {
    let broker = FakeBroker::answering().unwrap();
    let proxy = Setup::before(broker.address()).source("timeout: 1").start();
    let mut client = proxy.client();
    client.ask(&heartbeat(1, 0), 1).unwrap();
    let start = Instant::now();
    assert!(client.hung_up_on().unwrap().is_empty());
    let took = start.elapsed();
    assert!((900..5_000).contains(&took.as_millis()), "{took:?}");
    let idle = [("reason", "idle")];
    proxy.check_metric("shotover_connections_closed_total", &idle, 1);
}

#[test]
fn a_client_that_waits_for_an_answer_is_not_hung_up_on_after_timeout() {
    let broker = FakeBroker::start(|side| {
        if let Ok(Some(asked)) = side.asked() {
            thread::sleep(Duration::from_secs(1) + A_WHILE);
            drop(side.answer(asked.correlation_id, &[]));
        }
    });
    let broker = broker.unwrap();
    let proxy = Setup::before(broker.address()).source("timeout: 1").start();
    proxy.client().ask(&heartbeat(1, 0), 1).unwrap();
}

#[test]
fn a_client_that_does_not_read_is_hung_up_on_after_timeout_and_so_is_its_broker() {
    let (left, has_left) = channel();
    let broker = FakeBroker::start(move |side| {
        if let Ok(Some(asked)) = side.asked() {
            drop(side.answer(asked.correlation_id, &vec![0; 32 * 1024 * 1024]));
        }
        drop(side.asked());
        left.send(()).unwrap_or_default();
    });
    let broker = broker.unwrap();
    let proxy = Setup::before(broker.address()).source("timeout: 1").start();
    let mut client = proxy.client();
    client.send(&heartbeat(1, 0)).unwrap();
    let stalled = [("reason", "stalled")];
    proxy.check_metric("shotover_connections_closed_total", &stalled, 1);
    proxy.logged(&["the client does not read its answers"]);
    has_left.recv_timeout(PATIENCE).unwrap();
}
