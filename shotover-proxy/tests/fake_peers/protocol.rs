//! Clients that do not speak Kafka, or not as they should.

use std::time::{Duration, Instant};

use test_helpers::peers::{
    FakeBroker, FakeClient, HEARTBEAT, answer, api_versions, heartbeat, request,
};

use crate::setup::{Running, Setup, percentile};

/// The longest frame from a client that is trusted.
const MAX_FRAME: i32 = 100 * 1024 * 1024;
/// The longest from one that is not.
const MAX_FRAME_BEFORE_AUTHENTICATION: usize = 512 * 1024;

/// The most it takes to hang up on somebody, on a machine that has nothing else to do.
const AT_ONCE: Duration = Duration::from_millis(10);
/// The median of so many attempts is compared with it.
const ATTEMPTS: usize = 9;

/// What no single attempt takes, however busy the machine is.
const PROMPTLY: Duration = Duration::from_secs(1);

/// Of one source, the first lines about bad clients are all logged.
const LOGGED: usize = 10;

/// Expects that whoever sends these bytes is hung up on without a word. Returns how the log names it, and how long it
/// took.
#[track_caller]
fn check_hung_up(proxy: &Running, bytes: &[u8]) -> (String, Duration) {
    let mut client = proxy.client();
    let start = Instant::now();
    client.send(bytes).unwrap();
    let said = client.hung_up_on().unwrap();
    let took = start.elapsed();
    assert!(said.is_empty() && took < PROMPTLY, "{bytes:?}: {took:?}");
    (format!("client={}", client.address().unwrap()), took)
}

/// Expects one line of the log that says so about that client.
#[track_caller]
fn check_logged(proxy: &Running, name: &str, reason: &str) {
    let line = proxy.logged(&[name, reason]);
    assert!(line.contains("WARN"), "{line}");
    assert_eq!(proxy.process.log().lines_with(name).len(), 1);
}

/// A frame length and what is said about it.
fn length(length: i32) -> (Vec<u8>, String) {
    (
        length.to_be_bytes().into(),
        format!("frame length {length} "),
    )
}

/// What no request begins with, and what is said about it.
fn malformed() -> Vec<(Vec<u8>, String)> {
    let mut cases: Vec<_> = (0..8).map(length).collect();
    cases.extend([-1, i32::MIN, MAX_FRAME + 1, i32::MAX].map(length));
    let named: [(&[u8], &str); 7] = [
        (b"GET / HTTP/1.1\r\nhost: x\r\n\r\n", "looks like HTTP"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "looks like HTTP"),
        (
            &[0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3],
            "looks like a TLS client",
        ),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "looks like SSH"),
        // A client id that ends behind the frame, and one of negative length.
        (&[0, 0, 0, 10, 0, 12, 0, 0, 0, 0, 0, 1, 0, 9], "ClientId"),
        (&[0, 0, 0, 10, 0, 12, 0, 0, 0, 0, 0, 1, 0x80, 0], "ClientId"),
        // A frame that ends before its client id.
        (&[0, 0, 0, 8, 0, 12, 0, 0, 0, 0, 0, 1], "ClientId"),
    ];
    cases.extend(named.map(|(bytes, reason)| (bytes.to_vec(), reason.to_owned())));
    cases
}

/// Bytes that follow from `seed` (xorshift), the first four no believable length.
fn noise(seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_be_bytes()
    };
    let mut bytes: Vec<u8> = (0..64).flat_map(|_| next()).collect();
    if let Some(first) = bytes.first_mut() {
        // 128 MiB at least, or negative.
        *first |= 8;
    }
    bytes
}

#[test]
fn the_log_says_who_sent_what_is_no_kafka_and_what_it_looks_like() {
    for cases in malformed().chunks(LOGGED) {
        let proxy = Setup::before_nobody().start();
        for (bytes, reason) in cases {
            let (name, _) = check_hung_up(&proxy, bytes);
            check_logged(&proxy, &name, reason);
        }
    }
}

