//! What clients see of a proxy that is told to end while it has much to do.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use test_helpers::Signal;
use test_helpers::peers::{FakeBroker, FakeClient, heartbeat};
use test_helpers::proxy::http;
use test_helpers::wait::wait_until;

use crate::setup::{PATIENCE, Setup};

const CLIENTS: i32 = 20;
/// More than the proxy lets one client have on their way.
const SENT_BY_EACH: i32 = 3_000;
const MOST_IN_FLIGHT: i32 = 1_000;
/// When a drain is cut off.
const DRAIN_LIMIT: Duration = Duration::from_secs(25);

/// Requests whose correlation ids say whose they are.
fn requests(client: i32) -> Vec<u8> {
    let ids = client * SENT_BY_EACH..(client + 1) * SENT_BY_EACH;
    ids.flat_map(|id| heartbeat(id, 0)).collect()
}

/// How many answers this client gets, which are those to its first requests.
fn answered(mut client: FakeClient, number: i32) -> i32 {
    let mut answered = 0;
    while let Some(id) = client.answered().unwrap() {
        assert_eq!(id, number * SENT_BY_EACH + answered);
        answered += 1;
    }
    answered
}

#[track_caller]
fn check_drain(signal: Signal) {
    let received: Arc<Mutex<HashMap<i32, i32>>> = Arc::default();
    let gate = Arc::new(Mutex::new(()));
    let closed = gate.lock().unwrap();
    let broker = FakeBroker::start({
        let (received, gate) = (Arc::clone(&received), Arc::clone(&gate));
        move |side| {
            while let Ok(Some(asked)) = side.asked() {
                let client = asked.correlation_id / SENT_BY_EACH;
                *received.lock().unwrap().entry(client).or_default() += 1;
                drop(gate.lock());
                thread::sleep(Duration::from_micros(200));
                if side.answer(asked.correlation_id, &[]).is_err() {
                    return;
                }
            }
        }
    });
    let broker = broker.unwrap();
    let mut proxy = Setup::before(broker.address()).start();
    let connect = |number| {
        let mut client = proxy.client();
        client.send(&requests(number)).unwrap();
        client
    };
    let clients: Vec<FakeClient> = (0..CLIENTS).map(connect).collect();
    let read = usize::try_from(CLIENTS * MOST_IN_FLIGHT).unwrap();
    proxy.check_metric("shotover_requests_total", &[("api", "Heartbeat")], read);

    let start = Instant::now();
    proxy.process.signal(signal).unwrap();
    wait_until("new clients are refused", PATIENCE, || {
        Ok(FakeClient::connect(&proxy.address).is_err().then_some(()))
    })
    .unwrap();
    let ready = http(&proxy.interface, "GET", "/readyz", "").unwrap();
    assert_eq!((ready.status, ready.body.as_str()), (503, "draining\n"));
    drop(closed);
    for (client, number) in clients.into_iter().zip(0..) {
        let answered = answered(client, number);
        assert_eq!(answered, MOST_IN_FLIGHT);
        assert_eq!(received.lock().unwrap().get(&number), Some(&answered));
    }
    let status = proxy.process.wait(PATIENCE).unwrap();
    assert_eq!(status.code(), Some(0));
    assert!(start.elapsed() < DRAIN_LIMIT, "{:?}", start.elapsed());
}

#[test]
fn after_sigterm_every_request_that_was_read_is_answered() {
    check_drain(Signal::TERM);
}

#[test]
fn after_sigint_every_request_that_was_read_is_answered() {
    check_drain(Signal::INT);
}

#[test]
fn a_client_that_sends_nothing_more_gets_all_its_answers_and_then_the_end() {
    let gate = Arc::new(Mutex::new(()));
    let closed = gate.lock().unwrap();
    let broker = FakeBroker::start({
        let gate = Arc::clone(&gate);
        move |side| {
            drop(gate.lock());
            side.answer_all();
        }
    });
    let broker = broker.unwrap();
    let proxy = Setup::before(broker.address()).start();
    let mut client = proxy.client();
    let requests: Vec<u8> = (0..500).flat_map(|id| heartbeat(id, 0)).collect();
    client.send(&requests).unwrap();
    client.finish().unwrap();
    // Only now, so that the proxy knows that the client sends nothing more.
    proxy.check_metric("shotover_requests_total", &[], 500);
    drop(closed);
    for id in 0..500 {
        assert_eq!(client.answered().unwrap(), Some(id));
    }
    assert!(client.at_end().unwrap());
    let left = [("reason", "client_closed")];
    proxy.check_metric("shotover_connections_closed_total", &left, 1);
}
