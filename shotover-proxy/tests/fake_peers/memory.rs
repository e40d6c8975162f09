//! How much memory clients take that do not read their answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use test_helpers::peers::{FakeBroker, api_versions, fetch, fetched, heartbeat};
use test_helpers::usage::open_descriptors;
use test_helpers::wait::wait_until;

use crate::setup::{PATIENCE, Setup, settled};

const MIB: usize = 1024 * 1024;

/// A client whose requests are taken no more for that long is held back.
const QUIET: Duration = Duration::from_millis(500);

#[test]
fn fifty_clients_that_never_read_hold_back_their_brokers_and_nobody_else() {
    const CLIENTS: usize = 50;
    const ANSWERS: i32 = 40;
    let answered = Arc::new(AtomicUsize::new(0));
    let broker = FakeBroker::start({
        let answered = Arc::clone(&answered);
        move |side| {
            while let Ok(Some(asked)) = side.asked() {
                // Whoever asks with padding gets a long answer.
                let long = asked.payload.len() > 100;
                let body = vec![0; if long { MIB } else { 0 }];
                if side.answer(asked.correlation_id, &body).is_err() {
                    return;
                }
                answered.fetch_add(usize::from(long), Ordering::Relaxed);
            }
        }
    });
    let broker = broker.unwrap();
    let proxy = Setup::before(broker.address()).start();
    let mut other = proxy.client();
    other.ask(&heartbeat(1, 0), 1).unwrap();
    let before = proxy.resident_bytes();

    let requests: Vec<u8> = (0..ANSWERS).flat_map(|id| heartbeat(id, 100)).collect();
    let mut clients: Vec<_> = (0..CLIENTS).map(|_| proxy.client()).collect();
    for client in &mut clients {
        client.send(&requests).unwrap();
    }
    let written = settled(|| answered.load(Ordering::Relaxed));
    println!("the brokers got rid of {written} answers of 1 MiB");
    // Their limit of 4 MiB each, what was read of a broker before it was looked at, and the answer that is not complete.
    let limit = CLIENTS * 8 * MIB;
    proxy.check_growth(before, limit, "50 clients that do not read");
    let all = CLIENTS * usize::try_from(ANSWERS).unwrap();
    assert!(written < all, "{written}");
    other.ask(&heartbeat(2, 0), 2).unwrap();

    // Whoever reads at last gets all of it.
    if let Some(client) = clients.first_mut() {
        for id in 0..ANSWERS {
            assert_eq!(client.answered().unwrap(), Some(id));
        }
    }
}

#[test]
fn records_that_nobody_reads_stay_with_the_broker() {
    const CLIENTS: usize = 100;
    let broker = FakeBroker::start(|side| {
        while let Ok(Some(asked)) = side.asked() {
            if side
                .answer(asked.correlation_id, &fetched(20_000_000))
                .is_err()
            {
                return;
            }
        }
    });
    let broker = broker.unwrap();
    let proxy = Setup::before(broker.address()).start();
    proxy.client().ask(&fetch(0), 0).unwrap();
    let before = proxy.resident_bytes();
    let mut clients: Vec<_> = (0..CLIENTS).map(|_| proxy.client()).collect();
    for client in &mut clients {
        client.send(&fetch(1)).unwrap();
    }
    proxy.check_metric("shotover_responses_total", &[], CLIENTS + 1);
    settled(|| proxy.counted("shotover_bytes_sent_total"));
    let limit = CLIENTS * 64 * 1024;
    proxy.check_growth(before, limit, "100 clients that do not read 20 MB each");

    // Whoever reads at last gets all of it, and the answers behind it.
    if let Some(client) = clients.first_mut() {
        client.send(&fetch(2)).unwrap();
        for id in 1..=2 {
            let answer = client.read().unwrap().unwrap();
            assert!(answer == [&i32::to_be_bytes(id)[..], &fetched(20_000_000)].concat());
        }
    }
}

#[test]
fn a_client_that_pipelines_is_read_from_until_a_thousand_requests_wait() {
    let (broker, received) = silent_broker();
    let proxy = Setup::before(broker.address()).start();
    let before = proxy.resident_bytes();
    let mut client = proxy.client();
    let requests = heartbeat(0, 0);
    client
        .flood(&requests, 200_000 * requests.len(), QUIET)
        .unwrap();
    settled(|| received.load(Ordering::Relaxed));
    proxy.check_growth(before, 8 * MIB, "200,000 requests that nobody answers");
    proxy.check_metric("shotover_requests_total", &[], 1000);
    assert_eq!(received.load(Ordering::Relaxed), 1000);
}

