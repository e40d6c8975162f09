//! What do clients believe the brokers can do?

mod answer;
mod features;
mod offer;
mod offered;

#[cfg(test)]
pub(super) use offered::OfferError;
pub(crate) use offered::Offered;
