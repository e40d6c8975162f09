//! With which certificate and key does this side show who it is?

use super::config::Problems;
use super::{pem, validity};
use rustls::crypto::CryptoProvider;
use rustls::server::ParsedCertificate;
use rustls::sign::CertifiedKey;
use rustls::{Error, InconsistentKeys};
use rustls_pki_types::UnixTime;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use tracing::warn;

/// The permission of a file to be read by everybody on the machine.
const READABLE_BY_OTHERS: u32 = 0o004;

/// Where a certificate and its key are.
#[derive(Clone, Copy, Debug)]
pub(super) struct IdentityPaths<'a> {
    pub(super) certificate: &'a str,
    pub(super) private_key: &'a str,
}

/// The certificate and its key, if both can be used and belong together.
pub(super) fn load(
    certificate_path: &str,
    private_key_path: &str,
    provider: &CryptoProvider,
    problems: &mut Problems,
) -> Option<Arc<CertifiedKey>> {
    let certificates = pem::certificates(certificate_path);
    let certificates = problems.unless("certificate_path", certificates);
    let key = problems.unless("private_key_path", pem::private_key(private_key_path));
    let key = key.and_then(|key| {
        // No cause: the library knows only that it cannot.
        let key = provider.key_provider.load_private_key(key).map_err(|_| {
            format!("the private key in {private_key_path:?} is broken or of a kind that is not supported: expected RSA of 2048 to 4096 bits, ECDSA on P-256 or P-384, or Ed25519")
        });
        problems.unless("private_key_path", key)
    });
    let certificates = certificates.filter(|certificates| {
        let parsed = certificates.first().map(ParsedCertificate::try_from);
        let parsed = parsed.unwrap_or(Err(Error::NoCertificatesPresented));
        let parsed = parsed.map_err(|error| {
            format!("the first certificate in {certificate_path:?} cannot be used: {error}")
        });
        problems.unless("certificate_path", parsed).is_some()
    });
    let pair = CertifiedKey::new(certificates?, key?);
    match pair.keys_match() {
        Ok(()) | Err(Error::InconsistentKeys(InconsistentKeys::Unknown)) => Some(Arc::new(pair)),
        Err(_) => {
            problems.add(
                "private_key_path",
                format!("the key does not belong to the first certificate in {certificate_path:?}"),
            );
            None
        }
    }
}

/// Warns of what does not keep the pair from being used: that peers will refuse it by its dates, though their clocks may
/// be other than ours, and that everybody on this machine can take the key.
pub(super) fn warn_if_doubtful(paths: IdentityPaths<'_>) {
    let path = paths.certificate;
    for certificate in pem::certificates(path).into_iter().flatten() {
        if let Some(fault) = validity::fault(&certificate, UnixTime::now()) {
            warn!(
                path,
                fault, "peers will refuse a certificate because of its dates"
            );
        }
    }
    warn_if_exposed(paths.private_key);
}

fn warn_if_exposed(private_key_path: &str) {
    let mode = std::fs::metadata(private_key_path).map(|file| file.permissions().mode());
    if mode.is_ok_and(|mode| mode & READABLE_BY_OTHERS != 0) {
        warn!(
            path = private_key_path,
            "the private key can be read by every user of this machine: chmod o-r would hide it"
        );
    }
}
