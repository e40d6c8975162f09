//! What the binary does with peers that are no Kafka clients, and with a broker that is not there.
#![expect(
    clippy::unwrap_used,
    clippy::disallowed_types,
    reason = "helpers of tests that run against real time"
)]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};
use test_helpers::ports::free_port;
use test_helpers::proxy::{ProxyProcess, build_binary};

/// A proxy in front of a port where nobody listens.
fn proxy(port: u16, more: &str) -> ProxyProcess {
    let broker = free_port().unwrap();
    let topology = format!(
        r#"
sources:
  - Kafka:
      listen_addr: "127.0.0.1:{port}"
{more}
      chain:
        - KafkaSinkSingle:
            destination_port: {broker}
            connect_timeout_ms: 1000
"#
    );
    let binary = build_binary("shotover-proxy", "shotover-proxy").unwrap();
    ProxyProcess::builder(binary)
        .topology(&topology)
        .start()
        .unwrap()
}

fn connect(port: u16) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(5)))
        .unwrap();
    stream
}

/// Whether the peer hung up without a word.
fn is_closed(stream: &mut TcpStream) -> bool {
    match stream.read(&mut [0; 64]) {
        Ok(read) => read == 0,
        Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
    }
}

/// An ApiVersions request of this version.
fn api_versions(version: i16) -> Vec<u8> {
    let mut frame = vec![0, 0, 0, 10, 0, 18];
    frame.extend(version.to_be_bytes());
    frame.extend([0, 0, 0, 7, 0xff, 0xff]);
    frame
}

#[test]
fn bytes_that_are_no_kafka_are_hung_up_on_at_once_and_named_in_the_log() {
    let port = free_port().unwrap();
    let mut proxy = proxy(port, "");
    let cases: [(&[u8], &str); 8] = [
        (b"GET / HTTP/1.1\r\n\r\n", "looks like HTTP"),
        (&[0x16, 3, 1, 2, 0, 1, 0], "looks like a TLS client"),
        (&[0, 0, 0, 0], "frame length 0"),
        (&[0, 0, 0, 7], "frame length 7"),
        (&[0xff, 0xff, 0xff, 0xff], "frame length -1"),
        (&[0x7f, 0xff, 0xff, 0xff], "frame length 2147483647"),
        (
            &[0, 8, 0, 1],
            "frame length 524289 exceeds the limit of 524288",
        ),
        (
            &[0, 0, 0, 10, 0x7f, 0, 0, 0, 0, 0, 0, 1, 0xff, 0xff],
            "unknown api key 32512",
        ),
    ];
    for (bytes, said) in cases {
        let mut client = connect(port);
        let start = Instant::now();
        client.write_all(bytes).unwrap();
        assert!(is_closed(&mut client), "{said}");
        assert!(
            start.elapsed() < Duration::from_secs(1),
            "{said}: {:?}",
            start.elapsed()
        );
        proxy.wait_for_log(said, Duration::from_secs(5)).unwrap();
    }
}

#[test]
fn api_versions_of_the_future_are_answered_without_a_broker() {
    let port = free_port().unwrap();
    let _proxy = proxy(port, "");
    let mut client = connect(port);
    client.write_all(&api_versions(99)).unwrap();
    let mut answer = [0; 20];
    client.read_exact(&mut answer).unwrap();
    assert_eq!(
        answer,
        [
            0, 0, 0, 16, 0, 0, 0, 7, 0, 35, 0, 0, 0, 1, 0, 18, 0, 0, 0, 4
        ]
    );
}

#[test]
fn a_broker_that_is_not_there_ends_the_connection_of_the_client_and_not_the_proxy() {
    let port = free_port().unwrap();
    let mut proxy = proxy(port, "");
    for _ in 0..2 {
        let mut client = connect(port);
        client.write_all(&api_versions(0)).unwrap();
        assert!(is_closed(&mut client));
    }
    proxy
        .wait_for_log("its broker is lost", Duration::from_secs(5))
        .unwrap();
}

#[test]
fn clients_over_a_hard_limit_are_hung_up_on_and_served_once_there_is_room() {
    let port = free_port().unwrap();
    let _proxy = proxy(
        port,
        "      connection_limit: 1\n      hard_connection_limit: true",
    );
    let mut first = connect(port);
    first.write_all(&api_versions(99)).unwrap();
    first.read_exact(&mut [0; 20]).unwrap();
    assert!(is_closed(&mut connect(port)));
    drop(first);
    let deadline = Instant::now() + Duration::from_secs(5);
    loop {
        let mut next = connect(port);
        if next.write_all(&api_versions(99)).is_ok() && next.read_exact(&mut [0; 20]).is_ok() {
            return;
        }
        assert!(
            Instant::now() < deadline,
            "the place of the first client was not given away"
        );
    }
}

#[test]
fn sigterm_ends_the_process_with_zero() {
    let mut proxy = proxy(free_port().unwrap(), "");
    assert_eq!(
        proxy.terminate(Duration::from_secs(15)).unwrap().code(),
        Some(0)
    );
}
