//! What unit tests of transforms stand on: requests of a client, a chain of one transform, and a broker that does as it
//! is told.
//!
//! For the tests of crates that have transforms of their own: with the feature `testing`, which belongs into
//! `[dev-dependencies]`. No socket is opened and no thread is started. What goes wrong panics.
//!
//! ```
//! use kafka_protocol::messages::{HeartbeatRequest, MetadataRequest};
//! use shotover::observability::Metrics;
//! use shotover::transforms::testing::{Broker, in_front_of, request, sequences};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let broker = Broker::default();
//! let mut chain = in_front_of(&broker, "Filter: { deny: [Heartbeat] }", &Metrics::new()).await;
//! let answers = chain
//!     .process(vec![
//!         request(0, 4, &HeartbeatRequest::default()),
//!         request(1, 12, &MetadataRequest::default()),
//!     ])
//!     .await
//!     .unwrap();
//! assert_eq!(sequences(&broker.received()), [1]);
//! assert_eq!(sequences(&answers), [1, 0]);
//! # }
//! ```
//!
//! A broker that takes its time is [`Broker::silent`]. It is told what to answer and when, and [`next`] waits for what
//! the transform makes of it:
//!
//! ```
//! # use kafka_protocol::messages::MetadataRequest;
//! # use shotover::observability::Metrics;
//! # use shotover::transforms::testing::{Broker, in_front_of, next, request, sequences};
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let broker = Broker::silent();
//! let mut chain = in_front_of(&broker, "Filter: { deny: [Heartbeat] }", &Metrics::new()).await;
//! let asked = request(0, 12, &MetadataRequest::default());
//! let answer = asked.empty_response().unwrap();
//! assert!(chain.process(vec![asked]).await.unwrap().is_empty());
//! broker.answer(answer);
//! assert_eq!(sequences(&next(&mut chain).await), [0]);
//! # }
//! ```
//!
//! A chain of several transforms, one of a sink alone, or one for a client of the test's own making is built as the
//! topology does it, with a [`TransformChainBuilder`](super::TransformChainBuilder): a [`Broker`] is a place like any.

mod broker;
mod chain;
#[cfg(test)]
mod inside;
mod messages;

pub use broker::Broker;
#[cfg(test)]
pub(crate) use chain::{built, chain_of, client, problems};
pub use chain::{in_front_of, next};
#[cfg(test)]
pub(crate) use inside::{alone, default_request, produce, request_of, unreadable};
pub use messages::{request, sequences};
