//! Tests of a proxy within this process, with clients over loopback and a sink that is told what to do.

use crate::{PATIENCE, REQUEST, free_ports};
use shotover::config::Config;
use shotover::observability::LogControl;
use shotover::runner::{Proxy, ProxyError, Resources};
use shotover::topology::Topology;
use std::net::{SocketAddr, TcpListener};
use std::num::NonZeroUsize;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

fn topology(sources: &[(u16, &str)]) -> Topology {
    let mut text = "sources:\n".to_owned();
    for (port, answer) in sources {
        text += &format!(
            "  - Kafka: {{ listen_addr: '127.0.0.1:{port}', chain: [RunnerTestSink: {{ answer: {answer} }}] }}\n"
        );
    }
    Topology::parse("topology.yaml", &text).unwrap()
}

fn config(observability_port: Option<u16>) -> Config {
    let interface =
        observability_port.map(|port| format!("observability_interface: '127.0.0.1:{port}'"));
    Config::parse(
        "config.yaml",
        &format!("main_log_level: info\n{}", interface.unwrap_or_default()),
    )
    .unwrap()
}

fn resources() -> Resources {
    let (_, log) = LogControl::new("info").unwrap();
    Resources {
        threads: NonZeroUsize::new(2).unwrap(),
        stack_bytes: 2 * 1024 * 1024,
        log,
    }
}

/// A proxy with one source whose sink answers like this.
async fn proxy(answer: &str) -> Proxy {
    let [port] = free_ports();
    Proxy::start(&config(None), &topology(&[(port, answer)]), resources())
        .await
        .unwrap()
}

/// A client that has sent a request.
async fn client(proxy: &Proxy) -> TcpStream {
    let mut stream = TcpStream::connect(proxy.addresses()[0]).await.unwrap();
    stream.write_all(&REQUEST).await.unwrap();
    stream
}

/// The correlation id of the next answer, or `None` at the end of the connection.
async fn answer(stream: &mut TcpStream) -> Option<u32> {
    let read = async {
        let length = stream.read_u32().await.ok()?;
        let mut frame = vec![0; usize::try_from(length).unwrap()];
        stream.read_exact(&mut frame).await.ok()?;
        Some(u32::from_be_bytes(frame[..4].try_into().unwrap()))
    };
    timeout(PATIENCE, read).await.unwrap()
}

async fn until_counted(proxy: &Proxy, sample: &str) {
    let counted = async {
        while !proxy.metrics().encode().lines().any(|line| line == sample) {
            sleep(Duration::from_millis(1)).await;
        }
    };
    timeout(PATIENCE, counted)
        .await
        .unwrap_or_else(|_| panic!("never counted: {sample}"));
}

async fn get(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    timeout(PATIENCE, stream.read_to_string(&mut answer))
        .await
        .unwrap()
        .unwrap();
    answer
}