#[test]
fn bytes_that_are_no_kafka_end_their_connection_and_no_other() {
    let broker = FakeBroker::answering().unwrap();
    let proxy = Setup::before(broker.address()).start();
    let mut other = proxy.client();
    other.ask(&heartbeat(1, 0), 1).unwrap();
    let mut expected = 0_usize;
    let malformed = malformed().into_iter().map(|(bytes, _)| bytes);
    for bytes in malformed.chain((1..=64).map(noise)) {
        check_hung_up(&proxy, &bytes);
        expected += 1;
        other.ask(&heartbeat(2, 0), 2).unwrap();
    }
    let reason = [("reason", "malformed_request")];
    proxy.check_metric("shotover_errors_total", &reason, expected);
    let reason = [("reason", "protocol_error")];
    proxy.check_metric("shotover_connections_closed_total", &reason, expected);
    // None of it has reached the broker.
    assert_eq!(broker.accepted(), 1);
}

#[test]
fn what_was_asked_before_bytes_that_are_no_kafka_is_answered() {
    let broker = FakeBroker::answering().unwrap();
    let proxy = Setup::before(broker.address()).start();
    for (bytes, reason) in malformed().into_iter().take(LOGGED) {
        let mut client = proxy.client();
        let asked: Vec<u8> = (0..100).flat_map(|id| heartbeat(id, 0)).collect();
        client
            .send(&[asked.as_slice(), &bytes, &heartbeat(100, 0)].concat())
            .unwrap();
        for id in 0..100 {
            assert_eq!(client.answered().unwrap(), Some(id), "{bytes:?}");
        }
        assert!(client.at_end().unwrap(), "{bytes:?}");
        check_logged(
            &proxy,
            &format!("client={}", client.address().unwrap()),
            &reason,
        );
    }
    let reason = [("reason", "protocol_error")];
    proxy.check_metric("shotover_connections_closed_total", &reason, LOGGED);
}

#[test]
fn whoever_speaks_no_kafka_is_hung_up_on_at_once() {
    let broker = FakeBroker::answering().unwrap();
    let proxy = Setup::before(broker.address()).start();
    let mut slowest = Duration::ZERO;
    let malformed = malformed().into_iter().map(|(bytes, _)| bytes);
    for bytes in malformed.chain((1..=8).map(noise)) {
        let (mut hung_up, mut answered) = (Vec::new(), Vec::new());
        for _ in 0..ATTEMPTS {
            hung_up.push(check_hung_up(&proxy, &bytes).1);
            // What a busy machine adds, a client feels as well that is served.
            let (mut client, start) = (proxy.client(), Instant::now());
            client.ask(&heartbeat(1, 0), 1).unwrap();
            answered.push(start.elapsed());
        }
        let (hung_up, answered) = (percentile(50, hung_up), percentile(50, answered));
        assert!(
            hung_up <= AT_ONCE + answered,
            "{bytes:?}: {hung_up:?}, where an answer takes {answered:?}"
        );
        slowest = slowest.max(hung_up);
    }
    println!("longest median time to hang up on what is no Kafka: {slowest:?}");
}

#[test]
fn what_is_no_kafka_takes_no_memory() {
    /// At the same time, each case twice and more.
    const CROWD: usize = 64;
    let proxy = Setup::before_nobody().start();
    let resident = || proxy.resident_bytes();
    let crowd = |round: usize| {
        let clients: Vec<FakeClient> = (0..CROWD).map(|_| proxy.client()).collect();
        let noise = (0_u64..).take(CROWD / 2).map(|seed| noise(1 + seed));
        let cases = malformed().into_iter().map(|(bytes, _)| bytes);
        let bytes = noise.chain(cases).cycle().skip(round * CROWD);
        let mut most = 0;
        for (mut client, bytes) in clients.into_iter().zip(bytes) {
            client.send(&bytes).unwrap();
            client.hung_up_on().unwrap();
            most = most.max(resident());
        }
        most
    };
    // So many clients that are served, one after the other and at the same time, are what the memory is compared with.
    let mut served: Vec<FakeClient> = (0..CROWD).map(|_| proxy.client()).collect();
    for client in &mut served {
        client.ask(&api_versions(99, 1), 1).unwrap();
    }
    drop(served);
    let before = resident();
    let most = (0..16).map(crowd).max().unwrap();
    let grown = most.saturating_sub(before);
    println!("1,024 bad connections: {} KiB more", grown / 1024);
    assert!(grown <= 1024 * 1024, "{grown}");
}

