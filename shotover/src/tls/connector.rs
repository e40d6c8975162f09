//! How does this proxy get a TLS session with a broker?

use super::config::Problems;
use super::identity::IdentityPaths;
use super::reload::{Files, Reloading};
use super::trust::{self, AnyName};
use super::{HANDSHAKE_TIMEOUT, TlsClientConfig, TlsError, TlsProblem, identity};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls::crypto::ring::default_provider;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ClientConfig, InvalidMessage};
use rustls_pki_types::ServerName;
use std::io;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tracing::warn;

/// Starts TLS with brokers.
#[derive(Clone, Debug)]
pub struct Connector(Arc<Reloading<TlsClientConfig>>);

/// The name that the certificate of a broker must be for, from the host of its address.
///
/// # Errors
/// When no certificate can be for such a host.
pub fn server_name(host: &str) -> Result<ServerName<'static>, TlsError> {
    ServerName::try_from(host.to_owned()).map_err(|_| TlsError::Name(host.to_owned()))
}

impl Connector {
    /// Reads the files. They are read again when they change.
    ///
    /// # Errors
    /// When a file cannot be used, with [everything that is wrong](TlsClientConfig::problems).
    pub fn new(config: &TlsClientConfig) -> Result<Self, TlsError> {
        let files = Reloading::new(config.clone())?;
        if config.verify_hostname == Some(false) {
            warn!(
                certificate_authority_path = config.certificate_authority_path,
                "verify_hostname is false: whoever has any certificate of these authorities can pose as a broker"
            );
        }
        Ok(Self(Arc::new(files)))
    }

    /// The session with a broker that a connection has just been made to.
    ///
    /// In TLS 1.3 a broker that refuses the certificate of this proxy says so after the session has begun: at the
    /// first read.
    ///
    /// # Errors
    /// When the broker does not speak TLS, is not trusted or does not trust this proxy, or takes longer than
    /// [`HANDSHAKE_TIMEOUT`].
    ///
    /// # Cancel safety
    /// The connection is lost when the future is dropped.
    pub async fn connect<S>(
        &self,
        name: ServerName<'static>,
        stream: S,
    ) -> Result<TlsStream<S>, TlsError>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let handshake = async {
            let config = self.0.current().await;
            let connect = TlsConnector::from(config).connect(name, stream);
            connect.await.map_err(failed)
        };
        timeout(HANDSHAKE_TIMEOUT, handshake)
            .await
            .unwrap_or(Err(TlsError::TimedOut))
    }
}

fn failed(error: io::Error) -> TlsError {
    let error = TlsError::from_io(error, TlsError::BrokerHungUp);
    let not_tls = rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType);
    if matches!(&error, TlsError::Handshake(error) if *error == not_tls) {
        return TlsError::NoTlsBroker;
    }
    error
}

impl Files for TlsClientConfig {
    type Loaded = ClientConfig;

    fn paths(&self) -> Vec<&str> {
        let mut paths = vec![&*self.certificate_authority_path];
        paths.extend(self.certificate_path.as_deref());
        paths.extend(self.private_key_path.as_deref());
        paths
    }

    fn identity(&self) -> Option<IdentityPaths<'_>> {
        Some(IdentityPaths {
            certificate: self.certificate_path.as_deref()?,
            private_key: self.private_key_path.as_deref()?,
        })
    }

    fn load(&self) -> Result<ClientConfig, Vec<TlsProblem>> {
        load(self)
    }
}

pub(super) fn load(config: &TlsClientConfig) -> Result<ClientConfig, Vec<TlsProblem>> {
    let mut problems = Problems::default();
    let provider = Arc::new(default_provider());
    let brokers = brokers(config, &provider, &mut problems);
    let identity = own_identity(config, &provider, &mut problems);
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = problems.unless("", builder);
    let (Some(brokers), Some(identity), Some(builder)) = (brokers, identity, builder) else {
        return Err(problems.into_vec());
    };
    let builder = builder
        .dangerous()
        .with_custom_certificate_verifier(brokers);
    Ok(match identity {
        Some(identity) => {
            builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(identity)))
        }
        None => builder.with_no_client_auth(),
    })
}

fn brokers(
    config: &TlsClientConfig,
    provider: &Arc<CryptoProvider>,
    problems: &mut Problems,
) -> Option<Arc<dyn ServerCertVerifier>> {
    let roots = trust::authorities(&config.certificate_authority_path, problems)?;
    let verifier =
        WebPkiServerVerifier::builder_with_provider(Arc::clone(&roots), Arc::clone(provider))
            .build();
    let verifier = problems.unless("certificate_authority_path", verifier)?;
    Some(match config.verify_hostname {
        None | Some(true) => verifier,
        Some(false) => Arc::new(AnyName::new(roots, Arc::clone(provider), verifier)),
    })
}

/// What brokers are shown: nothing, a certificate, or nothing that could be loaded.
fn own_identity(
    config: &TlsClientConfig,
    provider: &CryptoProvider,
    problems: &mut Problems,
) -> Option<Option<Arc<CertifiedKey>>> {
    match (&config.certificate_path, &config.private_key_path) {
        (None, None) => Some(None),
        (Some(certificate), Some(key)) => {
            identity::load(certificate, key, provider, problems).map(Some)
        }
        (Some(_), None) => {
            problems.add(
                "private_key_path",
                "expected the private key of the certificate in certificate_path",
            );
            None
        }
        (None, Some(_)) => {
            problems.add(
                "certificate_path",
                "expected the certificate of the key in private_key_path",
            );
            None
        }
    }
}
