//! A cluster of one broker, and a proxy in front of it with either sink.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::OnceLock;

use test_helpers::peers::{BrokerSide, FakeBroker};

use super::requests::answer;
use crate::setup::{Running, Setup};

/// Which sink, and what it shows.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sink {
    Single,
    Brokers,
    Proxies,
}

impl Sink {
    pub(super) const ALL: [Self; 3] = [Self::Single, Self::Brokers, Self::Proxies];

    /// A proxy with this sink.
    pub(super) fn before(self, broker: &FakeBroker) -> Running {
        let broker = broker.address();
        let setup = match self {
            Self::Single => Setup::before(broker),
            Self::Brokers => Setup::before_cluster(broker, "brokers"),
            Self::Proxies => Setup::before_cluster(broker, "proxies"),
        };
        setup.start()
    }
}

/// What a broker that does not read lets its kernel hold of each connection. Left to itself that is up to 32 MiB, after a
/// long request (`net.ipv4.tcp_rmem`).
const UNREAD: usize = 1 << 20;

/// A broker that has a mebibyte for every fetch. Records of more than a kibibyte make it treat their connection as `long`
/// says, once it has read the first of them, and is to give this answer.
pub(super) fn broker(
    long: impl Fn(&mut BrokerSide, Vec<u8>) + Send + Sync + 'static,
) -> FakeBroker {
    broker_that_looks(move |side, _, answer| long(side, answer))
}

/// The same, where `long` is also given the request.
pub(super) fn broker_that_looks(
    long: impl Fn(&mut BrokerSide, Vec<u8>, Vec<u8>) + Send + Sync + 'static,
) -> FakeBroker {
    let address: Arc<OnceLock<SocketAddr>> = Arc::default();
    let broker = FakeBroker::start({
        let address = Arc::clone(&address);
        move |side| {
            side.leave_unread_at_most(UNREAD).unwrap();
            while let Ok(Some(asked)) = side.asked() {
                let answer = answer(&asked, *address.wait(), 1 << 20);
                if asked.payload.len() > 1024 {
                    long(side, asked.payload, answer);
                } else if side.send(&answer).is_err() {
                    return;
                }
            }
        }
    });
    let broker = broker.unwrap();
    address.set(broker.address()).unwrap();
    broker
}
