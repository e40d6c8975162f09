//! How many connections do the clients of one address have?

use std::collections::HashMap;
use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Counts open connections by the address that they came from, and knows how many each may have.
///
/// Only addresses with an open connection take memory, so `connection_limit` bounds it. The lock is taken when a
/// connection begins and when it ends.
#[derive(Debug)]
pub(super) struct PerAddress {
    limit: NonZeroUsize,
    open: Mutex<HashMap<IpAddr, usize>>,
}

/// A connection that counts; dropped when it has ended.
#[derive(Debug)]
pub(super) struct Place {
    of: Arc<PerAddress>,
    address: IpAddr,
}

impl PerAddress {
    /// So many may each address have.
    pub(super) fn new(limit: NonZeroUsize) -> Self {
        Self {
            limit,
            open: Mutex::default(),
        }
    }

    /// A place for one more connection from `address`, unless it has as many as it may.
    pub(super) fn place(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        // A listener for both protocols sees clients of the older one as `::ffff:192.0.2.1`.
        let address = address.to_canonical();
        let mut open = self.open();
        let connections = open.entry(address).or_insert(0);
        if *connections >= self.limit.get() {
            return None;
        }
        *connections += 1;
        Some(Place {
            of: Arc::clone(self),
            address,
        })
    }

    fn open(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.of.open();
        if let Some(connections) = open.get_mut(&self.address) {
            *connections = connections.saturating_sub(1);
            if *connections == 0 {
                open.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_most(limit: usize) -> Arc<PerAddress> {
        Arc::new(PerAddress::new(NonZeroUsize::new(limit).unwrap()))
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn one_address_leaves_the_places_of_another() {
        let limit = at_most(2);
        let one = address("192.0.2.1");
        let places = [limit.place(one), limit.place(one)];
        assert!(places.iter().all(Option::is_some));
        assert!(limit.place(one).is_none());
        assert!(limit.place(address("192.0.2.2")).is_some());
    }

    #[test]
    fn a_connection_that_ended_gives_its_place_back() {
        let limit = at_most(1);
        let one = address("192.0.2.1");
        let place = limit.place(one);
        assert!(limit.place(one).is_none());
        drop(place);
        assert!(limit.place(one).is_some());
    }

    #[test]
    fn an_address_of_the_older_protocol_is_one_address_however_it_is_written() {
        let limit = at_most(1);
        let place = limit.place(address("192.0.2.1"));
        assert!(place.is_some());
        assert!(limit.place(address("::ffff:192.0.2.1")).is_none());
    }

    #[test]
    fn addresses_without_a_connection_take_no_memory() {
        let limit = at_most(1);
        for last in 0..=255 {
            let one = IpAddr::from([192, 0, 2, last]);
            let place = limit.place(one);
            assert!(place.is_some());
            assert!(limit.place(one).is_none());
        }
        assert!(limit.open().is_empty());
    }
}
