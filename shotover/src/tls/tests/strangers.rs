//! What is said about a peer that does not speak TLS?

use super::fixture::{Authority, Disk};
use crate::tls::{Acceptor, Connector, TlsError, server_name};
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

/// What is said about a client that sends these bytes, and what it is answered.
async fn greeted_with(first: &[u8]) -> (TlsError, Vec<u8>) {
    let acceptor = Acceptor::new(&Disk::new().server(&Authority::new())).unwrap();
    let (ours, mut theirs) = duplex(64 * 1024);
    theirs.write_all(first).await.unwrap();
    theirs.shutdown().await.unwrap();
    let error = acceptor.accept(ours).await.unwrap_err();
    let mut answer = Vec::new();
    theirs.read_to_end(&mut answer).await.unwrap();
    (error, answer)
}

/// What is said about a broker that sends these bytes and closes.
async fn answered_with(first: &[u8]) -> TlsError {
    let connector = Connector::new(&Disk::new().client(&Authority::new())).unwrap();
    let (ours, mut theirs) = duplex(64 * 1024);
    theirs.write_all(first).await.unwrap();
    theirs.shutdown().await.unwrap();
    let name = server_name("localhost").unwrap();
    connector.connect(name, ours).await.unwrap_err()
}

#[tokio::test(start_paused = true)]
async fn a_kafka_client_without_tls_is_recognised_and_not_answered() {
    let (error, answer) = greeted_with(&[0, 0, 0, 20, 0, 18, 0, 3, 0, 0, 0, 1]).await;
    let expected =
        "expected a TLS handshake, found a Kafka request: this looks like a client without TLS";
    assert_eq!(error.to_string(), expected);
    assert!(answer.is_empty(), "{answer:?}");
}

#[tokio::test(start_paused = true)]
async fn an_http_client_is_recognised() {
    let (error, _) = greeted_with(b"GET /metrics HTTP/1.1\r\n\r\n").await;
    let expected =
        "expected a TLS handshake, found an HTTP request: this looks like a client without TLS";
    assert_eq!(error.to_string(), expected);
}

#[tokio::test(start_paused = true)]
async fn a_health_check_that_only_connects_is_told_apart() {
    let (error, _) = greeted_with(&[]).await;
    assert!(matches!(error, TlsError::NothingSent));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_leaves_within_its_hello_hung_up() {
    let (error, _) = greeted_with(&[22, 3, 1, 2, 0]).await;
    assert!(matches!(error, TlsError::ClientHungUp));
}

#[tokio::test(start_paused = true)]
async fn a_broken_hello_is_answered_with_an_alert() {
    let (error, answer) = greeted_with(&[22, 3, 1, 0, 5, 1, 0, 0, 1, 0]).await;
    assert!(matches!(
        error,
        TlsError::Handshake(rustls::Error::InvalidMessage(_))
    ));
    assert_eq!(answer.first(), Some(&21));
}

#[tokio::test(start_paused = true)]
async fn a_hello_that_never_ends_is_refused() {
    // A handshake message of 16 MiB in records of 16 KiB.
    let mut endless = vec![22, 3, 1, 0x40, 0, 1, 0xff, 0xff, 0xff];
    endless.resize(5 + 0x4000, 0);
    let acceptor = Acceptor::new(&Disk::new().server(&Authority::new())).unwrap();
    let (ours, mut theirs) = duplex(64 * 1024);
    let flood = async {
        while theirs.write_all(&endless).await.is_ok() {
            endless.truncate(5);
            endless.resize(5 + 0x4000, 0);
        }
    };
    let (accepted, ()) = tokio::join!(acceptor.accept(ours), flood);
    assert!(matches!(accepted, Err(TlsError::Handshake(_))));
}

#[tokio::test(start_paused = true)]
async fn a_broker_without_tls_is_recognised() {
    assert!(matches!(
        answered_with(b"SSH-2.0-OpenSSH_9.6\r\n").await,
        TlsError::NoTlsBroker
    ));
    assert!(matches!(answered_with(&[]).await, TlsError::BrokerHungUp));
}
