//! Authorities, their files, and both ends of a handshake in memory.

use crate::tls::{Acceptor, Connector, TlsClientConfig, TlsError, TlsServerConfig, server_name};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd,
};
use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use tempfile::TempDir;
use tokio::io::{DuplexStream, duplex};
use tokio_rustls::{client, server};

/// An authority that issues certificates into files.
pub(super) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// The paths of a certificate and its key.
#[derive(Clone)]
pub(super) struct Pair {
    pub(super) certificate: String,
    pub(super) key: String,
}

/// A directory that goes when the test ends.
pub(super) struct Disk(TempDir);

impl Authority {
    pub(super) fn new() -> Self {
        // Authorities of one name would be taken for one with a wrong signature.
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(DnType::CommonName, format!("authority {number}"));
        let key = KeyPair::generate().unwrap();
        let issuer = CertifiedIssuer::self_signed(params, key).unwrap();
        Self { issuer }
    }

    pub(super) fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// PEM of a certificate for `host`, and of its key.
    pub(super) fn issue(&self, host: &str) -> (String, String) {
        self.issue_until(host, 4096)
    }

    /// One that is valid until the end of `year`.
    pub(super) fn issue_until(&self, host: &str, year: i32) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([host.to_owned()]).unwrap();
        params.not_after = date_time_ymd(year, 12, 31);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        (certificate.pem(), key.serialize_pem())
    }
}

impl Disk {
    pub(super) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    pub(super) fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    /// Puts a file in the place of the one there was, as tools do that renew certificates.
    pub(super) fn put(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let (path, new) = (self.path(name), self.path("new"));
        fs::write(&new, content).unwrap();
        fs::rename(new, &path).unwrap();
        path
    }

    /// Writes `name.pem` and `name.key`.
    pub(super) fn put_pair(&self, name: &str, (certificate, key): (String, String)) -> Pair {
        Pair {
            certificate: self.put(&format!("{name}.pem"), certificate),
            key: self.put(&format!("{name}.key"), key),
        }
    }

    /// A server with a certificate of `authority` for localhost.
    pub(super) fn server(&self, authority: &Authority) -> TlsServerConfig {
        let pair = self.put_pair("server", authority.issue("localhost"));
        TlsServerConfig {
            certificate_path: pair.certificate,
            private_key_path: pair.key,
            certificate_authority_path: None,
        }
    }

    /// A server that wants to see certificates of `clients`.
    pub(super) fn mtls_server(
        &self,
        authority: &Authority,
        clients: &Authority,
    ) -> TlsServerConfig {
        TlsServerConfig {
            certificate_authority_path: Some(self.put("clients.pem", clients.pem())),
            ..self.server(authority)
        }
    }

    /// A client that trusts `authority`.
    pub(super) fn client(&self, authority: &Authority) -> TlsClientConfig {
        TlsClientConfig {
            certificate_authority_path: self.put("authority.pem", authority.pem()),
            certificate_path: None,
            private_key_path: None,
            verify_hostname: None,
        }
    }

    /// A client that trusts `authority` and has a certificate of `own`.
    pub(super) fn mtls_client(&self, authority: &Authority, own: &Authority) -> TlsClientConfig {
        let pair = self.put_pair("client", own.issue("client"));
        TlsClientConfig {
            certificate_path: Some(pair.certificate),
            private_key_path: Some(pair.key),
            ..self.client(authority)
        }
    }
}

pub(super) type Accepted = Result<server::TlsStream<DuplexStream>, TlsError>;
pub(super) type Connected = Result<client::TlsStream<DuplexStream>, TlsError>;

/// What both sides make of a handshake with localhost.
pub(super) async fn shake(acceptor: &Acceptor, connector: &Connector) -> (Accepted, Connected) {
    shake_as("localhost", acceptor, connector).await
}

/// What both sides make of a handshake when the client calls the server by that name.
pub(super) async fn shake_as(
    host: &str,
    acceptor: &Acceptor,
    connector: &Connector,
) -> (Accepted, Connected) {
    let (ours, theirs) = duplex(64 * 1024);
    let name = server_name(host).unwrap();
    tokio::join!(acceptor.accept(ours), connector.connect(name, theirs))
}
