//! What can stand below `tls` in a topology file?

use super::{acceptor, connector};
use serde::Deserialize;

/// TLS towards clients.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsServerConfig {
    /// A PEM file with the certificate that clients are shown, followed by those of its issuers.
    pub certificate_path: String,
    /// A PEM file with the private key of that certificate, in PKCS#8, PKCS#1 or SEC1 form.
    pub private_key_path: String,
    /// A PEM file with the authorities that issue the certificates of clients. With it, a client must have one.
    pub certificate_authority_path: Option<String>,
}

/// TLS towards brokers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsClientConfig {
    /// A PEM file with the authorities that issue the certificates of brokers.
    pub certificate_authority_path: String,
    /// A PEM file with the certificate that brokers are shown, followed by those of its issuers.
    pub certificate_path: Option<String>,
    /// A PEM file with the private key of that certificate, in PKCS#8, PKCS#1 or SEC1 form.
    pub private_key_path: Option<String>,
    /// Whether the certificate of a broker must be for the name it was reached by; true unless it is set.
    pub verify_hostname: Option<bool>,
}

/// Something that is wrong with one field of a TLS configuration or with the file it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsProblem {
    /// The field, or nothing if the configuration as a whole cannot be used.
    pub field: &'static str,
    /// What is wrong.
    pub message: String,
}

impl TlsServerConfig {
    /// Everything that keeps these values and the files they name from being used.
    pub fn problems(&self) -> Vec<TlsProblem> {
        acceptor::load(self).err().unwrap_or_default()
    }
}

impl TlsClientConfig {
    /// Everything that keeps these values and the files they name from being used.
    pub fn problems(&self) -> Vec<TlsProblem> {
        connector::load(self).err().unwrap_or_default()
    }
}

/// Collects what is wrong while a configuration is loaded.
#[derive(Debug, Default)]
pub(super) struct Problems(Vec<TlsProblem>);

impl Problems {
    pub(super) fn add(&mut self, field: &'static str, message: impl Into<String>) {
        let message = message.into();
        self.0.push(TlsProblem { field, message });
    }

    /// The value, or what is wrong with `field`.
    pub(super) fn unless<T, E: ToString>(
        &mut self,
        field: &'static str,
        outcome: Result<T, E>,
    ) -> Option<T> {
        match outcome {
            Ok(value) => Some(value),
            Err(error) => {
                self.add(field, error.to_string());
                None
            }
        }
    }

    pub(super) fn into_vec(self) -> Vec<TlsProblem> {
        self.0
    }
}
