//! Whose bodies are never logged?

use crate::wire::ApiKey;

/// Whether a request or response of this API can hold what somebody could log in with: passwords, tokens, salted
/// passwords, the HMAC of a delegation token, the value of a sensitive config.
///
/// A SASL token without a header counts as SaslAuthenticate.
pub(super) fn is_secret(key: ApiKey) -> bool {
    matches!(
        key,
        ApiKey::SaslHandshake
            | ApiKey::SaslAuthenticate
            | ApiKey::AlterUserScramCredentials
            | ApiKey::CreateDelegationToken
            | ApiKey::RenewDelegationToken
            | ApiKey::ExpireDelegationToken
            | ApiKey::DescribeDelegationToken
            | ApiKey::AlterConfigs
            | ApiKey::IncrementalAlterConfigs
            // A request of any other API in a request.
            | ApiKey::Envelope
    )
}
