//! How does a client get a TLS session?

use super::config::Problems;
use super::identity::IdentityPaths;
use super::reload::{Files, Reloading};
use super::{HANDSHAKE_TIMEOUT, TlsError, TlsProblem, TlsServerConfig, greeting, identity, trust};
use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::crypto::ring::{Ticketer, default_provider};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::sign::SingleCertAndKey;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_rustls::StartHandshake;
use tokio_rustls::server::TlsStream;

/// Accepts TLS from clients.
#[derive(Clone, Debug)]
pub struct Acceptor(Arc<Reloading<TlsServerConfig>>);

impl Acceptor {
    /// Reads the files. They are read again when they change.
    ///
    /// # Errors
    /// When a file cannot be used, with [everything that is wrong](TlsServerConfig::problems).
    pub fn new(config: &TlsServerConfig) -> Result<Self, TlsError> {
        Ok(Self(Arc::new(Reloading::new(config.clone())?)))
    }

    /// The session with a client that has just connected.
    ///
    /// # Errors
    /// When the client does not speak TLS, is not trusted or does not trust this proxy, or takes longer than
    /// [`HANDSHAKE_TIMEOUT`].
    ///
    /// # Cancel safety
    /// The connection is lost when the future is dropped.
    pub async fn accept<S>(&self, stream: S) -> Result<TlsStream<S>, TlsError>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        timeout(HANDSHAKE_TIMEOUT, self.handshake(stream))
            .await
            .unwrap_or(Err(TlsError::TimedOut))
    }

    async fn handshake<S>(&self, mut stream: S) -> Result<TlsStream<S>, TlsError>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let accepted = greeting::client_hello(&mut stream).await?;
        // After the hello: a client that connects and says nothing for a while gets the certificate of now.
        let config = self.0.current().await;
        StartHandshake::from_parts(accepted, stream)
            .into_stream(config)
            .await
            .map_err(|error| TlsError::from_io(error, TlsError::ClientHungUp))
    }
}

impl Files for TlsServerConfig {
    type Loaded = ServerConfig;

    fn paths(&self) -> Vec<&str> {
        let mut paths = vec![&*self.certificate_path, &*self.private_key_path];
        paths.extend(self.certificate_authority_path.as_deref());
        paths
    }

    fn identity(&self) -> Option<IdentityPaths<'_>> {
        Some(IdentityPaths {
            certificate: &self.certificate_path,
            private_key: &self.private_key_path,
        })
    }

    fn load(&self) -> Result<ServerConfig, Vec<TlsProblem>> {
        load(self)
    }
}

/// Sessions cannot be resumed across two results: their tickets have keys of their own, so that a client that was
/// trusted before the authorities changed has to show its certificate again.
pub(super) fn load(config: &TlsServerConfig) -> Result<ServerConfig, Vec<TlsProblem>> {
    let mut problems = Problems::default();
    let provider = Arc::new(default_provider());
    let (certificate, key) = (&config.certificate_path, &config.private_key_path);
    let identity = identity::load(certificate, key, &provider, &mut problems);
    let clients = clients(config, &provider, &mut problems);
    let builder =
        ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = problems.unless("", builder);
    let ticketer = problems.unless("", Ticketer::new());
    let (Some(identity), Some(clients), Some(builder), Some(ticketer)) =
        (identity, clients, builder, ticketer)
    else {
        return Err(problems.into_vec());
    };
    let mut loaded = builder
        .with_client_cert_verifier(clients)
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(identity)));
    loaded.ticketer = ticketer;
    Ok(loaded)
}

fn clients(
    config: &TlsServerConfig,
    provider: &Arc<CryptoProvider>,
    problems: &mut Problems,
) -> Option<Arc<dyn ClientCertVerifier>> {
    let Some(path) = &config.certificate_authority_path else {
        return Some(WebPkiClientVerifier::no_client_auth());
    };
    let roots = trust::authorities(path, problems)?;
    let verifier = WebPkiClientVerifier::builder_with_provider(roots, Arc::clone(provider)).build();
    problems.unless("certificate_authority_path", verifier)
}
