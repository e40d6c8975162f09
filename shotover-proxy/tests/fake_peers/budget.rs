//! What happens when clients together want the proxy to hold more than it may.

use test_helpers::peers::{FakeBroker, FakeClient, heartbeat};
use test_helpers::usage::resident_bytes;

use crate::setup::{Setup, settled};

const MIB: usize = 1024 * 1024;

#[test]
fn clients_that_do_not_read_are_held_to_the_budget_and_others_are_served() {
    const CLIENTS: usize = 60;
    const ANSWERS: i32 = 12;
    const BUDGET: usize = 32 * MIB;
    let broker = FakeBroker::start(|side| {
        while let Ok(Some(asked)) = side.asked() {
            // Whoever asks with padding gets a long answer.
            let body = vec![0; if asked.payload.len() > 100 { MIB } else { 0 }];
            if side.answer(asked.correlation_id, &body).is_err() {
                return;
            }
        }
    });
    let broker = broker.unwrap();
    let proxy = Setup::before(broker.address())
        .config(&format!("held_bytes_limit: {BUDGET}\n"))
        .start();
    let mut other = proxy.client();
    other.ask(&heartbeat(1, 0), 1).unwrap();
    assert_eq!(proxy.counted("shotover_held_bytes"), 0);
    assert_eq!(proxy.counted("shotover_held_bytes_limit"), BUDGET);
    let before = resident_bytes(proxy.process.id()).unwrap();

    let requests: Vec<u8> = (0..ANSWERS).flat_map(|id| heartbeat(id, 100)).collect();
    let ask = |_| {
        let mut client = proxy.client();
        client.send(&requests).unwrap();
        client
    };
    let mut clients: Vec<FakeClient> = (0..CLIENTS).map(ask).collect();
    let held = settled(|| proxy.counted("shotover_held_bytes") / MIB);
    let grown = resident_bytes(proxy.process.id()).unwrap() - before;
    println!(
        "{CLIENTS} clients that do not read: {held} MiB held, {} KiB more",
        grown / 1024
    );
    // One answer more for each that came after the others held all there is. Without a budget it would be 390 MiB.
    let most = BUDGET + (CLIENTS + 8) * MIB;
    assert!((BUDGET / MIB..most / MIB).contains(&held), "{held}");
    assert!(grown < 2 * most, "{grown}");
    // Short requests and short answers need no room.
    for id in 2..100 {
        other.ask(&heartbeat(id, 0), id).unwrap();
    }

    // Who reads gets all of it, if slowly, though nobody else reads.
    if let Some(client) = clients.first_mut() {
        for id in 0..ANSWERS {
            assert_eq!(client.answered().unwrap(), Some(id));
        }
    }
    drop(clients);
    proxy.check_metric("shotover_held_bytes", &[], 0);
    other.ask(&heartbeat(100, 100), 100).unwrap();
}
