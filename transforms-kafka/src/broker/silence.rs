//! Does a broker say nothing while it should?

use super::connection::{BrokerConnection, BrokerLost};
use super::patience::Patience;
use shotover::transforms::Timer;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::Instant;

/// Watches for a broker that says nothing while it should.
#[derive(Debug)]
pub(super) struct Silence {
    limit: Option<Duration>,
    /// When something was heard last, or had not to be heard.
    pub(super) since: Instant,
    timer: Timer,
}

impl Silence {
    /// From now on.
    pub(super) fn limited_to(limit: Option<Duration>) -> Self {
        Self {
            limit,
            since: Instant::now(),
            timer: Timer::default(),
        }
    }

    /// Ready when a request waits and nothing was heard for too long. The broker works on one request at a time, so
    /// it is the one that waits longest that may keep it silent.
    pub(super) fn poll(
        &mut self,
        waiting: Option<Patience>,
        cx: &mut Context<'_>,
    ) -> Poll<BrokerLost> {
        let (Some(limit), Some(Patience::Limited(more))) = (self.limit, waiting) else {
            return Poll::Pending;
        };
        let limit = limit.saturating_add(more);
        let deadline = self.since + limit;
        self.timer
            .poll(deadline, cx)
            .map(|()| BrokerLost::Silent(limit))
    }
}

impl BrokerConnection {
    /// When something was heard last of the broker, or it began to keep somebody waiting.
    pub(crate) fn heard_at(&self) -> Instant {
        self.silence.since
    }
}
