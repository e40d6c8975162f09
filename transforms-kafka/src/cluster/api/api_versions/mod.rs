//! What do clients believe the brokers can do?

mod answer;
mod features;
mod offer;
mod offered;

pub(crate) use offered::{OfferError, Offered};
