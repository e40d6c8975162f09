//! What is said about configurations that cannot be used?

use super::fixture::{Authority, Disk};
use crate::tls::{Acceptor, Connector, TlsClientConfig, TlsProblem, TlsServerConfig};
use std::fs;

/// The problems, one per line, without the directory of the test.
fn listed(problems: &[TlsProblem], disk: &Disk) -> String {
    let listed: Vec<_> = problems
        .iter()
        .map(|problem| format!("{}: {}", problem.field, problem.message))
        .collect();
    listed.join("\n").replace(&disk.path(""), "")
}

/// What is said about a server whose certificate or key file holds this.
#[track_caller]
fn check(certificate: &str, key: &str, expected: &str) {
    let disk = Disk::new();
    let config = TlsServerConfig {
        certificate_path: disk.put("server.pem", certificate),
        private_key_path: disk.put("server.key", key),
        certificate_authority_path: None,
    };
    assert_eq!(listed(&config.problems(), &disk), expected);
    assert_eq!(Acceptor::new(&config).is_err(), !expected.is_empty());
}

#[test]
fn files_that_go_together_are_no_problem() {
    let (certificate, key) = Authority::new().issue("localhost");
    check(&certificate, &key, "");
}

#[test]
fn text_around_the_sections_is_no_problem() {
    let (certificate, key) = Authority::new().issue("localhost");
    let authority = Authority::new().pem();
    let chain = format!("subject: localhost\r\n{certificate}\nissuer:\n{authority}");
    check(&chain.replace('\n', "\r\n"), &key, "");
}

#[test]
fn everything_is_reported_at_once() {
    let disk = Disk::new();
    let config = TlsServerConfig {
        certificate_path: disk.path("no.pem"),
        private_key_path: disk.path(""),
        certificate_authority_path: Some(
            disk.put("authority.pem", "-----BEGIN X-----\n-----END X-----\n"),
        ),
    };
    assert_eq!(
        listed(&config.problems(), &disk),
        "certificate_path: cannot read \"no.pem\": No such file or directory (os error 2)\n\
         private_key_path: \"\" is not a file\n\
         certificate_authority_path: \"authority.pem\" holds no certificate"
    );
}

#[test]
fn files_that_are_not_pem_are_named() {
    let (certificate, key) = Authority::new().issue("localhost");
    check(
        "\u{30}\u{1}",
        "",
        "certificate_path: \"server.pem\" is not PEM: expected -----BEGIN and what follows; DER, PKCS#12 and JKS must be converted\n\
         private_key_path: \"server.key\" is not PEM: expected -----BEGIN and what follows; DER, PKCS#12 and JKS must be converted",
    );
    check(
        &certificate.replace("-----END", "----END"),
        &key.replace("PRIVATE KEY-----\n", "PRIVATE KEY-----\n*"),
        "certificate_path: \"server.pem\" is broken PEM: a section has no end or is not base64\n\
         private_key_path: \"server.key\" is broken PEM: a section has no end or is not base64",
    );
}

#[test]
fn files_that_were_mixed_up_are_named() {
    let (certificate, key) = Authority::new().issue("localhost");
    check(
        &key,
        &certificate,
        "certificate_path: \"server.pem\" holds no certificate\n\
         private_key_path: \"server.key\" holds no private key",
    );
}

#[test]
fn a_key_of_another_certificate_is_named() {
    let authority = Authority::new();
    let (certificate, _) = authority.issue("localhost");
    let (_, key) = authority.issue("localhost");
    check(
        &certificate,
        &key,
        "private_key_path: the key does not belong to the first certificate in \"server.pem\"",
    );
}

#[test]
fn an_encrypted_key_is_named() {
    let (certificate, _) = Authority::new().issue("localhost");
    let expected = "private_key_path: the private key in \"server.key\" is encrypted: expected one without a passphrase";
    let pkcs8 =
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    check(&certificate, pkcs8, expected);
    let old = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n";
    check(&certificate, old, expected);
}

#[test]
fn sections_that_hold_something_else_are_named() {
    check(
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n",
        "private_key_path: the private key in \"server.key\" is broken or of a kind that is not supported: expected RSA of 2048 to 4096 bits, ECDSA on P-256 or P-384, or Ed25519\n\
         certificate_path: the first certificate in \"server.pem\" cannot be used: invalid peer certificate: BadEncoding",
    );
}

#[test]
fn every_authority_must_be_one() {
    let disk = Disk::new();
    let mut config = disk.client(&Authority::new());
    let file = format!(
        "{}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        Authority::new().pem()
    );
    config.certificate_authority_path = disk.put("authorities.pem", file);
    assert_eq!(
        listed(&config.problems(), &disk),
        "certificate_authority_path: certificate 2 in \"authorities.pem\" cannot be used: invalid peer certificate: BadEncoding"
    );
    assert!(Connector::new(&config).is_err());
}

#[test]
fn half_a_pair_is_named() {
    let (disk, authority) = (Disk::new(), Authority::new());
    let whole = disk.mtls_client(&authority, &authority);
    assert_eq!(whole.problems(), []);
    let half = TlsClientConfig {
        private_key_path: None,
        ..whole.clone()
    };
    assert_eq!(
        listed(&half.problems(), &disk),
        "private_key_path: expected the private key of the certificate in certificate_path"
    );
    let half = TlsClientConfig {
        certificate_path: None,
        ..whole
    };
    assert_eq!(
        listed(&half.problems(), &disk),
        "certificate_path: expected the certificate of the key in private_key_path"
    );
}

#[test]
fn a_file_without_end_is_not_read_to_its_end() {
    let disk = Disk::new();
    let mut config = disk.client(&Authority::new());
    config.certificate_authority_path = disk.put("large.pem", "");
    let large = fs::File::options()
        .write(true)
        .open(&config.certificate_authority_path);
    large.unwrap().set_len(1 << 40).unwrap();
    assert_eq!(
        listed(&config.problems(), &disk),
        "certificate_authority_path: \"large.pem\" has more than 1048576 bytes"
    );
    config.certificate_authority_path = "/dev/zero".to_owned();
    assert_eq!(
        listed(&config.problems(), &disk),
        "certificate_authority_path: \"/dev/zero\" is not a file"
    );
}

#[test]
fn unknown_fields_are_errors() {
    let known = r#"{"certificate_path": "a", "private_key_path": "b"}"#;
    assert!(serde_json::from_str::<TlsServerConfig>(known).is_ok());
    let unknown = r#"{"certificate_path": "a", "private_key_path": "b", "verify_hostname": true}"#;
    assert!(serde_json::from_str::<TlsServerConfig>(unknown).is_err());
    let known = r#"{"certificate_authority_path": "a", "verify_hostname": true}"#;
    assert!(serde_json::from_str::<TlsClientConfig>(known).is_ok());
    let unknown = r#"{"certificate_authority_path": "a", "verify": true}"#;
    assert!(serde_json::from_str::<TlsClientConfig>(unknown).is_err());
}
