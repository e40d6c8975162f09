//! What a running proxy says about itself: counters, readiness, and the HTTP endpoint that serves them.
//!
//! [`Metrics`] is made once per process and passed down by cloning; there is no global recorder, so several proxies can
//! run in one process and each has its own numbers. A source asks for its [`SourceMetrics`] and a sink for its
//! [`SinkMetrics`] when they are built, and count through those without a lock or an allocation per request.
//! Transforms of third parties register counters of their own with [`Metrics::counter_family`].

mod api_table;
mod catalogue;
mod counter_family;
mod histogram;
#[cfg(test)]
mod log_capture;
mod log_control;
mod metrics;
mod readiness;
mod reasons;
mod run;
mod scrape;
mod server;
mod sharded;
mod sink_metrics;
mod source_metrics;
#[cfg(test)]
mod tests;

pub(crate) use catalogue::{QUERIED_TOPICS, QUERIES, TEE_COPIES, TEE_ENDED, TEE_NOT_COPIED};
pub use counter_family::{CounterFamily, FamilyError, MAX_SERIES_PER_FAMILY};
pub use histogram::BUCKETS;
#[cfg(test)]
pub(crate) use log_capture::LogCapture;
pub use log_control::{LogControl, LogControlError, check_log_filter};
pub use metrics::Metrics;
pub use readiness::{Readiness, Stage};
pub(crate) use reasons::Reason;
pub use reasons::{CloseReason, ErrorReason, RejectReason};
pub use run::Run;
pub use server::{Endpoints, ObservabilityServer};
pub use sink_metrics::SinkMetrics;
pub use source_metrics::{OpenConnection, SourceMetrics};
