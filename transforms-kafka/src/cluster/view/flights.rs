//! Who is looking something up already?
//!
//! Of all connections that miss the same thing one asks the cluster; the others wait until it lands and look again.

use super::observation::{CoordinatorKey, TopicKey};
use kafka_protocol::messages::BrokerId;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tokio::time::Instant;

/// How often something is looked up that leads to a broker which is down.
const DOUBTED_AGAIN: Duration = Duration::from_secs(1);

/// How much of that is remembered. One more, and what is older than that is forgotten, or all of it.
const MAX_DOUBTED: usize = 10_000;

/// Something a request cannot be routed without.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Need {
    /// The brokers of the cluster.
    Brokers,
    /// The leaders of a topic's partitions.
    Topic(TopicKey),
    /// A coordinator.
    Coordinator(CoordinatorKey),
    /// What a broker can do.
    Versions(BrokerId),
    /// What any broker at all can do, while none is known.
    AnyVersions,
}

/// The look-ups that are under way.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flights(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// Each with those who wait for it.
    under_way: Mutex<HashMap<Need, Vec<Waker>>>,
    /// What was looked up again because it led to a broker that is down, and when.
    doubted: Mutex<HashMap<Need, Instant>>,
    landed: AtomicU64,
}

/// A look-up that is under way until this is dropped, by whoever makes it.
#[derive(Debug)]
pub(crate) struct Flight {
    need: Need,
    flights: Flights,
}

impl Flights {
    /// A flight for the caller to make; none if one is under way.
    pub(crate) fn depart(&self, need: &Need) -> Option<Flight> {
        match self.locked().entry(need.clone()) {
            Entry::Occupied(_) => None,
            Entry::Vacant(vacant) => {
                vacant.insert(Vec::new());
                Some(Flight {
                    need: need.clone(),
                    flights: self.clone(),
                })
            }
        }
    }

    /// How many have landed so far: when there are no more, none of those that somebody waits for has.
    pub(crate) fn landed(&self) -> u64 {
        self.0.landed.load(Ordering::Acquire)
    }

    pub(crate) fn is_under_way(&self, need: &Need) -> bool {
        self.locked().contains_key(need)
    }

    /// Whether something is looked up again that leads to a broker which is down: once in [`DOUBTED_AGAIN`], or if somebody
    /// does so since less than that.
    pub(crate) fn may_doubt(&self, need: &Need, now: Instant) -> bool {
        let is_under_way = self.is_under_way(need);
        let doubted = &self.0.doubted;
        let mut doubted = doubted.lock().unwrap_or_else(PoisonError::into_inner);
        let is_recent = |then: &Instant| now < *then + DOUBTED_AGAIN;
        match (doubted.get(need).map(is_recent), is_under_way) {
            (Some(true), is_under_way) => return is_under_way,
            // Whoever does so may be held up by its client.
            (Some(false), true) => return false,
            (Some(false), false) | (None, _) => {}
        }
        if doubted.len() >= MAX_DOUBTED {
            doubted.retain(|_, then| is_recent(then));
        }
        if doubted.len() >= MAX_DOUBTED {
            doubted.clear();
        }
        doubted.insert(need.clone(), now);
        true
    }

    /// Ready when no look-up of this is under way.
    pub(crate) fn poll_landed(&self, need: &Need, cx: &Context<'_>) -> Poll<()> {
        let mut flights = self.locked();
        let Some(waiting) = flights.get_mut(need) else {
            return Poll::Ready(());
        };
        if !waiting.iter().any(|waker| waker.will_wake(cx.waker())) {
            waiting.push(cx.waker().clone());
        }
        Poll::Pending
    }

    fn locked(&self) -> MutexGuard<'_, HashMap<Need, Vec<Waker>>> {
        let under_way = &self.0.under_way;
        under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Flight {
    pub(crate) fn need(&self) -> &Need {
        &self.need
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        let waiting = self.flights.locked().remove(&self.need);
        self.flights.0.landed.fetch_add(1, Ordering::Release);
        for waker in waiting.into_iter().flatten() {
            waker.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_of_many_looks_up_the_same() {
        let flights = Flights::default();
        let flight = flights.depart(&Need::Brokers);
        assert!(flight.is_some());
        assert!(flights.depart(&Need::Brokers).is_none());
        assert!(flights.depart(&Need::AnyVersions).is_some());
    }

    #[test]
    fn what_leads_to_a_broker_that_is_down_is_looked_up_once_a_second() {
        let (flights, start) = (Flights::default(), Instant::now());
        let may_doubt =
            |millis| flights.may_doubt(&Need::Brokers, start + Duration::from_millis(millis));
        let asked = [0, 1, 999, 1_000, 1_001].map(may_doubt);
        assert_eq!(asked, [true, false, false, true, false]);
        // Whoever comes meanwhile waits for the same, but not for one that is held up.
        let _flight = flights.depart(&Need::Brokers);
        let asked = [1_002, 1_999, 2_000, 9_000].map(may_doubt);
        assert_eq!(asked, [true, true, false, false]);
    }

    #[test]
    fn those_who_wait_are_woken_when_the_look_up_ends_however_it_ends() {
        let flights = Flights::default();
        let flight = flights.depart(&Need::Brokers);
        let cx = Context::from_waker(Waker::noop());
        assert!(flights.poll_landed(&Need::Brokers, &cx).is_pending());
        assert_eq!(flights.landed(), 0);
        drop(flight);
        assert_eq!(flights.landed(), 1);
        assert!(flights.poll_landed(&Need::Brokers, &cx).is_ready());
        assert!(flights.depart(&Need::Brokers).is_some());
    }
}
