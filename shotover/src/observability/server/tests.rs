//! Tests of the endpoint over in-memory pipes with a paused clock, and of its listener over loopback.

use super::listener::{
    CONNECTION_LIFETIME, GRACE, HEADER_READ_TIMEOUT, MAX_BUFFER_BYTES, MAX_CONNECTIONS,
    serve_connection,
};
use super::routes::{BODY_READ_TIMEOUT, MAX_BODY_BYTES, Reach};
use super::{Endpoints, ObservabilityServer};
use crate::observability::{LogControl, Metrics, Readiness, Stage};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing_subscriber::{EnvFilter, Registry, reload};

/// One connection to an endpoint; the layer keeps the log filter in use.
struct Peer {
    stream: DuplexStream,
    served: JoinHandle<()>,
    endpoints: Endpoints,
    shutdown: CancellationToken,
    _layer: reload::Layer<EnvFilter, Registry>,
}

impl Peer {
    fn on(reach: Reach) -> Self {
        Self::with_pipe(reach, 1024 * 1024)
    }

    fn with_pipe(reach: Reach, capacity: usize) -> Self {
        let (layer, log_control) = LogControl::new("info").unwrap();
        let endpoints = Endpoints {
            metrics: Metrics::new(),
            readiness: Readiness::default(),
            log_control,
        };
        let shutdown = CancellationToken::new();
        let (stream, served_end) = duplex(capacity);
        let (served_endpoints, cancelled) = (endpoints.clone(), shutdown.clone());
        let served = TaskTracker::new().spawn(async move {
            serve_connection(served_end, &served_endpoints, reach, cancelled).await
        });
        Self {
            stream,
            served,
            endpoints,
            shutdown,
            _layer: layer,
        }
    }

    /// Sends one request and reads until the endpoint closes, which `Connection: close` asks it to.
    async fn ask(mut self, method: &str, path: &str, body: &str) -> String {
        let length = body.len();
        self.send(&format!("{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"))
            .await;
        self.read_to_end().await
    }

    async fn send(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).await.unwrap();
    }

    async fn read_to_end(&mut self) -> String {
        let mut answer = Vec::new();
        self.stream.read_to_end(&mut answer).await.unwrap();
        String::from_utf8(answer).unwrap()
    }
}

#[track_caller]
fn assert_status(answer: &str, status: u16) {
    assert!(
        answer.starts_with(&format!("HTTP/1.1 {status} ")),
        "{answer}"
    );
}

fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").unwrap().1
}

#[tokio::test(start_paused = true)]
async fn metrics_are_served_as_open_metrics() {
    let peer = Peer::on(Reach::ThisHost);
    peer.endpoints.metrics.source("kafka").bytes_sent(5);
    let answer = peer.ask("GET", "/metrics", "").await;
    assert_status(&answer, 200);
    assert!(answer.contains(
        "\r\ncontent-type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n"
    ));
    assert!(body(&answer).contains("shotover_bytes_sent_total{source=\"kafka\"} 5\n"));
    assert!(answer.ends_with("# EOF\n"));
}

#[tokio::test(start_paused = true)]
async fn a_running_process_is_healthy() {
    let answer = Peer::on(Reach::Network).ask("GET", "/healthz", "").await;
    assert_status(&answer, 200);
}

#[tokio::test(start_paused = true)]
async fn a_process_is_ready_only_while_it_accepts() {
    for (stage, status, text) in [
        (Stage::Starting, 503, "starting\n"),
        (Stage::Accepting, 200, "accepting\n"),
        (Stage::Draining, 503, "draining\n"),
    ] {
        let peer = Peer::on(Reach::Network);
        peer.endpoints.readiness.advance(stage);
        let answer = peer.ask("GET", "/readyz", "").await;
        assert_status(&answer, status);
        assert_eq!(body(&answer), text);
    }
}

