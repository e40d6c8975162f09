//! What do two sides that agree get?

use super::fixture::{Authority, Disk, shake};
use crate::tls::{Acceptor, Connector, HANDSHAKE_TIMEOUT, TlsError, server_name};
use rustls::crypto::ring::default_provider;
use rustls::{ClientConfig, HandshakeKind, ProtocolVersion, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
use tokio::time::Instant;
use tokio_rustls::TlsConnector;

#[tokio::test(start_paused = true)]
async fn bytes_pass_in_both_directions() {
    let (disk, authority) = (Disk::new(), Authority::new());
    let acceptor = Acceptor::new(&disk.server(&authority)).unwrap();
    let connector = Connector::new(&disk.client(&authority)).unwrap();
    let (accepted, connected) = shake(&acceptor, &connector).await;
    let (mut server, mut client) = (accepted.unwrap(), connected.unwrap());
    client.write_all(b"request").await.unwrap();
    server.write_all(b"response").await.unwrap();
    let (mut request, mut response) = ([0; 7], [0; 8]);
    server.read_exact(&mut request).await.unwrap();
    client.read_exact(&mut response).await.unwrap();
    assert_eq!((&request, &response), (b"request", b"response"));
}

#[tokio::test(start_paused = true)]
async fn the_newest_version_is_used_and_no_protocol_is_named() {
    let (disk, authority) = (Disk::new(), Authority::new());
    let acceptor = Acceptor::new(&disk.server(&authority)).unwrap();
    let connector = Connector::new(&disk.client(&authority)).unwrap();
    let (accepted, _connected) = shake(&acceptor, &connector).await;
    let server = accepted.unwrap();
    let session = server.get_ref().1;
    assert_eq!(session.protocol_version(), Some(ProtocolVersion::TLSv1_3));
    assert_eq!(session.alpn_protocol(), None);
}

#[tokio::test(start_paused = true)]
async fn a_client_of_tls_1_2_is_served() {
    let (disk, authority) = (Disk::new(), Authority::new());
    let acceptor = Acceptor::new(&disk.server(&authority)).unwrap();
    let mut roots = RootCertStore::empty();
    let root = CertificateDer::from_pem_slice(authority.pem().as_bytes()).unwrap();
    roots.add(root).unwrap();
    let old = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS12])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let (ours, theirs) = duplex(64 * 1024);
    let connect =
        TlsConnector::from(Arc::new(old)).connect(server_name("localhost").unwrap(), theirs);
    let (accepted, _connected) = tokio::join!(acceptor.accept(ours), connect);
    let server = accepted.unwrap();
    let version = server.get_ref().1.protocol_version();
    assert_eq!(version, Some(ProtocolVersion::TLSv1_2));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_comes_again_resumes_its_session() {
    let (disk, authority) = (Disk::new(), Authority::new());
    let acceptor = Acceptor::new(&disk.server(&authority)).unwrap();
    let connector = Connector::new(&disk.client(&authority)).unwrap();
    let mut kinds = Vec::new();
    for _ in 0..2 {
        let (accepted, connected) = shake(&acceptor, &connector).await;
        let (mut server, mut client) = (accepted.unwrap(), connected.unwrap());
        // The ticket comes with the first bytes.
        server.write_all(b"x").await.unwrap();
        client.read_exact(&mut [0]).await.unwrap();
        kinds.push(server.get_ref().1.handshake_kind().unwrap());
    }
    assert_eq!(kinds, [HandshakeKind::Full, HandshakeKind::Resumed]);
}

#[tokio::test(start_paused = true)]
async fn bytes_may_trickle() {
    let (disk, authority) = (Disk::new(), Authority::new());
    let acceptor = Acceptor::new(&disk.server(&authority)).unwrap();
    let connector = Connector::new(&disk.client(&authority)).unwrap();
    // No less: either side of rustls writes out its change of cipher spec, 6 bytes, before it reads on.
    let (ours, theirs) = duplex(6);
    let server = async {
        let mut session = acceptor.accept(ours).await.unwrap();
        session.write_all(b"x").await.unwrap();
        session.flush().await.unwrap();
    };
    let client = async {
        let name = server_name("localhost").unwrap();
        let mut session = connector.connect(name, theirs).await.unwrap();
        session.read_u8().await.unwrap()
    };
    assert_eq!(tokio::join!(server, client).1, b'x');
}

#[tokio::test(start_paused = true)]
async fn a_silent_client_is_given_up_after_ten_seconds() {
    let (disk, authority) = (Disk::new(), Authority::new());
    let acceptor = Acceptor::new(&disk.server(&authority)).unwrap();
    let (ours, _theirs) = duplex(64 * 1024);
    let start = Instant::now();
    let accepted = acceptor.accept(ours).await;
    assert!(matches!(accepted, Err(TlsError::TimedOut)));
    assert_eq!(start.elapsed(), HANDSHAKE_TIMEOUT);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_stops_within_its_hello_is_given_up() {
    let (disk, authority) = (Disk::new(), Authority::new());
    let acceptor = Acceptor::new(&disk.server(&authority)).unwrap();
    let (ours, mut theirs) = duplex(64 * 1024);
    theirs.write_all(&[22, 3, 1, 2, 0, 1, 0]).await.unwrap();
    let accepted = acceptor.accept(ours).await;
    assert!(matches!(accepted, Err(TlsError::TimedOut)));
}

#[tokio::test(start_paused = true)]
async fn a_silent_broker_is_given_up_after_ten_seconds() {
    let (disk, authority) = (Disk::new(), Authority::new());
    let connector = Connector::new(&disk.client(&authority)).unwrap();
    let (ours, _theirs) = duplex(64 * 1024);
    let start = Instant::now();
    let connected = connector
        .connect(server_name("localhost").unwrap(), ours)
        .await;
    assert!(matches!(connected, Err(TlsError::TimedOut)));
    assert_eq!(start.elapsed(), HANDSHAKE_TIMEOUT);
}