#[test]
fn a_client_that_has_not_authenticated_may_not_send_long_frames() {
    let broker = FakeBroker::start(|side| {
        while let Ok(Some(asked)) = side.asked() {
            // To a SaslHandshake: no error, no mechanisms.
            if side.answer(asked.correlation_id, &[0; 6]).is_err() {
                return;
            }
        }
    });
    let broker = broker.unwrap();
    let proxy = Setup::before(broker.address()).start();
    let mut client = proxy.client();
    let plain = [0, 5, b'P', b'L', b'A', b'I', b'N'];
    client.ask(&request(17, 1, 1, &plain), 1).unwrap();
    let just_too_long = u32::try_from(MAX_FRAME_BEFORE_AUTHENTICATION + 1).unwrap();
    client.send(&just_too_long.to_be_bytes()).unwrap();
    assert!(client.hung_up_on().unwrap().is_empty());
    proxy.logged(&["frame length 524289 exceeds the limit of 524288"]);
}

#[test]
fn a_client_that_a_broker_has_answered_may_send_long_frames() {
    let broker = FakeBroker::answering().unwrap();
    let proxy = Setup::before(broker.address()).start();
    let mut client = proxy.client();
    client.ask(&heartbeat(1, 0), 1).unwrap();
    let long = heartbeat(2, 3 * MAX_FRAME_BEFORE_AUTHENTICATION);
    client.ask(&long, 2).unwrap();
}

#[test]
fn api_versions_of_the_future_are_answered_without_a_broker_and_the_client_goes_on() {
    let broker = FakeBroker::answering().unwrap();
    let proxy = Setup::before(broker.address()).start();
    let mut client = proxy.client();
    client.send(&api_versions(99, 7)).unwrap();
    // UNSUPPORTED_VERSION in version 0, and what may be asked instead: ApiVersions 0 to 4.
    let expected = [0, 35, 0, 0, 0, 1, 0, 18, 0, 0, 0, 4];
    let body = client.read().unwrap().unwrap();
    assert_eq!(body, answer(7, &expected)[4..]);
    assert_eq!(broker.accepted(), 0);
    client.ask(&heartbeat(8, 0), 8).unwrap();
}

#[test]
fn requests_that_nobody_knows_end_the_connection() {
    let proxy = Setup::before_nobody().start();
    for (key, version, reason) in [
        (32_512, 0, "unknown api key 32512"),
        (-1, 0, "unknown api key -1"),
        (HEARTBEAT, 99, "Heartbeat has no version 99"),
        (HEARTBEAT, -1, "Heartbeat has no version -1"),
    ] {
        let (name, _) = check_hung_up(&proxy, &request(key, version, 1, &[]));
        check_logged(&proxy, &name, reason);
    }
    for api in ["unknown", "Heartbeat"] {
        let labels = [("reason", "unsupported"), ("api", api)];
        proxy.check_metric("shotover_errors_total", &labels, 2);
    }
}

#[test]
fn a_broker_that_is_not_there_ends_the_connection_of_the_client_and_not_the_proxy() {
    let proxy = Setup::before_nobody().start();
    for _ in 0..2 {
        let mut client: FakeClient = proxy.client();
        client.send(&heartbeat(1, 0)).unwrap();
        assert!(client.hung_up_on().unwrap().is_empty());
        let name = format!("client={}", client.address().unwrap());
        proxy.logged(&[&name, "its broker is lost"]);
    }
}
