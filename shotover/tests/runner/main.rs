//! A proxy as its users run it: within a program, and as a process that is sent signals.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what is not as expected fails the test"
)]

mod in_process;
mod process;
mod sink;

use std::net::TcpListener;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

/// Far beyond what any of this takes, so that a test that hangs fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// ApiVersions, version 0, correlation id 7, no client id.
const REQUEST: [u8; 14] = [0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 7, 0xff, 0xff];

/// Ports that nobody listens on: below those the system gives to clients, so that none of them takes one meanwhile.
fn free_ports<const N: usize>() -> [u16; N] {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = u16::try_from(20_000 + std::process::id() % 100 * 100).unwrap();
    [(); N].map(|()| {
        (0..100)
            .map(|_| first + NEXT.fetch_add(1, Ordering::Relaxed))
            .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
            .unwrap()
    })
}
