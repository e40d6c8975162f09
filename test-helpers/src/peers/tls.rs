//! What do scripted peers show in a TLS handshake, and whom do they trust?

use std::sync::Arc;

use anyhow::{Context, Result};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::server::WebPkiClientVerifier;
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection};

use crate::certs::{Authority, Leaf};

/// TLS of a client. Sessions are not resumed: each connection is shown the server's certificate of the moment.
#[derive(Clone, Debug)]
pub struct TlsClient {
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
}

/// TLS of a broker.
#[derive(Clone, Debug)]
pub struct TlsServer(Arc<ServerConfig>);

impl TlsClient {
    /// Of a client that trusts `authority`, expects a server called `name`, and shows `identity` when it is asked.
    ///
    /// # Errors
    /// When a file cannot be read or `name` is none.
    pub fn new(authority: &Authority, name: &str, identity: Option<&Leaf>) -> Result<Self> {
        let builder = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots(authority)?);
        let mut config = match identity {
            Some(leaf) => builder.with_client_auth_cert(chain(leaf)?, key(leaf)?)?,
            None => builder.with_no_client_auth(),
        };
        config.resumption = rustls::client::Resumption::disabled();
        Ok(Self {
            config: Arc::new(config),
            name: ServerName::try_from(name.to_owned())?,
        })
    }

    pub(super) fn session(&self) -> Result<ClientConnection> {
        ClientConnection::new(Arc::clone(&self.config), self.name.clone())
            .context("starting a TLS session")
    }
}

impl TlsServer {
    /// Of a broker that shows `leaf` and, with `clients`, wants a certificate of that authority.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn new(leaf: &Leaf, clients: Option<&Authority>) -> Result<Self> {
        let provider = Arc::new(default_provider());
        let verifier = match clients {
            None => WebPkiClientVerifier::no_client_auth(),
            Some(authority) => {
                let roots = Arc::new(roots(authority)?);
                WebPkiClientVerifier::builder_with_provider(roots, Arc::clone(&provider)).build()?
            }
        };
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_client_cert_verifier(verifier)
            .with_single_cert(chain(leaf)?, key(leaf)?)?;
        Ok(Self(Arc::new(config)))
    }

    pub(super) fn session(&self) -> Result<ServerConnection> {
        ServerConnection::new(Arc::clone(&self.0)).context("starting a TLS session")
    }
}

impl Leaf {
    /// The certificate as it is shown in a handshake.
    ///
    /// # Errors
    /// When its file cannot be read.
    pub fn der(&self) -> Result<Vec<u8>> {
        Ok(CertificateDer::from_pem_file(&self.certificate)?.to_vec())
    }
}

fn roots(authority: &Authority) -> Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(authority.certificate())?)?;
    Ok(roots)
}

fn chain(leaf: &Leaf) -> Result<Vec<CertificateDer<'static>>> {
    Ok(vec![CertificateDer::from_pem_file(&leaf.certificate)?])
}

fn key(leaf: &Leaf) -> Result<PrivateKeyDer<'static>> {
    Ok(PrivateKeyDer::from_pem_file(&leaf.private_key)?)
}
