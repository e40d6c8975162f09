//! Which answer belongs to which request, when some requests have none.

use std::sync::{Arc, Mutex};

use test_helpers::peers::{FakeBroker, produce};

use crate::setup::Setup;

#[test]
fn produce_without_acks_between_others_keeps_its_place_and_takes_no_answer() {
    let seen: Arc<Mutex<Vec<i32>>> = Arc::default();
    let broker = FakeBroker::start({
        let seen = Arc::clone(&seen);
        move |side| {
            while let Ok(Some(asked)) = side.asked() {
                seen.lock().unwrap().push(asked.correlation_id);
                let id = asked.correlation_id;
                if asked.acks() == Some(1) && side.answer(id, &id.to_be_bytes()).is_err() {
                    return;
                }
            }
        }
    });
    let broker = broker.unwrap();
    let proxy = Setup::before(broker.address()).start();
    let mut client = proxy.client();
    // Also several in a row without acks, and the last one with.
    let acks = |id: i32| i16::from(id % 5 == 0 || id % 7 == 3 || id == 999);
    let requests: Vec<u8> = (0..1_000).flat_map(|id| produce(id, acks(id))).collect();
    client.send(&requests).unwrap();
    for id in (0..1_000).filter(|id| acks(*id) == 1) {
        let answer = client.read().unwrap().unwrap();
        assert_eq!(answer, [id.to_be_bytes(), id.to_be_bytes()].concat());
    }
    assert!(seen.lock().unwrap().iter().copied().eq(0..1_000));
}