#[tokio::test(start_paused = true)]
async fn the_log_filter_is_read_and_changed() {
    let peer = Peer::on(Reach::ThisHost);
    let log_control = peer.endpoints.log_control.clone();
    // `ask` drops the layer with the peer, so the filter is compared before that through the answers.
    let answer = peer
        .ask("PUT", "/log-filter", "warn,shotover=debug\n")
        .await;
    assert_status(&answer, 200);
    assert_eq!(body(&answer), "warn,shotover=debug\n");
    assert_eq!(log_control.text(), "warn,shotover=debug");

    let peer = Peer::on(Reach::Network);
    let answer = peer.ask("GET", "/log-filter", "").await;
    assert_status(&answer, 200);
    assert_eq!(body(&answer), "info\n");
}

#[tokio::test(start_paused = true)]
async fn a_bad_log_filter_is_refused_with_the_reason() {
    let peer = Peer::on(Reach::ThisHost);
    let log_control = peer.endpoints.log_control.clone();
    let answer = peer.ask("PUT", "/log-filter", "inof\n").await;
    assert_status(&answer, 400);
    let why = "unknown level `inof` (did you mean `info`?); known here: ";
    assert!(body(&answer).contains(why), "{answer}");
    assert_eq!(log_control.text(), "info");
}

#[tokio::test(start_paused = true)]
async fn the_log_filter_cannot_be_changed_from_a_network() {
    let peer = Peer::on(Reach::Network);
    let log_control = peer.endpoints.log_control.clone();
    let answer = peer.ask("PUT", "/log-filter", "debug").await;
    assert_status(&answer, 403);
    assert!(body(&answer).contains("loopback"), "{answer}");
    assert_eq!(log_control.text(), "info");
}

#[tokio::test(start_paused = true)]
async fn the_log_filter_cannot_be_changed_by_a_web_page() {
    let mut peer = Peer::on(Reach::ThisHost);
    peer.send("PUT /log-filter HTTP/1.1\r\nhost: x\r\norigin: http://x\r\nconnection: close\r\ncontent-length: 5\r\n\r\ndebug")
        .await;
    assert_status(&peer.read_to_end().await, 403);
    assert_eq!(peer.endpoints.log_control.text(), "info");
}

#[tokio::test(start_paused = true)]
async fn a_log_filter_may_be_as_long_as_the_limit_and_no_longer() {
    let longest = format!("{:MAX_BODY_BYTES$}", "debug");
    assert_status(
        &Peer::on(Reach::ThisHost)
            .ask("PUT", "/log-filter", &longest)
            .await,
        200,
    );
    let answer = Peer::on(Reach::ThisHost)
        .ask("PUT", "/log-filter", &format!("{longest} "))
        .await;
    assert_status(&answer, 413);
}

#[tokio::test(start_paused = true)]
async fn a_log_filter_that_is_not_text_is_refused() {
    let mut peer = Peer::on(Reach::ThisHost);
    peer.send(
        "PUT /log-filter HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 2\r\n\r\n",
    )
    .await;
    peer.stream.write_all(&[0xff, 0xfe]).await.unwrap();
    assert_status(&peer.read_to_end().await, 400);
}

#[tokio::test(start_paused = true)]
async fn other_paths_are_not_found() {
    for path in ["/", "/metrics/", "/debug/pprof", "/config"] {
        assert_status(&Peer::on(Reach::ThisHost).ask("GET", path, "").await, 404);
    }
}

