//! The HTTP endpoint on `observability_interface`: metrics, health, readiness and the log filter.
//!
//! It is served beside the data path and must not become a way to hurt it: everything a client can make it hold has a
//! limit, in [`listener`] and [`routes`].

mod listener;
mod routes;
#[cfg(test)]
mod tests;

pub use listener::ObservabilityServer;
pub use routes::Endpoints;
