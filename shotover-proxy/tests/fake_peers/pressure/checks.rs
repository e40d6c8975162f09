//! The tests; each of them with every sink.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use test_helpers::peers::{BrokerSide, FakeBroker, FakeClient};
use test_helpers::wait::wait_until;

use super::broker::{Sink, broker, broker_that_looks};
use super::requests::{fetch, produce};
use crate::crowds::check_not_slower;
use crate::setup::{PATIENCE, Running, settled};

const MIB: usize = 1024 * 1024;

/// A client whose requests are taken no more for that long is held back.
const QUIET: Duration = Duration::from_millis(500);

/// A proxy under pressure, and one beside it that is not.
struct Pair {
    what: String,
    proxy: Running,
    quiet: Running,
    before: usize,
}

impl Pair {
    fn new(what: &str, sink: Sink, broker: &FakeBroker) -> Self {
        let [proxy, quiet] = [(); 2].map(|()| sink.before(broker));
        // Connections and what is known about the cluster are there.
        proxy.client().ask(&produce(1, 10), 1).unwrap();
        let before = proxy.resident_bytes();
        Self {
            what: format!("{what}, {sink:?}"),
            proxy,
            quiet,
            before,
        }
    }

    #[track_caller]
    fn check_grown(&self, most: usize) {
        self.proxy.check_growth(self.before, most, &self.what);
    }

    /// Expects that another client is served as soon as one of the other proxy.
    #[track_caller]
    fn check_nobody_waits(&self) {
        let [mut beside, mut alone] = [&self.proxy, &self.quiet].map(Running::client);
        let ask = |client: &mut FakeClient| client.ask(&produce(1, 10), 1).unwrap();
        check_not_slower(&self.what, || ask(&mut beside), || ask(&mut alone));
    }
}

/// A broker that acknowledges all records, and the last long request that it has got, without its length.
fn storing_broker() -> (FakeBroker, Arc<Mutex<Option<Vec<u8>>>>) {
    let arrived = Arc::<Mutex<Option<Vec<u8>>>>::default();
    let store = Arc::clone(&arrived);
    let broker = broker_that_looks(move |side, request, answer| {
        store.lock().unwrap().replace(request);
        acknowledge(side, answer);
    });
    (broker, arrived)
}

/// Says that records have arrived.
fn acknowledge(side: &mut BrokerSide, answer: Vec<u8>) {
    // A proxy that is gone is noticed by the next read.
    drop(side.send(&answer));
}

#[test]
fn clients_that_do_not_read_what_they_fetched() {
    const CLIENTS: usize = 20;
    const ANSWERS: i32 = 40;
    let broker = broker(acknowledge);
    let requests: Vec<u8> = (0..ANSWERS).flat_map(fetch).collect();
    for sink in Sink::ALL {
        let pair = Pair::new("20 clients that do not read", sink, &broker);
        let mut clients: Vec<FakeClient> = (0..CLIENTS)
            .map(|_| {
                let mut client = pair.proxy.client();
                client.send(&requests).unwrap();
                client
            })
            .collect();
        settled(|| pair.proxy.counted("shotover_responses_total"));
        // Four mebibytes that are queued, as many that were read before that was seen, and an answer that is not complete.
        pair.check_grown(CLIENTS * 9 * MIB);
        pair.check_nobody_waits();
        // Whoever reads at last gets all of it.
        let client = clients.first_mut().unwrap();
        for id in 0..ANSWERS {
            assert_eq!(client.answered().unwrap(), Some(id), "{sink:?}");
        }
    }
}

#[test]
fn a_broker_that_reads_no_records() {
    const CLIENTS: usize = 10;
    /// Far more than all the buffers between a client and its broker hold.
    const SENT_BY_EACH: usize = 128 * MIB;
    let request = produce(2, 64 * 1024);
    for sink in Sink::ALL {
        let gate = Arc::new(Mutex::new(()));
        let closed = gate.lock().unwrap();
        let broker = broker({
            let gate = Arc::clone(&gate);
            move |_, _| drop(gate.lock())
        });
        let pair = Pair::new("10 clients of a broker that does not read", sink, &broker);
        let held_back = |_| {
            let mut client = pair.proxy.client();
            let sent = client.flood(&request, SENT_BY_EACH, QUIET).unwrap();
            assert!(sent < SENT_BY_EACH, "{sink:?}: never held back");
            client
        };
        let _clients: Vec<FakeClient> = (0..CLIENTS).map(held_back).collect();
        // Four mebibytes that wait for the broker, four that were read before that was seen, and a request that is not
        // complete.
        pair.check_grown(CLIENTS * 9 * MIB);
        pair.check_nobody_waits();
        drop(closed);
    }
}

