//! What is known about each Kafka API: where a request goes, what an answer says, how parts become one.
//!
//! [`table`] has a line for each of them. What one API or family does in a way of its own stands in a file of its name;
//! everything is a function from values to values.

mod api_versions;
mod batches;
mod conceal;
mod configs;
mod coordinators;
mod edit_metadata;
mod fetch;
mod find_coordinator;
mod keep;
mod leaderless;
mod leaders;
mod merge;
mod metadata;
mod observe;
mod outage;
mod present;
mod produce;
mod route;
mod share_session;
mod share_state;
mod split;
mod spread;
mod table;
mod target;
#[cfg(test)]
pub(in crate::cluster) mod tests;
pub(in crate::cluster) mod write;

pub(crate) use api_versions::{OfferError, Offered};
pub(crate) use batches::batches;
pub(crate) use conceal::conceal;
pub(crate) use coordinators::{as_loading, coordinated, moves_clients};
pub(crate) use fetch::without_rack;
pub(crate) use keep::{for_error, for_error_if, for_error_of, for_error_unnumbered, numbered};
pub(crate) use leaderless::without_leaders;
pub(crate) use merge::{Draft, MergeError, Outline, Part, merge, merge_parts};
pub(crate) use metadata::knows_nobody;
pub(crate) use observe::observe;
pub(crate) use outage::{Outage, error_for, outage_answer};
pub(crate) use present::{Proxies, Proxy, present};
pub(crate) use produce::{Written, writes_to, written_to};
pub(crate) use route::{Route, known_epoch, may_mean_that_broker, route};
pub(crate) use share_session::has_share_session;
pub(crate) use split::{
    Entity, MAX_BROKERS, Place, Split, SplitError, SubRequest, entities, split,
};
pub(crate) use table::{goes_whole, idempotent, is_offered};