#[tokio::test(start_paused = true)]
async fn other_methods_are_not_allowed() {
    for (method, path, allow) in [
        ("POST", "/metrics", "GET"),
        ("PUT", "/healthz", "GET"),
        ("DELETE", "/log-filter", "GET, PUT"),
    ] {
        let answer = Peer::on(Reach::ThisHost).ask(method, path, "").await;
        assert_status(&answer, 405);
        assert!(
            answer.contains(&format!("\r\nallow: {allow}\r\n")),
            "{answer}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_head_that_does_not_arrive_closes_the_connection() {
    let start = Instant::now();
    let mut peer = Peer::on(Reach::ThisHost);
    peer.send("GET /metrics HT").await;
    peer.read_to_end().await;
    assert_eq!(start.elapsed().as_secs(), HEADER_READ_TIMEOUT.as_secs());
}

#[tokio::test(start_paused = true)]
async fn a_client_that_says_nothing_is_closed() {
    let start = Instant::now();
    Peer::on(Reach::ThisHost).read_to_end().await;
    assert_eq!(start.elapsed().as_secs(), HEADER_READ_TIMEOUT.as_secs());
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_arrive_is_refused() {
    let start = Instant::now();
    let mut peer = Peer::on(Reach::ThisHost);
    peer.send(
        "PUT /log-filter HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 5\r\n\r\ndeb",
    )
    .await;
    assert_status(&peer.read_to_end().await, 408);
    assert_eq!(start.elapsed().as_secs(), BODY_READ_TIMEOUT.as_secs());
}

#[tokio::test(start_paused = true)]
async fn a_head_without_end_is_refused() {
    let mut peer = Peer::on(Reach::ThisHost);
    let filler = "x".repeat(2 * MAX_BUFFER_BYTES);
    peer.send(&format!("GET /metrics HTTP/1.1\r\nlong: {filler}"))
        .await;
    assert_status(&peer.read_to_end().await, 431);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_never_reads_is_let_go() {
    let start = Instant::now();
    let mut peer = Peer::with_pipe(Reach::ThisHost, 64);
    peer.send("GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n").await;
    peer.served.await.unwrap();
    assert_eq!(
        start.elapsed().as_secs(),
        (CONNECTION_LIFETIME + GRACE).as_secs()
    );
}

#[tokio::test(start_paused = true)]
async fn shutdown_ends_an_idle_connection_at_once() {
    let start = Instant::now();
    let mut peer = Peer::on(Reach::ThisHost);
    peer.send("GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let mut first = [0; 12];
    peer.stream.read_exact(&mut first).await.unwrap();
    peer.shutdown.cancel();
    peer.served.await.unwrap();
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn shutdown_waits_no_longer_than_the_grace_for_a_slow_reader() {
    let start = Instant::now();
    let mut peer = Peer::with_pipe(Reach::ThisHost, 64);
    peer.send("GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n").await;
    tokio::task::yield_now().await;
    peer.shutdown.cancel();
    peer.served.await.unwrap();
    assert_eq!(start.elapsed().as_secs(), GRACE.as_secs());
}

/// A listening endpoint on loopback.
struct Listening {
    address: SocketAddr,
    shutdown: CancellationToken,
    served: JoinHandle<()>,
}

impl Listening {
    async fn on_loopback() -> Self {
        let (_, log_control) = LogControl::new("info").unwrap();
        let endpoints = Endpoints {
            metrics: Metrics::new(),
            readiness: Readiness::default(),
            log_control,
        };
        let server = ObservabilityServer::bind("127.0.0.1:0", endpoints)
            .await
            .unwrap();
        let (address, shutdown) = (server.address(), CancellationToken::new());
        let served = TaskTracker::new().spawn(server.run(shutdown.clone()));
        Self {
            address,
            shutdown,
            served,
        }
    }

    async fn ask(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }
}

#[tokio::test]
async fn a_loopback_listener_lets_the_log_filter_be_changed() {
    let listening = Listening::on_loopback().await;
    let request = "PUT /log-filter HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 5\r\n\r\ndebug";
    // No subscriber uses this filter, which is as far as a request from a network would not get.
    assert_status(&listening.ask(request).await, 409);
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_for_their_turn() {
    let listening = Listening::on_loopback().await;
    let mut silent = Vec::new();
    for _ in 0..MAX_CONNECTIONS {
        silent.push(TcpStream::connect(listening.address).await.unwrap());
    }
    let late = listening.ask("GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    let mut late = std::pin::pin!(late);
    let early = tokio::time::timeout(Duration::from_millis(100), late.as_mut()).await;
    assert!(early.is_err(), "served beyond the limit: {early:?}");
    silent.pop();
    assert_status(&late.await, 200);
}

#[tokio::test]
async fn shutdown_stops_listening_and_ends_every_connection() {
    let listening = Listening::on_loopback().await;
    let mut idle = TcpStream::connect(listening.address).await.unwrap();
    listening
        .ask("GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        .await;
    listening.shutdown.cancel();
    listening.served.await.unwrap();
    assert_eq!(idle.read(&mut [0; 1]).await.unwrap(), 0);
    assert!(TcpStream::connect(listening.address).await.is_err());
}
