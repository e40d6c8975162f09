//! Who is believed to be whom?

use super::fixture::{Accepted, Authority, Connected, Disk, shake, shake_as};
use crate::tls::{Acceptor, Connector, TlsClientConfig, TlsError, server_name};
use rustls::{AlertDescription, CertificateError, Error};
use tokio::io::AsyncReadExt;

#[track_caller]
fn refused<T: std::fmt::Debug>(outcome: Result<T, TlsError>) -> Error {
    let error = outcome.unwrap_err();
    let TlsError::Handshake(error) = error else {
        panic!("expected a refusal, found {error}");
    };
    error
}

async fn mtls(
    client: impl FnOnce(&Disk, &Authority, &Authority) -> TlsClientConfig,
) -> (Accepted, Connected) {
    let (disk, servers, clients) = (Disk::new(), Authority::new(), Authority::new());
    let acceptor = Acceptor::new(&disk.mtls_server(&servers, &clients)).unwrap();
    let connector = Connector::new(&client(&disk, &servers, &clients)).unwrap();
    shake(&acceptor, &connector).await
}

#[tokio::test(start_paused = true)]
async fn a_server_of_another_authority_is_refused_and_told() {
    let disk = Disk::new();
    let acceptor = Acceptor::new(&disk.server(&Authority::new())).unwrap();
    let connector = Connector::new(&disk.client(&Authority::new())).unwrap();
    let (accepted, connected) = shake(&acceptor, &connector).await;
    let unknown = Error::InvalidCertificate(CertificateError::UnknownIssuer);
    assert_eq!(refused(connected), unknown);
    assert_eq!(
        refused(accepted),
        Error::AlertReceived(AlertDescription::UnknownCA)
    );
}

#[tokio::test(start_paused = true)]
async fn a_server_with_another_name_is_refused() {
    let (disk, authority) = (Disk::new(), Authority::new());
    let acceptor = Acceptor::new(&disk.server(&authority)).unwrap();
    let connector = Connector::new(&disk.client(&authority)).unwrap();
    for host in ["kafka.example.com", "127.0.0.1"] {
        let (_, connected) = shake_as(host, &acceptor, &connector).await;
        let error = refused(connected);
        let Error::InvalidCertificate(CertificateError::NotValidForNameContext { .. }) = error
        else {
            panic!("expected the wrong name, found {error}");
        };
    }
}

#[tokio::test(start_paused = true)]
async fn any_name_will_do_without_verify_hostname() {
    let (disk, authority) = (Disk::new(), Authority::new());
    let acceptor = Acceptor::new(&disk.server(&authority)).unwrap();
    let mut config = disk.client(&authority);
    config.verify_hostname = Some(false);
    let connector = Connector::new(&config).unwrap();
    let (accepted, connected) = shake_as("kafka.example.com", &acceptor, &connector).await;
    assert!(accepted.is_ok() && connected.is_ok());
}

#[tokio::test(start_paused = true)]
async fn the_authority_counts_without_verify_hostname() {
    let disk = Disk::new();
    let acceptor = Acceptor::new(&disk.server(&Authority::new())).unwrap();
    let mut config = disk.client(&Authority::new());
    config.verify_hostname = Some(false);
    let connector = Connector::new(&config).unwrap();
    let (_, connected) = shake(&acceptor, &connector).await;
    let unknown = Error::InvalidCertificate(CertificateError::UnknownIssuer);
    assert_eq!(refused(connected), unknown);
}

#[tokio::test(start_paused = true)]
async fn the_dates_count_with_and_without_verify_hostname() {
    let (disk, authority) = (Disk::new(), Authority::new());
    let config = disk.server(&authority);
    disk.put_pair("server", authority.issue_until("localhost", 2020));
    let acceptor = Acceptor::new(&config).unwrap();
    for verify_hostname in [true, false] {
        let mut config = disk.client(&authority);
        config.verify_hostname = Some(verify_hostname);
        let connector = Connector::new(&config).unwrap();
        let error = refused(shake(&acceptor, &connector).await.1);
        let Error::InvalidCertificate(CertificateError::ExpiredContext { .. }) = error else {
            panic!("expected a certificate that has expired, found {error}");
        };
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_may_be_known_by_its_address() {
    let (disk, authority) = (Disk::new(), Authority::new());
    let config = disk.server(&authority);
    disk.put_pair("server", authority.issue("2001:db8::1"));
    let acceptor = Acceptor::new(&config).unwrap();
    let connector = Connector::new(&disk.client(&authority)).unwrap();
    let (_, connected) = shake_as("2001:db8::1", &acceptor, &connector).await;
    connected.unwrap();
    let (_, connected) = shake_as("2001:db8::2", &acceptor, &connector).await;
    connected.unwrap_err();
}

#[tokio::test(start_paused = true)]
async fn a_client_with_a_certificate_is_let_in() {
    let (accepted, connected) = mtls(Disk::mtls_client).await;
    let (server, _client) = (accepted.unwrap(), connected.unwrap());
    assert_eq!(server.get_ref().1.peer_certificates().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_client_without_a_certificate_is_refused() {
    let (accepted, connected) = mtls(|disk, servers, _| disk.client(servers)).await;
    assert_eq!(refused(accepted), Error::NoCertificatesPresented);
    // In TLS 1.3 the client is through before the server has looked.
    let error = connected.unwrap().read_u8().await.unwrap_err();
    let error = error.downcast::<Error>().unwrap();
    assert_eq!(
        error,
        Error::AlertReceived(AlertDescription::CertificateRequired)
    );
}

#[tokio::test(start_paused = true)]
async fn a_client_of_another_authority_is_refused() {
    let (accepted, _) = mtls(|disk, servers, _| disk.mtls_client(servers, &Authority::new())).await;
    let unknown = Error::InvalidCertificate(CertificateError::UnknownIssuer);
    assert_eq!(refused(accepted), unknown);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_asks_for_no_certificate_gets_none() {
    let (disk, authority) = (Disk::new(), Authority::new());
    let acceptor = Acceptor::new(&disk.server(&authority)).unwrap();
    let connector = Connector::new(&disk.mtls_client(&authority, &authority)).unwrap();
    let (accepted, _connected) = shake(&acceptor, &connector).await;
    assert_eq!(accepted.unwrap().get_ref().1.peer_certificates(), None);
}

#[test]
fn hosts_of_addresses_are_names_of_servers() {
    for host in [
        "localhost",
        "b-1.kafka_internal.example.com",
        "192.0.2.1",
        "2001:db8::1",
    ] {
        assert_eq!(server_name(host).unwrap().to_str(), host);
    }
    for host in ["", "kafka example", "-"] {
        assert!(matches!(server_name(host), Err(TlsError::Name(name)) if name == host));
    }
}
