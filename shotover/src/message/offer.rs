//! How does a transform let clients use less than brokers offer?

use super::{DecodeError, Message};
use crate::wire::{ApiKey, Encoding, Reader};
use kafka_protocol::messages::{ApiVersionsResponse, ResponseKind};

/// Answers to ApiVersions. Everything else stays as it is, so there is no need to look first.
impl Message {
    /// Changes what this answer to ApiVersions offers. One with an error offers nothing and stays as it is: it is
    /// written in version 0, whatever was asked for (KIP-511).
    ///
    /// # Errors
    /// When the answer is malformed.
    pub fn change_offer(
        &mut self,
        change: impl FnOnce(&mut ApiVersionsResponse),
    ) -> Result<(), DecodeError> {
        if self.api_key() != ApiKey::ApiVersions || !self.offers_something() {
            return Ok(());
        }
        if let ResponseKind::ApiVersions(offer) = self.response_mut()? {
            change(offer);
        }
        Ok(())
    }

    /// Lets clients use no version of `key` later than `latest`, as far as they look at this answer to ApiVersions.
    ///
    /// # Errors
    /// When the answer is malformed.
    pub fn offer_at_most(&mut self, key: ApiKey, latest: i16) -> Result<(), DecodeError> {
        self.change_offer(|offer| {
            offer.api_keys.retain_mut(|api| {
                if api.api_key == key.code() {
                    api.max_version = api.max_version.min(latest);
                }
                api.min_version <= api.max_version
            });
        })
    }

    fn offers_something(&self) -> bool {
        // A changed body that cannot be encoded does not leave either.
        let body = self.body_bytes().unwrap_or_default();
        matches!(Reader::new(&body, Encoding::Fixed).i16("ErrorCode"), Ok(0))
    }
}
