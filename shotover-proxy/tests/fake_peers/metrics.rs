//! What the proxy says about itself after traffic that is known.

use test_helpers::peers::{FakeBroker, heartbeat, produce};
use test_helpers::proxy::{http, metric};

use crate::setup::{Running, Setup};

/// Expects the sum of the samples with these labels.
#[track_caller]
fn check(proxy: &Running, name: &str, labels: &[(&str, &str)], expected: usize) {
    proxy.check_metric(&format!("shotover_{name}"), labels, expected);
}

#[test]
fn every_metric_moves_with_the_traffic_it_is_about() {
    let broker = FakeBroker::start(|side| {
        while let Ok(Some(asked)) = side.asked() {
            if asked.acks() != Some(0) && side.answer(asked.correlation_id, &[0; 6]).is_err() {
                return;
            }
        }
    });
    let broker = broker.unwrap();
    let proxy = Setup::before(broker.address()).start();
    let (mut first, mut second) = (proxy.client(), proxy.client());
    for id in 0..10 {
        first.ask(&heartbeat(id, 0), id).unwrap();
    }
    second.send(&produce(1, 0)).unwrap();
    second.ask(&produce(2, 1), 2).unwrap();

    let heartbeats = [("source", "in"), ("api", "Heartbeat")];
    let produces = [("source", "in"), ("api", "Produce")];
    check(&proxy, "requests_total", &heartbeats, 10);
    check(&proxy, "responses_total", &heartbeats, 10);
    check(&proxy, "request_latency_seconds_count", &heartbeats, 10);
    check(&proxy, "requests_total", &produces, 2);
    check(&proxy, "responses_total", &produces, 1);
    check(&proxy, "request_latency_seconds_count", &produces, 1);
    let received = 10 * heartbeat(0, 0).len() + 2 * produce(0, 0).len();
    check(
        &proxy,
        "bytes_received_total",
        &[("source", "in")],
        received,
    );
    // Length, correlation id and body of eleven answers.
    check(&proxy, "bytes_sent_total", &[("source", "in")], 11 * 14);
    let sink = [("sink", "out"), ("api", "Heartbeat")];
    check(&proxy, "sink_latency_seconds_count", &sink, 10);
    check(&proxy, "sink_connect_total", &[("sink", "out")], 2);
    check(&proxy, "sink_connect_failures_total", &[("sink", "out")], 0);
    check(&proxy, "connections_accepted_total", &[("source", "in")], 2);
    check(&proxy, "connections_active", &[("source", "in")], 2);
    check(&proxy, "connections_limit", &[("source", "in")], 512);
    let source = [("source", "in")];
    let runs = metric(&proxy.interface, "shotover_chain_seconds_count", &source).unwrap();
    assert!(runs >= 12.0, "{runs} for 12 requests, one after the other");

    drop((first, second));
    let left = [("source", "in"), ("reason", "client_closed")];
    check(&proxy, "connections_closed_total", &left, 2);
    check(&proxy, "connections_active", &[("source", "in")], 0);
    check(&proxy, "errors_total", &[], 0);
}

#[test]
fn requests_that_a_lost_broker_leaves_unanswered_are_errors() {
    let broker = FakeBroker::start(|side| {
        // Closes the connection with three requests in it.
        for _ in 0..3 {
            drop(side.asked());
        }
    });
    let broker = broker.unwrap();
    let proxy = Setup::before(broker.address()).start();
    let mut client = proxy.client();
    let requests: Vec<u8> = (0..3).flat_map(|id| heartbeat(id, 0)).collect();
    client.send(&requests).unwrap();
    assert!(client.hung_up_on().unwrap().is_empty());
    let lost = [("reason", "broker_lost")];
    check(&proxy, "connections_closed_total", &lost, 1);
    let labels = [("api", "Heartbeat"), ("reason", "transform_failed")];
    check(&proxy, "errors_total", &labels, 3);
    check(&proxy, "responses_total", &[], 0);
}

#[test]
fn a_broker_that_is_not_reached_is_counted() {
    let proxy = Setup::before_nobody().start();
    let mut client = proxy.client();
    client.send(&heartbeat(1, 0)).unwrap();
    client.hung_up_on().unwrap();
    check(&proxy, "sink_connect_total", &[("sink", "out")], 1);
    check(&proxy, "sink_connect_failures_total", &[("sink", "out")], 1);
}

#[test]
fn metrics_are_an_exposition_that_says_so() {
    let proxy = Setup::before_nobody().start();
    let answer = http(&proxy.interface, "GET", "/metrics", "").unwrap();
    assert_eq!(answer.status, 200);
    let kind = "content-type: application/openmetrics-text; version=1.0.0; charset=utf-8";
    assert!(answer.head.contains(kind), "{}", answer.head);
    assert!(answer.body.ends_with("# EOF\n"));
}

#[test]
fn a_proxy_that_accepts_clients_is_healthy_and_ready() {
    let proxy = Setup::before_nobody().start();
    assert_eq!(
        http(&proxy.interface, "GET", "/healthz", "")
            .unwrap()
            .status,
        200
    );
    let ready = http(&proxy.interface, "GET", "/readyz", "").unwrap();
    assert_eq!((ready.status, ready.body.as_str()), (200, "accepting\n"));
    assert_eq!(http(&proxy.interface, "GET", "/", "").unwrap().status, 404);
    assert_eq!(
        http(&proxy.interface, "POST", "/healthz", "")
            .unwrap()
            .status,
        405
    );
}

#[test]
fn the_log_filter_of_the_binary_changes_while_it_runs() {
    let proxy = Setup::before_nobody().start();
    let accepted = |client: &str| proxy.process.log().lines_with(client).len();
    let mut quiet = proxy.client();
    quiet.finish().unwrap();
    quiet.hung_up_on().unwrap();
    let answer = http(
        &proxy.interface,
        "PUT",
        "/log-filter",
        "info,shotover=debug",
    )
    .unwrap();
    assert_eq!(answer.status, 200);
    assert_eq!(proxy.says("/log-filter"), "info,shotover=debug\n");
    let loud = proxy.client();
    let name = format!("client={}", loud.address().unwrap());
    proxy.logged(&[&name, "connection accepted"]);
    let name = format!("client={}", quiet.address().unwrap());
    assert_eq!(accepted(&name), 0);
    let answer = http(&proxy.interface, "PUT", "/log-filter", "info=loud").unwrap();
    assert_eq!(answer.status, 400);
    assert_eq!(proxy.says("/log-filter"), "info,shotover=debug\n");
}
