//! Brokers that read slowly or not at all.

use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use test_helpers::peers::{BrokerSide, FakeBroker, FakeClient, heartbeat};

use crate::setup::Setup;

const MIB: usize = 1024 * 1024;

/// Clients whose broker is slow.
const CLIENTS: usize = 10;
/// Far more than all the buffers between a client and its broker hold.
const SENT_BY_EACH: usize = 128 * MIB;

/// A client whose requests are taken no more for that long is held back.
const QUIET: Duration = Duration::from_millis(500);

/// A broker that answers short requests, and treats a connection like this once a long one came.
fn broker(slow: impl Fn(&mut BrokerSide) + Send + Sync + 'static) -> FakeBroker {
    let broker = FakeBroker::start(move |side| {
        while let Ok(Some(asked)) = side.asked() {
            if asked.payload.len() > 1024 {
                return slow(side);
            }
            if side.answer(asked.correlation_id, &[]).is_err() {
                return;
            }
        }
    });
    broker.unwrap()
}

#[track_caller]
fn check_held_back(broker: &FakeBroker) {
    let proxy = Setup::before(broker.address()).start();
    let mut other = proxy.client();
    other.ask(&heartbeat(1, 0), 1).unwrap();
    let before = proxy.resident_bytes();

    let request = heartbeat(2, 64 * 1024);
    let held_back = |_| {
        let mut client = proxy.client();
        let sent = client.flood(&request, SENT_BY_EACH, QUIET).unwrap();
        assert!(sent < SENT_BY_EACH, "the client was never held back");
        client
    };
    let _clients: Vec<FakeClient> = (0..CLIENTS).map(held_back).collect();
    // 4 MiB that wait for the broker, 4 MiB that were read before that was seen, and a request that is not complete.
    let what = "clients of a broker that does not read";
    proxy.check_growth(before, CLIENTS * 9 * MIB, what);
    other.ask(&heartbeat(3, 0), 3).unwrap();
}

#[test]
fn a_broker_that_never_reads_holds_back_its_clients_and_nobody_else() {
    let gate = Arc::new(Mutex::new(()));
    let closed: MutexGuard<'_, ()> = gate.lock().unwrap();
    let broker = broker({
        let gate = Arc::clone(&gate);
        move |_| drop(gate.lock())
    });
    check_held_back(&broker);
    drop(closed);
}

#[test]
fn a_broker_that_reads_a_kilobyte_a_second_holds_back_its_clients_and_nobody_else() {
    let broker = broker(|side| {
        while side.read_some(1024).is_ok_and(|read| read > 0) {
            thread::sleep(Duration::from_secs(1));
        }
    });
    check_held_back(&broker);
}

#[test]
fn a_broker_that_closes_an_idle_connection_ends_that_of_the_client_and_nobody_is_warned() {
    let broker = FakeBroker::start(|side| {
        if let Ok(Some(asked)) = side.asked() {
            drop(side.answer(asked.correlation_id, &[]));
        }
    });
    let broker = broker.unwrap();
    let proxy = Setup::before(broker.address()).start();
    let mut client = proxy.client();
    client.ask(&heartbeat(1, 0), 1).unwrap();
    assert!(client.at_end().unwrap());
    let closed = [("reason", "broker_closed")];
    proxy.check_metric("shotover_connections_closed_total", &closed, 1);
    let log = proxy.process.log();
    assert!(
        log.lines_with("WARN").is_empty(),
        "{:?}",
        log.lines_with("WARN")
    );
}
