//! How do all connections share one view? A request meets a lock here when the view has changed, in
//! [`Flights`](super::Flights) when something has to be looked up, and Metadata that comes again in
//! [`repeated`](crate::cluster::repeated).

use super::cluster_view::ClusterView;
use super::observation::Observation;
use crate::cluster::api::Offered;
use crate::cluster::turn::Turn;
use kafka_protocol::messages::BrokerId;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::time::Instant;

/// How long a list of brokers is believed that no client has asked for again.
pub(crate) const MAX_AGE: Duration = Duration::from_secs(5 * 60);

/// When brokers are asked again that did not tell.
const ASK_AGAIN: Duration = Duration::from_secs(10);

/// The newest view.
#[derive(Debug)]
pub(crate) struct ViewStore {
    generation: AtomicU64,
    newest: RwLock<Arc<ClusterView>>,
    /// When the brokers are to be asked for.
    ask: Turn,
}

impl Default for ViewStore {
    fn default() -> Self {
        Self {
            generation: AtomicU64::default(),
            newest: RwLock::default(),
            ask: Turn::after(MAX_AGE),
        }
    }
}

/// The view as one connection knows it: a clone of the shared one, never anything else.
#[derive(Debug, Default)]
pub(crate) struct Snapshot {
    generation: u64,
    view: Arc<ClusterView>,
}

impl Snapshot {
    /// Which of the views it is: no other one has the same.
    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    pub(crate) fn view(&self) -> &Arc<ClusterView> {
        &self.view
    }
}

impl ViewStore {
    /// Whether there is a newer view than this.
    pub(crate) fn is_newer_than(&self, snapshot: &Snapshot) -> bool {
        self.generation.load(Ordering::Acquire) != snapshot.generation
    }

    /// Takes the newest view over. Locks only if there is one.
    pub(crate) fn refresh(&self, snapshot: &mut Snapshot) {
        if self.is_newer_than(snapshot) {
            let newest = self.newest.read().unwrap_or_else(PoisonError::into_inner);
            snapshot.generation = self.generation.load(Ordering::Acquire);
            snapshot.view = Arc::clone(&newest);
        }
    }

    /// Takes note of what an answer said. Nearly always that is nothing new.
    pub(crate) fn learn(&self, observations: &[Observation]) {
        if !observations.is_empty() {
            self.change(|view| view.learn(observations));
        }
        let tells_brokers = |seen: &Observation| matches!(seen, Observation::Brokers(_));
        if observations.iter().any(tells_brokers) {
            self.told(Instant::now());
        }
    }

    /// The brokers were told of.
    pub(crate) fn told(&self, now: Instant) {
        self.ask.set(now + MAX_AGE);
    }

    /// Whether the list of brokers is so old that the caller shall ask for it. Only one caller at a time is told so.
    pub(crate) fn is_aged(&self, now: Instant) -> bool {
        self.ask.take(now, now + ASK_AGAIN)
    }

    /// Takes note of what a broker can do, whose id may not be known.
    pub(crate) fn offered(&self, broker: Option<BrokerId>, offered: &Arc<Offered>) {
        self.change(|view| view.with_offered(broker, offered));
    }

    fn change(&self, next: impl Fn(&ClusterView) -> Option<ClusterView>) {
        let current = Arc::clone(&self.newest.read().unwrap_or_else(PoisonError::into_inner));
        let Some(changed) = next(&current) else {
            return;
        };
        let mut newest = self.newest.write().unwrap_or_else(PoisonError::into_inner);
        // Nearly always nobody else was faster.
        let changed = if Arc::ptr_eq(&current, &newest) {
            Some(changed)
        } else {
            next(&newest)
        };
        if let Some(changed) = changed {
            *newest = Arc::new(changed);
            self.generation.fetch_add(1, Ordering::Release);
        }
    }
}
