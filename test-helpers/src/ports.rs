//! Which TCP port is nobody using?

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Mutex, PoisonError};

use anyhow::{Result, bail};

/// Below the range from which Linux takes the local port of an outgoing connection: a port handed
/// out here is not lost to a client between now and the moment it is listened on.
const FIRST: u16 = 15_000;
const COUNT: u16 = 17_000;

/// Ports this process has handed out: a broker that is down for a while keeps its own.
static HANDED_OUT: Mutex<Option<HashSet<u16>>> = Mutex::new(None);

/// A port of the loopback interface that is free now and that this process was not given before.
///
/// # Errors
/// When every port of the range is taken.
pub fn free_port() -> Result<u16> {
    let mut guard = HANDED_OUT.lock().unwrap_or_else(PoisonError::into_inner);
    let handed_out = guard.get_or_insert_default();
    // Test processes that run side by side start their search at different places.
    let start = u16::try_from(RandomState::new().hash_one(()) % u64::from(COUNT))?;
    for step in 0..COUNT {
        let port = FIRST + (start + step) % COUNT;
        if !handed_out.contains(&port) && TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            handed_out.insert(port);
            return Ok(port);
        }
    }
    bail!("no free port from {FIRST} to {}", FIRST + COUNT - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_handed_out_once() {
        let ports: HashSet<u16> = (0..200).map(|_| free_port().unwrap()).collect();
        assert_eq!(ports.len(), 200);
    }

    #[test]
    fn a_port_that_is_listened_on_is_not_handed_out() {
        let port = free_port().unwrap();
        let _listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
        HANDED_OUT.lock().unwrap().as_mut().unwrap().remove(&port);
        for _ in 0..200 {
            assert_ne!(free_port().unwrap(), port);
        }
    }
}
