//! Which certificates do brokers, proxies and clients of a test show each other?

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose,
};
use tempfile::TempDir;

/// A certificate authority whose files live as long as it or one of its leaves.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    directory: Arc<TempDir>,
    certificate: PathBuf,
}

/// A certificate with its private key, as PEM files.
#[derive(Clone, Debug)]
pub struct Leaf {
    /// The certificate chain.
    pub certificate: PathBuf,
    /// The private key, PKCS #8.
    pub private_key: PathBuf,
    /// Key and chain in one file: a keystore of type PEM for Kafka and its Java client.
    pub keystore: PathBuf,
    _directory: Arc<TempDir>,
}

impl Authority {
    /// A new authority that calls itself `name`.
    ///
    /// # Errors
    /// When its files cannot be written.
    pub fn new(name: &str) -> Result<Self> {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
        let directory = Arc::new(TempDir::with_prefix("certs-")?);
        let certificate = directory.path().join("authority.pem");
        fs::write(&certificate, issuer.pem())?;
        Ok(Self {
            issuer,
            directory,
            certificate,
        })
    }

    /// The authority's own certificate, for those who trust it.
    #[must_use]
    pub fn certificate(&self) -> &Path {
        &self.certificate
    }

    /// A certificate for a server on this machine.
    ///
    /// # Errors
    /// When its files cannot be written.
    pub fn server(&self) -> Result<Leaf> {
        self.leaf("server", &["localhost", "127.0.0.1", "::1"])
    }

    /// A certificate for the client `name`.
    ///
    /// # Errors
    /// When its files cannot be written.
    pub fn client(&self, name: &str) -> Result<Leaf> {
        self.leaf(name, &[])
    }

    /// A certificate that says `name` and is valid for `hosts`, names or addresses. It serves on either side.
    ///
    /// # Errors
    /// When a host is neither, or its files cannot be written.
    pub fn leaf(&self, name: &str, hosts: &[&str]) -> Result<Leaf> {
        let hosts: Vec<String> = hosts.iter().map(|&host| host.to_owned()).collect();
        let mut params = CertificateParams::new(hosts)?;
        params.distinguished_name.push(DnType::CommonName, name);
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![
            ExtendedKeyUsagePurpose::ServerAuth,
            ExtendedKeyUsagePurpose::ClientAuth,
        ];
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?.pem();
        self.write(name, &certificate, &key.serialize_pem())
    }

    fn write(&self, name: &str, certificate: &str, key: &str) -> Result<Leaf> {
        // A folder for each: two leaves may have one name.
        let folder = TempDir::with_prefix_in(format!("{name}-"), self.directory.path())?.keep();
        let leaf = Leaf {
            certificate: folder.join("certificate.pem"),
            private_key: folder.join("key.pem"),
            keystore: folder.join("keystore.pem"),
            _directory: Arc::clone(&self.directory),
        };
        fs::write(&leaf.certificate, certificate)?;
        fs::write(&leaf.private_key, key)?;
        fs::write(&leaf.keystore, format!("{key}{certificate}"))?;
        Ok(leaf)
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authority")
            .field("certificate", &self.certificate)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_leaves_of_one_name_have_files_of_their_own() {
        let authority = Authority::new("test").unwrap();
        let [first, second] = [
            authority.client("alice").unwrap(),
            authority.client("alice").unwrap(),
        ];
        assert_ne!(
            fs::read(first.certificate).unwrap(),
            fs::read(second.certificate).unwrap()
        );
    }

    #[test]
    fn the_files_live_as_long_as_a_leaf() {
        let leaf = Authority::new("test").unwrap().server().unwrap();
        assert!(
            fs::read_to_string(&leaf.keystore)
                .unwrap()
                .contains("PRIVATE KEY")
        );
        let keystore = leaf.keystore.clone();
        drop(leaf);
        assert!(!keystore.exists());
    }
}
