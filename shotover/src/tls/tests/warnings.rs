//! What is logged about files that can be used but should be looked at?

use super::fixture::{Authority, Disk};
use crate::observability::LogCapture;
use crate::tls::{Acceptor, Connector, TlsServerConfig};
use std::fs::{Permissions, set_permissions};
use std::os::unix::fs::PermissionsExt;

/// What is logged while `act` runs, a line each.
fn warnings(act: impl FnOnce()) -> Vec<String> {
    let log = LogCapture::start();
    act();
    log.lines()
}

/// A server whose key is for nobody else's eyes.
fn server(disk: &Disk, pair: (String, String)) -> TlsServerConfig {
    let pair = disk.put_pair("server", pair);
    set_permissions(&pair.key, Permissions::from_mode(0o640)).unwrap();
    TlsServerConfig {
        certificate_path: pair.certificate,
        private_key_path: pair.key,
        certificate_authority_path: None,
    }
}

#[track_caller]
fn check(config: &TlsServerConfig, expected: &[&str]) {
    assert_eq!(config.problems(), []);
    let logged = warnings(|| drop(Acceptor::new(config).unwrap()));
    assert_eq!(logged.len(), expected.len(), "{logged:?}");
    for (line, text) in logged.iter().zip(expected) {
        assert!(line.contains(text), "{line}");
    }
}

#[test]
fn a_proper_pair_is_not_worth_a_word() {
    let disk = Disk::new();
    check(&server(&disk, Authority::new().issue("localhost")), &[]);
}

#[test]
fn a_certificate_that_has_expired_can_be_used() {
    let (disk, authority) = (Disk::new(), Authority::new());
    let config = server(&disk, authority.issue_until("localhost", 2020));
    check(&config, &["has expired"]);
}

#[test]
fn a_key_that_everybody_may_read_can_be_used() {
    let disk = Disk::new();
    let config = server(&disk, Authority::new().issue("localhost"));
    set_permissions(&config.private_key_path, Permissions::from_mode(0o644)).unwrap();
    check(&config, &["can be read by every user"]);
}

#[test]
fn a_connector_that_accepts_any_name_says_so() {
    let disk = Disk::new();
    let mut config = disk.client(&Authority::new());
    for (verify_hostname, expected) in [(None, false), (Some(true), false), (Some(false), true)] {
        config.verify_hostname = verify_hostname;
        let logged = warnings(|| drop(Connector::new(&config).unwrap()));
        let said = logged
            .iter()
            .any(|line| line.contains("can pose as a broker"));
        assert_eq!(said, expected, "{logged:?}");
    }
}
