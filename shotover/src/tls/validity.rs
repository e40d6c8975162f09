//! Is a certificate within its dates?

use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::crypto::ring::default_provider;
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, Error, RootCertStore};
use rustls_pki_types::{CertificateDer, UnixTime};

/// How `certificate` is outside of its dates at `now`, if it is.
///
/// The library tells the dates to nobody, but it looks at them before it looks for an issuer, so that it can be asked
/// without an authority.
pub(super) fn fault(certificate: &CertificateDer<'_>, now: UnixTime) -> Option<&'static str> {
    let parsed = ParsedCertificate::try_from(certificate).ok()?;
    let (nobody, provider) = (RootCertStore::empty(), default_provider());
    let algorithms = provider.signature_verification_algorithms.all;
    let verdict = verify_server_cert_signed_by_trust_anchor(&parsed, &nobody, &[], now, algorithms);
    let Err(Error::InvalidCertificate(error)) = verdict else {
        return None;
    };
    let is_late = matches!(
        error,
        CertificateError::Expired | CertificateError::ExpiredContext { .. }
    );
    let is_early = matches!(
        error,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. }
    );
    match (is_late, is_early) {
        (true, _) => Some("has expired"),
        (false, true) => Some("is not valid yet"),
        (false, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, date_time_ymd};
    use std::time::Duration;

    const DAY: u64 = 24 * 60 * 60;

    /// What is said, `days` after 1970 began, about a certificate for the year 1971.
    #[track_caller]
    fn check(is_ca: IsCa, days: u64, expected: Option<&str>) {
        let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        params.is_ca = is_ca;
        params.not_before = date_time_ymd(1971, 1, 1);
        params.not_after = date_time_ymd(1972, 1, 1);
        let certificate = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
        let now = UnixTime::since_unix_epoch(Duration::from_secs(days * DAY));
        assert_eq!(fault(certificate.der(), now), expected);
    }

    #[test]
    fn dates_are_told_of_certificates_and_of_their_issuers() {
        for is_ca in [IsCa::NoCa, IsCa::Ca(BasicConstraints::Unconstrained)] {
            check(is_ca, 364, Some("is not valid yet"));
            check(is_ca, 365, None);
            check(is_ca, 729, None);
            check(is_ca, 731, Some("has expired"));
        }
    }

    #[test]
    fn nothing_is_told_of_what_is_no_certificate() {
        assert_eq!(fault(&CertificateDer::from(vec![0]), UnixTime::now()), None);
    }
}
