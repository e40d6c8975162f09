//! Whose certificates are believed?

use super::config::Problems;
use super::pem;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_cert_signed_by_trust_anchor};
use rustls::crypto::CryptoProvider;
use rustls::server::ParsedCertificate;
use rustls::{DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use std::sync::Arc;

/// The authorities of a file, if each of them can be used.
pub(super) fn authorities(path: &str, problems: &mut Problems) -> Option<Arc<RootCertStore>> {
    let field = "certificate_authority_path";
    let certificates = problems.unless(field, pem::certificates(path))?;
    let mut roots = RootCertStore::empty();
    let mut complete = true;
    for (index, certificate) in certificates.into_iter().enumerate() {
        let added = roots.add(certificate).map_err(|error| {
            format!(
                "certificate {} in {path:?} cannot be used: {error}",
                index + 1
            )
        });
        complete &= problems.unless(field, added).is_some();
    }
    complete.then(|| Arc::new(roots))
}

/// Believes a certificate that leads to an authority, whatever name it is for.
#[derive(Debug)]
pub(super) struct AnyName {
    roots: Arc<RootCertStore>,
    provider: Arc<CryptoProvider>,
    signatures: Arc<WebPkiServerVerifier>,
}

impl AnyName {
    /// `signatures` checks what needs no name.
    pub(super) fn new(
        roots: Arc<RootCertStore>,
        provider: Arc<CryptoProvider>,
        signatures: Arc<WebPkiServerVerifier>,
    ) -> Self {
        Self {
            roots,
            provider,
            signatures,
        }
    }
}

impl ServerCertVerifier for AnyName {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let algorithms = self.provider.signature_verification_algorithms;
        verify_server_cert_signed_by_trust_anchor(
            &ParsedCertificate::try_from(end_entity)?,
            &self.roots,
            intermediates,
            now,
            algorithms.all,
        )?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signatures
            .verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signatures
            .verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.signatures.supported_verify_schemes()
    }
}