#[test]
fn a_frame_of_a_hundred_mebibytes_that_trickles_in() {
    const FRAME: usize = 100 * MIB;
    const TRICKLED: usize = 8 * MIB;
    const PIECE: usize = 16 * 1024;
    let broker = broker(acknowledge);
    // A little is left for the header and the length.
    let request = produce(7, FRAME - 1024);
    for sink in Sink::ALL {
        let pair = Pair::new("a long frame that trickles in", sink, &broker);
        let mut client = pair.proxy.client();
        let (trickling, rest) = request.split_at(TRICKLED);
        thread::scope(|scope| {
            let trickle = scope.spawn(|| {
                for piece in trickling.chunks(PIECE) {
                    client.send(piece).unwrap();
                    thread::sleep(Duration::from_millis(2));
                }
            });
            pair.check_nobody_waits();
            trickle.join().unwrap();
        });
        // At most twice of what has arrived.
        pair.check_grown(2 * TRICKLED + 4 * MIB);
        let before = pair.proxy.counted("shotover_responses_total");
        client.send(rest).unwrap();
        // Longer than a client waits for an answer: without optimization it takes its time to look into such a frame.
        let done = || pair.proxy.counted("shotover_responses_total") > before;
        wait_until("it is answered", 3 * PATIENCE, || Ok(done().then_some(()))).unwrap();
        assert_eq!(client.answered().unwrap(), Some(7), "{sink:?}");
        pair.check_grown(8 * MIB);
    }
}

#[test]
fn records_of_a_client_that_was_served_go_on_while_they_trickle_in() {
    const TRICKLED: usize = 8 * MIB;
    const PIECE: usize = 16 * 1024;
    let (broker, arrived) = storing_broker();
    let request = produce(7, 100 * MIB - 1024);
    for sink in Sink::ALL {
        let pair = Pair::new("a long request that trickles in", sink, &broker);
        let mut client = pair.proxy.client();
        client.ask(&produce(6, 10), 6).unwrap();
        let (trickling, rest) = request.split_at(TRICKLED);
        for piece in trickling.chunks(PIECE) {
            client.send(piece).unwrap();
            thread::sleep(Duration::from_millis(1));
        }
        pair.check_nobody_waits();
        pair.check_grown(2 * MIB);
        client.send(rest).unwrap();
        assert_eq!(client.answered().unwrap(), Some(7), "{sink:?}");
        client.ask(&produce(8, 10), 8).unwrap();
        // The correlation id may be another one.
        let arrived = arrived.lock().unwrap().take().unwrap();
        assert!(arrived[8..] == request[12..]);
    }
}

#[test]
fn a_broker_that_does_not_read_long_requests() {
    const CLIENTS: usize = 10;
    let request = produce(2, 20 * MIB);
    for sink in Sink::ALL {
        let gate = Arc::new(Mutex::new(()));
        let closed = gate.lock().unwrap();
        let broker = broker({
            let gate = Arc::clone(&gate);
            move |_, _| drop(gate.lock())
        });
        let pair = Pair::new("10 clients with long requests", sink, &broker);
        let held_back = |_| {
            let mut client = pair.proxy.client();
            client.ask(&produce(1, 10), 1).unwrap();
            // The first of them is read.
            let most = 3 * request.len();
            let sent = client.flood(&request, most, QUIET).unwrap();
            assert!(sent < most, "{sink:?}: never held back");
            client
        };
        let _clients: Vec<FakeClient> = (0..CLIENTS).map(held_back).collect();
        // What waits for the broker lies in pipes, or is what was read at a time.
        pair.check_grown(CLIENTS * MIB / 2);
        pair.check_nobody_waits();
        drop(closed);
    }
}

#[test]
fn fifty_thousand_requests_whose_answers_nobody_reads() {
    const REQUESTS: usize = 50_000;
    let broker = broker(acknowledge);
    let request = produce(1, 10);
    for sink in Sink::ALL {
        let pair = Pair::new("50,000 requests at once", sink, &broker);
        let mut client = pair.proxy.client();
        client
            .flood(&request, REQUESTS * request.len(), QUIET)
            .unwrap();
        // While they are being answered, as far as they are.
        pair.check_nobody_waits();
        pair.check_grown(8 * MIB);
    }
}
