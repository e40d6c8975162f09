//! What happens when files change under a running proxy?

use super::fixture::{Authority, Disk, shake};
use crate::tls::{Acceptor, Connector, TlsError};
use rustls::{CertificateError, Error};
use rustls_pki_types::CertificateDer;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::advance;

/// A little more than the time after which files are looked at again.
const LATER: Duration = Duration::from_millis(501);

/// The certificate that the server shows. The client has a ticket afterwards, as a real one has.
async fn shown(acceptor: &Acceptor, connector: &Connector) -> CertificateDer<'static> {
    let (accepted, connected) = shake(acceptor, connector).await;
    let (mut server, mut client) = (accepted.unwrap(), connected.unwrap());
    server.write_all(b"x").await.unwrap();
    client.read_exact(&mut [0]).await.unwrap();
    client.get_ref().1.peer_certificates().unwrap()[0].clone()
}

async fn is_let_in(acceptor: &Acceptor, connector: &Connector) -> bool {
    let (accepted, _connected) = shake(acceptor, connector).await;
    match accepted {
        Ok(_) => true,
        Err(TlsError::Handshake(error)) => {
            assert_eq!(
                error,
                Error::InvalidCertificate(CertificateError::UnknownIssuer)
            );
            false
        }
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test(start_paused = true)]
async fn clients_are_shown_a_new_certificate_after_half_a_second() {
    let (disk, authority) = (Disk::new(), Authority::new());
    let acceptor = Acceptor::new(&disk.server(&authority)).unwrap();
    let connector = Connector::new(&disk.client(&authority)).unwrap();
    let old = shown(&acceptor, &connector).await;
    disk.server(&authority);
    assert_eq!(shown(&acceptor, &connector).await, old);
    advance(LATER).await;
    assert_ne!(shown(&acceptor, &connector).await, old);
}

#[tokio::test(start_paused = true)]
async fn files_that_were_overwritten_in_place_have_changed_too() {
    let (disk, authority) = (Disk::new(), Authority::new());
    let config = disk.server(&authority);
    let acceptor = Acceptor::new(&config).unwrap();
    let connector = Connector::new(&disk.client(&authority)).unwrap();
    let old = shown(&acceptor, &connector).await;
    let (certificate, key) = authority.issue("localhost");
    // Longer, for file systems whose clock ticks slower than this test runs.
    std::fs::write(&config.certificate_path, format!("{certificate}\n\n\n\n")).unwrap();
    std::fs::write(&config.private_key_path, key).unwrap();
    advance(LATER).await;
    assert_ne!(shown(&acceptor, &connector).await, old);
}

#[tokio::test(start_paused = true)]
async fn links_that_lead_elsewhere_have_changed_too() {
    let (disk, authority) = (Disk::new(), Authority::new());
    let mut config = disk.server(&authority);
    for (version, (certificate, key)) in [
        ("1", authority.issue("localhost")),
        ("2", authority.issue("localhost")),
    ] {
        std::fs::create_dir(disk.path(version)).unwrap();
        disk.put(&format!("{version}/tls.crt"), certificate);
        disk.put(&format!("{version}/tls.key"), key);
    }
    let lead_to = |version| {
        std::os::unix::fs::symlink(version, disk.path("new")).unwrap();
        std::fs::rename(disk.path("new"), disk.path("data")).unwrap();
    };
    lead_to("1");
    config.certificate_path = disk.path("data/tls.crt");
    config.private_key_path = disk.path("data/tls.key");
    let acceptor = Acceptor::new(&config).unwrap();
    let connector = Connector::new(&disk.client(&authority)).unwrap();
    let old = shown(&acceptor, &connector).await;
    lead_to("2");
    advance(LATER).await;
    assert_ne!(shown(&acceptor, &connector).await, old);
}

#[tokio::test(start_paused = true)]
async fn broken_files_keep_what_there_was() {
    let (disk, authority) = (Disk::new(), Authority::new());
    let acceptor = Acceptor::new(&disk.server(&authority)).unwrap();
    let connector = Connector::new(&disk.client(&authority)).unwrap();
    let old = shown(&acceptor, &connector).await;
    let half = authority.issue("localhost").0;
    for broken in ["", "-----BEGIN CERTIFICATE-----\nAAAA", half.as_str()] {
        disk.put("server.pem", broken);
        advance(LATER).await;
        assert_eq!(shown(&acceptor, &connector).await, old);
    }
    std::fs::remove_file(disk.path("server.key")).unwrap();
    advance(LATER).await;
    assert_eq!(shown(&acceptor, &connector).await, old);
    disk.server(&authority);
    advance(LATER).await;
    assert_ne!(shown(&acceptor, &connector).await, old);
}

#[tokio::test(start_paused = true)]
async fn a_client_whose_authority_was_removed_is_refused_though_it_has_a_ticket() {
    let (disk, servers, clients) = (Disk::new(), Authority::new(), Authority::new());
    let acceptor = Acceptor::new(&disk.mtls_server(&servers, &clients)).unwrap();
    let connector = Connector::new(&disk.mtls_client(&servers, &clients)).unwrap();
    shown(&acceptor, &connector).await;
    disk.put("clients.pem", Authority::new().pem());
    advance(LATER).await;
    assert!(!is_let_in(&acceptor, &connector).await);
    disk.put("clients.pem", clients.pem());
    advance(LATER).await;
    assert!(is_let_in(&acceptor, &connector).await);
}

#[tokio::test(start_paused = true)]
async fn brokers_are_shown_a_new_certificate_of_this_proxy() {
    let (disk, servers, old, new) = (
        Disk::new(),
        Authority::new(),
        Authority::new(),
        Authority::new(),
    );
    let acceptor = Acceptor::new(&disk.mtls_server(&servers, &new)).unwrap();
    let connector = Connector::new(&disk.mtls_client(&servers, &old)).unwrap();
    assert!(!is_let_in(&acceptor, &connector).await);
    disk.mtls_client(&servers, &new);
    advance(LATER).await;
    assert!(is_let_in(&acceptor, &connector).await);
}

#[tokio::test(start_paused = true)]
async fn a_new_authority_of_brokers_is_believed() {
    let (disk, authority) = (Disk::new(), Authority::new());
    let acceptor = Acceptor::new(&disk.server(&authority)).unwrap();
    let connector = Connector::new(&disk.client(&Authority::new())).unwrap();
    assert!(shake(&acceptor, &connector).await.1.is_err());
    disk.client(&authority);
    advance(LATER).await;
    assert!(shake(&acceptor, &connector).await.1.is_ok());
}

#[tokio::test(start_paused = true)]
async fn sessions_outlive_the_files_they_began_with() {
    let (disk, authority) = (Disk::new(), Authority::new());
    let acceptor = Acceptor::new(&disk.server(&authority)).unwrap();
    let connector = Connector::new(&disk.client(&authority)).unwrap();
    let (accepted, connected) = shake(&acceptor, &connector).await;
    let (mut server, mut client) = (accepted.unwrap(), connected.unwrap());
    disk.server(&authority);
    advance(LATER).await;
    shown(&acceptor, &connector).await;
    server.write_all(b"x").await.unwrap();
    assert_eq!(client.read_u8().await.unwrap(), b'x');
}
