//! In which forms may a key come?

use super::fixture::{Disk, shake};
use crate::tls::{Acceptor, Connector, TlsClientConfig, TlsServerConfig};
use rcgen::{
    CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519,
};

/// Both sides show the certificate of one file, prove it with the key in there, and trust it.
async fn check(pem: &str) {
    let disk = Disk::new();
    let path = disk.put("all.pem", pem);
    let server = TlsServerConfig {
        certificate_path: path.clone(),
        private_key_path: path.clone(),
        certificate_authority_path: Some(path.clone()),
    };
    let client = TlsClientConfig {
        certificate_authority_path: path.clone(),
        certificate_path: Some(path.clone()),
        private_key_path: Some(path),
        verify_hostname: None,
    };
    let (acceptor, connector) = (Acceptor::new(&server), Connector::new(&client));
    let (accepted, connected) = shake(&acceptor.unwrap(), &connector.unwrap()).await;
    accepted.unwrap();
    connected.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_rsa_key_in_pkcs1_form_is_a_key() {
    check(include_str!("keys/pkcs1_rsa.pem")).await;
}

#[tokio::test(start_paused = true)]
async fn an_ec_key_in_sec1_form_is_a_key() {
    check(include_str!("keys/sec1_p256.pem")).await;
}

#[tokio::test(start_paused = true)]
async fn keys_of_every_curve_in_pkcs8_form_are_keys() {
    for algorithm in [
        &PKCS_ECDSA_P256_SHA256,
        &PKCS_ECDSA_P384_SHA384,
        &PKCS_ED25519,
    ] {
        let key = KeyPair::generate_for(algorithm).unwrap();
        let params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        let certificate = params.self_signed(&key).unwrap().pem();
        let key = key.serialize_pem();
        assert!(key.starts_with("-----BEGIN PRIVATE KEY"));
        check(&format!("{certificate}{key}")).await;
    }
}