/// A broker that answers nothing, and how many requests it has got.
fn silent_broker() -> (FakeBroker, Arc<AtomicUsize>) {
    let received = Arc::new(AtomicUsize::new(0));
    let broker = FakeBroker::start({
        let received = Arc::clone(&received);
        move |side| {
            while let Ok(Some(_)) = side.asked() {
                received.fetch_add(1, Ordering::Relaxed);
            }
        }
    });
    (broker.unwrap(), received)
}

#[test]
fn short_answers_that_nobody_reads_take_little_memory() {
    let broker = FakeBroker::start(|side| {
        while let Ok(Some(asked)) = side.asked() {
            if side.answer(asked.correlation_id, &[0; 64]).is_err() {
                return;
            }
        }
    });
    let broker = broker.unwrap();
    let proxy = Setup::before(broker.address()).start();
    let before = proxy.resident_bytes();
    let mut client = proxy.client();
    let requests = heartbeat(0, 0);
    client
        .flood(&requests, 200_000 * requests.len(), QUIET)
        .unwrap();
    let answered = settled(|| proxy.counted("shotover_responses_total"));
    println!("{answered} were answered");
    proxy.check_growth(
        before,
        8 * MIB,
        "200,000 requests whose answers nobody reads",
    );
    assert!(answered < 200_000, "{answered}");
}

#[test]
fn answers_of_the_proxys_own_that_nobody_reads_take_little_memory() {
    let proxy = Setup::before_nobody().start();
    let before = proxy.resident_bytes();
    let mut client = proxy.client();
    let requests = api_versions(99, 1);
    client
        .flood(&requests, 1_000_000 * requests.len(), QUIET)
        .unwrap();
    let answered = settled(|| proxy.counted("shotover_responses_total"));
    println!("{answered} were answered");
    proxy.check_growth(before, 8 * MIB, "requests that the proxy answers itself");
    assert!(answered < 1_000_000, "{answered}");
}

#[test]
fn answers_that_came_one_by_one_hold_no_more_memory_than_they_are_long() {
    /// More than the kernel takes for a client, and less than the proxy does on top.
    const FIRST: usize = 6 * MIB;
    let broker = FakeBroker::start(|side| {
        while let Ok(Some(asked)) = side.asked() {
            let first = asked.correlation_id == 0;
            let body = vec![0; if first { FIRST } else { 0 }];
            if side.answer(asked.correlation_id, &body).is_err() {
                return;
            }
        }
    });
    let broker = broker.unwrap();
    let proxy = Setup::before(broker.address()).start();
    let mut client = proxy.client();
    client.send(&heartbeat(0, 0)).unwrap();
    proxy.check_metric("shotover_responses_total", &[], 1);
    let before = proxy.resident_bytes();
    for id in 1..=5_000 {
        client.send(&heartbeat(id, 0)).unwrap();
        // Time for the answer to come before the next request goes, so that it is read alone.
        thread::sleep(Duration::from_micros(100));
    }
    proxy.check_metric("shotover_responses_total", &[], 5_001);
    proxy.check_growth(before, 2 * MIB, "5,000 short answers that came one by one");
    for id in 0..=5_000 {
        assert_eq!(client.answered().unwrap(), Some(id));
    }
}

#[test]
fn connections_that_come_and_go_leave_no_memory_and_no_descriptor_behind() {
    let broker = FakeBroker::answering().unwrap();
    let proxy = Setup::before(broker.address()).start();
    let id = proxy.process.id();
    let request = heartbeat(1, 1_000);
    let half = request.get(..500).unwrap();
    let before = open_descriptors(id).unwrap();
    let come_and_go = || {
        for _ in 0..250 {
            drop(proxy.client());
            proxy.client().ask(&request, 1).unwrap();
            proxy.client().send(half).unwrap();
            // Closed with an answer on its way or unread, which resets the connection.
            proxy.client().send(&request.repeat(10)).unwrap();
        }
        wait_until("every socket is closed", PATIENCE, || {
            Ok((open_descriptors(id)? == before).then_some(()))
        })
        .unwrap();
    };
    come_and_go();
    let first = proxy.resident_bytes();
    for _ in 0..3 {
        come_and_go();
    }
    proxy.check_growth(first, MIB, "3,000 connections that came and went");
}

#[test]
fn a_client_that_rests_costs_little() {
    const CLIENTS: usize = 500;
    let broker = FakeBroker::answering().unwrap();
    let proxy = Setup::before(broker.address())
        .source("connection_limit: 1000")
        .start();
    proxy.client().ask(&heartbeat(1, 0), 1).unwrap();
    let before = proxy.resident_bytes();
    let rest = |_| {
        let mut client = proxy.client();
        // Longer than what a quiet connection reads at once.
        client.ask(&heartbeat(1, 100_000), 1).unwrap();
        client
    };
    let clients: Vec<_> = (0..CLIENTS).map(rest).collect();
    let limit = clients.len() * 32 * 1024;
    proxy.check_growth(before, limit, "500 clients that rest");
}
