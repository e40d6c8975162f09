//! TLS on either side of the binary.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use test_helpers::certs::{Authority, Leaf};
use test_helpers::peers::{FakeBroker, FakeClient, TlsClient, TlsServer, heartbeat};

use crate::setup::{Running, Setup};

/// The `tls` of a source that shows `leaf`.
pub(crate) fn of_source(leaf: &Leaf, clients: Option<&Authority>) -> String {
    let authority = clients.map(|authority| {
        let path = authority.certificate().display();
        format!(", certificate_authority_path: '{path}'")
    });
    format!(
        "tls: {{ certificate_path: '{}', private_key_path: '{}'{} }}",
        leaf.certificate.display(),
        leaf.private_key.display(),
        authority.unwrap_or_default()
    )
}

/// The `tls` of a sink that trusts `authority`.
pub(crate) fn of_sink(authority: &Authority, more: &str) -> String {
    let path = authority.certificate().display();
    format!("tls: {{ certificate_authority_path: '{path}'{more} }}")
}

/// Whether a client with this TLS is served.
pub(crate) fn is_served(proxy: &Running, tls: &TlsClient) -> bool {
    FakeClient::connect_tls(&proxy.address, tls)
        .is_ok_and(|mut client| client.ask(&heartbeat(1, 0), 1).is_ok())
}

#[test]
fn a_client_with_tls_is_served() {
    let authority = Authority::new("test").unwrap();
    let leaf = authority.server().unwrap();
    let broker = FakeBroker::answering().unwrap();
    let proxy = Setup::before(broker.address())
        .source(&of_source(&leaf, None))
        .start();
    for name in ["localhost", "127.0.0.1"] {
        let tls = TlsClient::new(&authority, name, None).unwrap();
        let mut client = FakeClient::connect_tls(&proxy.address, &tls).unwrap();
        assert_eq!(client.peer_certificate().unwrap(), leaf.der().unwrap());
        // Longer than a record of TLS and than one read.
        client.ask(&heartbeat(1, 300_000), 1).unwrap();
        client.finish().unwrap();
        assert!(client.at_end().unwrap());
    }
}

#[test]
fn a_client_with_tls_that_sends_nothing_more_gets_all_its_answers_and_then_the_end() {
    let authority = Authority::new("test").unwrap();
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
    let proxy = Setup::before(broker.address())
        .source(&of_source(&authority.server().unwrap(), None))
        .start();
    let tls = TlsClient::new(&authority, "localhost", None).unwrap();
    let mut client = FakeClient::connect_tls(&proxy.address, &tls).unwrap();
    let requests: Vec<u8> = (0..100).flat_map(|id| heartbeat(id, 1_000)).collect();
    client.send(&requests).unwrap();
    client.finish().unwrap();
    proxy.check_metric("shotover_requests_total", &[], 100);
    drop(closed);
    for id in 0..100 {
        assert_eq!(client.answered().unwrap(), Some(id));
    }
    assert!(client.at_end().unwrap());
}

#[test]
fn a_client_without_tls_on_a_port_with_tls_is_hung_up_on_and_named_in_the_log() {
    let leaf = Authority::new("test").unwrap().server().unwrap();
    let proxy = Setup::before_nobody()
        .source(&of_source(&leaf, None))
        .start();
    let http = b"GET / HTTP/1.1\r\n\r\n".to_vec();
    let cases = [
        (heartbeat(1, 0), "a Kafka request"),
        (http, "an HTTP request"),
        (vec![0xff; 100], "bytes of another protocol"),
    ];
    for (bytes, found) in &cases {
        let mut client = proxy.client();
        let start = Instant::now();
        client.send(bytes).unwrap();
        assert!(client.hung_up_on().unwrap().is_empty(), "{found}");
        assert!(start.elapsed() < Duration::from_secs(1), "{found}");
        let name = format!("client={}", client.address().unwrap());
        proxy.logged(&[&name, &format!("expected a TLS handshake, found {found}")]);
    }
    let reason = [("reason", "tls_handshake")];
    proxy.check_metric("shotover_connections_closed_total", &reason, 3);
}

#[test]
fn with_mutual_tls_only_clients_of_the_authority_are_served() {
    let [authority, foreign] = ["ours", "theirs"].map(|name| Authority::new(name).unwrap());
    let broker = FakeBroker::answering().unwrap();
    let proxy = Setup::before(broker.address())
        .source(&of_source(&authority.server().unwrap(), Some(&authority)))
        .start();
    let client =
        |identity: Option<&Leaf>| TlsClient::new(&authority, "localhost", identity).unwrap();
    let (alice, mallory) = (
        authority.client("alice").unwrap(),
        foreign.client("alice").unwrap(),
    );
    assert!(is_served(&proxy, &client(Some(&alice))));
    assert!(!is_served(&proxy, &client(None)));
    proxy.logged(&["no TLS session", "peer sent no certificates"]);
    assert!(!is_served(&proxy, &client(Some(&mallory))));
    proxy.logged(&["no TLS session", "UnknownIssuer"]);
    let reason = [("reason", "tls_handshake")];
    proxy.check_metric("shotover_connections_closed_total", &reason, 2);
    assert_eq!(broker.accepted(), 1);
}

/// A broker that shows a certificate for these hosts, behind a proxy that knows it as `localhost`.
fn broker_for(authority: &Authority, hosts: &[&str], more: &str) -> (FakeBroker, Running) {
    let leaf = authority.leaf("broker", hosts).unwrap();
    let broker = FakeBroker::start_tls(TlsServer::new(&leaf, None).unwrap(), |side| {
        if let Ok(side) = side {
            side.answer_all();
        }
    });
    let broker = broker.unwrap();
    let proxy = Setup::before(format!("localhost:{}", broker.address().port()))
        .sink(&of_sink(authority, more))
        .start();
    (broker, proxy)
}

#[test]
fn a_broker_whose_certificate_is_for_its_name_is_trusted() {
    let authority = Authority::new("test").unwrap();
    let (_broker, proxy) = broker_for(&authority, &["localhost"], "");
    proxy.client().ask(&heartbeat(1, 300_000), 1).unwrap();
}

#[test]
fn a_broker_whose_certificate_is_for_another_name_gets_no_request() {
    let authority = Authority::new("test").unwrap();
    let (_broker, proxy) = broker_for(&authority, &["elsewhere.example"], "");
    let mut client = proxy.client();
    client.send(&heartbeat(1, 0)).unwrap();
    assert!(client.hung_up_on().unwrap().is_empty());
    let name = format!("client={}", client.address().unwrap());
    proxy.logged(&[&name, "its broker is lost", "not valid for name"]);
    proxy.check_metric("shotover_sink_connect_failures_total", &[], 1);
}

#[test]
fn the_name_of_a_broker_does_not_count_when_the_operator_says_so() {
    let authority = Authority::new("test").unwrap();
    let unverified = ", verify_hostname: false";
    let (_broker, proxy) = broker_for(&authority, &["elsewhere.example"], unverified);
    proxy.client().ask(&heartbeat(1, 0), 1).unwrap();
    proxy.logged(&["WARN", "verify_hostname"]);
}
