//! On which thread does a client connection live?

use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::runtime::Handle;
use tokio_util::task::TaskTracker;

/// The runtimes that client connections are spread over.
///
/// A connection stays on its runtime: with one thread per runtime, its client and broker sockets and everything it
/// holds stay on one core.
#[derive(Debug)]
pub struct Workers {
    runtimes: Vec<Handle>,
    next: AtomicUsize,
    tasks: TaskTracker,
}

impl Workers {
    /// Spreads connections over these runtimes, or runs all of them on `otherwise` when there are none.
    pub fn new(runtimes: Vec<Handle>, otherwise: Handle) -> Self {
        let runtimes = if runtimes.is_empty() {
            vec![otherwise]
        } else {
            runtimes
        };
        Self {
            runtimes,
            next: AtomicUsize::new(0),
            tasks: TaskTracker::new(),
        }
    }

    /// Runs everything on the runtime of the caller.
    pub fn here() -> Self {
        Self::new(Vec::new(), Handle::current())
    }

    pub(super) fn spawn(&self, connection: impl Future<Output = ()> + Send + 'static) {
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        if let Some(runtime) = turn
            .checked_rem(self.runtimes.len())
            .and_then(|index| self.runtimes.get(index))
        {
            self.tasks.spawn_on(connection, runtime);
        }
    }

    /// Waits until every connection has ended. No new ones may be accepted any more.
    pub async fn finished(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// Connections that have not ended.
    pub fn open(&self) -> usize {
        self.tasks.len()
    }
}
