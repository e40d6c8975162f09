//! Why was a connection closed or refused, or a request not served? The values of the label `reason`.

use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};

/// A closed set of values of the label `reason`.
pub(crate) trait Reason: Copy + Debug + 'static {
    /// Every value, in the order of [`Reason::index`].
    const ALL: &'static [Self];

    fn label(self) -> &'static str;

    fn index(self) -> usize;
}

macro_rules! reasons {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident => $label:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        impl Reason for $name {
            const ALL: &'static [Self] = &[$(Self::$variant,)+];

            fn label(self) -> &'static str {
                match self {
                    $(Self::$variant => $label,)+
                }
            }

            fn index(self) -> usize {
                self as usize
            }
        }
    };
}

reasons! {
    /// Why a client connection ended.
    CloseReason {
        /// The client closed it, between requests or within one.
        ClientClosed => "client_closed",
        /// Reading from or writing to the client failed.
        IoError => "io_error",
        /// The client sent nothing for the idle timeout.
        Idle => "idle",
        /// The client sent nothing at all, or part of a frame, or did not read its answers, for too long.
        Stalled => "stalled",
        /// The TLS handshake failed or took too long.
        TlsHandshake => "tls_handshake",
        /// The client sent what neither Kafka nor a transform allows, or too much waited for one answer.
        ProtocolError => "protocol_error",
        /// A transform failed.
        TransformError => "transform_error",
        /// The broker closed its connection while no answer was waited for, as it does with one that is idle.
        BrokerClosed => "broker_closed",
        /// The sink lost its broker connection, or never got one, while answers were waited for.
        BrokerLost => "broker_lost",
        /// The proxy is going down.
        Shutdown => "shutdown",
        /// The connection's task ended without saying why: it panicked or was dropped.
        Aborted => "aborted",
    }
}

reasons! {
    /// Why a client was turned away before it became a connection.
    RejectReason {
        /// `connection_limit` was reached.
        ConnectionLimit => "connection_limit",
        /// `connection_limit_per_ip` was reached.
        ConnectionLimitPerIp => "connection_limit_per_ip",
        /// The operating system could not accept it: no descriptors or memory left, or the client was gone.
        AcceptFailed => "accept_failed",
    }
}

reasons! {
    /// Why a request was not served as it was asked.
    ErrorReason {
        /// Its bytes break the protocol; the connection is closed.
        MalformedRequest => "malformed_request",
        /// Its API key or version is not supported.
        Unsupported => "unsupported",
        /// Its client waited for the answer when a transform gave up, as when a broker is lost.
        TransformFailed => "transform_failed",
    }
}

/// More than any set of reasons has.
const MAX_REASONS: usize = 12;

/// A counter per reason.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    counts: [AtomicU64; MAX_REASONS],
}

impl Tally {
    pub(crate) fn count(&self, reason: impl Reason) {
        if let Some(count) = self.counts.get(reason.index()) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn total(&self, reason: impl Reason) -> u64 {
        self.counts
            .get(reason.index())
            .map_or(0, |count| count.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[track_caller]
    fn check<R: Reason>() {
        let tally = Tally::default();
        for (index, reason) in R::ALL.iter().enumerate() {
            assert_eq!(reason.index(), index);
            tally.count(*reason);
            assert_eq!(
                tally.total(*reason),
                1,
                "{reason:?} has no counter of its own"
            );
        }
        let labels: HashSet<&str> = R::ALL.iter().map(|reason| reason.label()).collect();
        assert_eq!(labels.len(), R::ALL.len());
    }

    #[test]
    fn every_reason_has_its_own_counter_and_label() {
        check::<CloseReason>();
        check::<RejectReason>();
        check::<ErrorReason>();
    }
}
