//! How is a client served that has no socket?

use super::{Connection, LogLimit, Service};
use crate::codec::AnonymousAccess;
use crate::halt::Halt;
use crate::observability::Metrics;
use crate::socket::Socket;
use crate::transforms::TransformChain;
use std::sync::Arc;

/// Serves a client over `stream` as a source does, until it closes it. For benchmarks, which are not part of this crate.
pub async fn serve<S>(stream: S, chain: TransformChain, metrics: &Metrics)
where
    S: Socket,
{
    let name: Arc<str> = Arc::from("in memory");
    let service = Service {
        chain,
        limits: Arc::default(),
        anonymous: AnonymousAccess::default(),
        metrics: metrics.source(&name),
        log_limit: Arc::new(LogLimit::new(name)),
    };
    Connection::new(stream, service, &Halt::default())
        .run()
        .await;
}