#[tokio::test]
async fn requests_are_served_and_counted() {
    let proxy = proxy("AtOnce").await;
    let mut client = client(&proxy).await;
    assert_eq!(answer(&mut client).await, Some(7));
    until_counted(
        &proxy,
        r#"shotover_responses_total{source="kafka",api="ApiVersions"} 1"#,
    )
    .await;
    until_counted(&proxy, r#"shotover_connections_active{source="kafka"} 1"#).await;
    drop(client);
    until_counted(&proxy, r#"shotover_connections_active{source="kafka"} 0"#).await;
}

#[tokio::test]
async fn a_started_proxy_is_ready() {
    let [source, interface] = free_ports();
    let proxy = Proxy::start(
        &config(Some(interface)),
        &topology(&[(source, "AtOnce")]),
        resources(),
    )
    .await
    .unwrap();
    let address = proxy.observability_address().unwrap();
    assert!(get(address, "/readyz").await.starts_with("HTTP/1.1 200 "));
    assert!(get(address, "/metrics").await.ends_with("# EOF\n"));
}

#[tokio::test]
async fn a_drain_can_be_watched_and_waits_for_answers() {
    let [source, interface] = free_ports();
    let topology = topology(&[(source, "{ AfterMs: 300 }")]);
    let proxy = Proxy::start(&config(Some(interface)), &topology, resources())
        .await
        .unwrap();
    let mut client = client(&proxy).await;
    until_counted(
        &proxy,
        r#"shotover_requests_total{source="kafka",api="ApiVersions"} 1"#,
    )
    .await;
    let (address, listening) = (proxy.observability_address().unwrap(), proxy.addresses()[0]);
    let watch = async {
        let ready = get(address, "/readyz").await;
        assert!(
            ready.starts_with("HTTP/1.1 503 ") && ready.ends_with("draining\n"),
            "{ready}"
        );
        assert!(
            TcpStream::connect(listening).await.is_err(),
            "accepts while it drains"
        );
        assert_eq!(answer(&mut client).await, Some(7));
        assert_eq!(answer(&mut client).await, None);
    };
    timeout(PATIENCE, async {
        tokio::join!(proxy.drain(PATIENCE), watch)
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn a_drain_does_not_wait_for_idle_clients() {
    let proxy = proxy("AtOnce").await;
    let mut client = client(&proxy).await;
    assert_eq!(answer(&mut client).await, Some(7));
    timeout(PATIENCE, proxy.drain(Duration::MAX)).await.unwrap();
    assert_eq!(answer(&mut client).await, None);
}

#[tokio::test]
async fn a_drain_ends_at_its_limit() {
    let proxy = proxy("Never").await;
    let mut client = client(&proxy).await;
    until_counted(
        &proxy,
        r#"shotover_requests_total{source="kafka",api="ApiVersions"} 1"#,
    )
    .await;
    timeout(PATIENCE, proxy.drain(Duration::from_millis(50)))
        .await
        .unwrap();
    assert_eq!(answer(&mut client).await, None);
}

#[tokio::test]
async fn a_panic_ends_one_connection_only() {
    let [good, bad] = free_ports();
    let topology = topology(&[(bad, "Panic"), (good, "AtOnce")]);
    let proxy = Proxy::start(&config(None), &topology, resources())
        .await
        .unwrap();
    let mut fine = TcpStream::connect(proxy.addresses()[1]).await.unwrap();
    // More than there are threads, so that none of them is left without a panic.
    for _ in 0..4 {
        assert_eq!(answer(&mut client(&proxy).await).await, None);
    }
    fine.write_all(&REQUEST).await.unwrap();
    assert_eq!(answer(&mut fine).await, Some(7));
    until_counted(
        &proxy,
        r#"shotover_connections_closed_total{source="kafka",reason="aborted"} 4"#,
    )
    .await;
}

#[tokio::test]
async fn no_source_accepts_when_one_cannot_listen() {
    let [free] = free_ports();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let topology = topology(&[
        (free, "AtOnce"),
        (taken.local_addr().unwrap().port(), "AtOnce"),
    ]);
    let error = Proxy::start(&config(None), &topology, resources())
        .await
        .unwrap_err();
    assert!(matches!(error, ProxyError::Build(_)), "{error}");
    assert!(
        error.to_string().contains("cannot listen on 127.0.0.1:"),
        "{error}"
    );
    assert!(TcpStream::connect(("127.0.0.1", free)).await.is_err());
}

#[tokio::test]
async fn an_interface_that_is_taken_is_an_error() {
    let [source] = free_ports();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let config = config(Some(taken.local_addr().unwrap().port()));
    let error = Proxy::start(&config, &topology(&[(source, "AtOnce")]), resources())
        .await
        .unwrap_err();
    assert!(matches!(error, ProxyError::Observability(..)), "{error}");
}

#[tokio::test]
async fn a_dropped_proxy_cuts_its_clients_off() {
    let proxy = proxy("Never").await;
    let mut client = client(&proxy).await;
    until_counted(
        &proxy,
        r#"shotover_requests_total{source="kafka",api="ApiVersions"} 1"#,
    )
    .await;
    drop(proxy);
    assert_eq!(answer(&mut client).await, None);
}
