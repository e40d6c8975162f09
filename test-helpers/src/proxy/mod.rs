//! A proxy as its users have it: a binary, two files, signals, a log, and metrics over HTTP.

mod binary;
mod metrics;
mod run;

pub use binary::build_binary;
pub use metrics::{HttpAnswer, Sample, get, http, metric, scrape};
pub use run::{ProxyBuilder, ProxyProcess};
