//! What is in a PEM file?

use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::fs::File;
use std::io::{self, Read};
use thiserror::Error;

/// The largest file that is read. A bundle of all public authorities has a quarter of it.
const MAX_FILE: u64 = 1024 * 1024;

/// A file does not hold what it should. The message says where and why: nothing stands behind it.
#[derive(Debug, Error)]
pub(super) enum PemError {
    #[error("cannot read {0:?}: {1}")]
    Unreadable(String, io::Error),
    #[error("{0:?} is not a file")]
    NoFile(String),
    #[error("{0:?} has more than {MAX_FILE} bytes")]
    TooLarge(String),
    #[error(
        "{0:?} is not PEM: expected -----BEGIN and what follows; DER, PKCS#12 and JKS must be converted"
    )]
    NoPem(String),
    #[error("{0:?} is broken PEM: a section has no end or is not base64")]
    Broken(String),
    #[error("{0:?} holds no certificate")]
    NoCertificate(String),
    #[error("{0:?} holds no private key")]
    NoKey(String),
    #[error("the private key in {0:?} is encrypted: expected one without a passphrase")]
    EncryptedKey(String),
}

/// All certificates of a file, at least one.
pub(super) fn certificates(path: &str) -> Result<Vec<CertificateDer<'static>>, PemError> {
    let content = content(path)?;
    let certificates: Vec<_> = sections(path, &content)?;
    if certificates.is_empty() {
        return Err(PemError::NoCertificate(path.to_owned()));
    }
    Ok(certificates)
}

/// The first private key of a file.
pub(super) fn private_key(path: &str) -> Result<PrivateKeyDer<'static>, PemError> {
    let content = content(path)?;
    // PKCS#8 says so in its label, the older forms in a header that is not base64.
    if contains(&content, b"-----BEGIN ENCRYPTED PRIVATE KEY")
        || contains(&content, b"Proc-Type: 4,ENCRYPTED")
    {
        return Err(PemError::EncryptedKey(path.to_owned()));
    }
    let keys: Vec<PrivateKeyDer<'static>> = sections(path, &content)?;
    keys.into_iter()
        .next()
        .ok_or_else(|| PemError::NoKey(path.to_owned()))
}

fn sections<T: PemObject>(path: &str, content: &[u8]) -> Result<Vec<T>, PemError> {
    if !contains(content, b"-----BEGIN ") {
        return Err(PemError::NoPem(path.to_owned()));
    }
    // The parser's own words quote lines of the file, which may be those of a key.
    T::pem_slice_iter(content)
        .collect::<Result<_, _>>()
        .map_err(|_| PemError::Broken(path.to_owned()))
}

fn content(path: &str) -> Result<Vec<u8>, PemError> {
    let unreadable = |error| PemError::Unreadable(path.to_owned(), error);
    // A pipe would be empty at the second look, and a device has no end.
    if !std::fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(PemError::NoFile(path.to_owned()));
    }
    let mut content = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(MAX_FILE + 1)
        .read_to_end(&mut content)
        .map_err(unreadable)?;
    if u64::try_from(content.len()).is_ok_and(|length| length <= MAX_FILE) {
        Ok(content)
    } else {
        Err(PemError::TooLarge(path.to_owned()))
    }
}

fn contains(content: &[u8], text: &[u8]) -> bool {
    content.windows(text.len()).any(|window| window == text)
}
