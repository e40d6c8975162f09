//! How many sockets may the process have open?

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Descriptors beside those of clients and brokers: runtimes, listeners, the log, the observability endpoint, and both
/// ends of the pipes between sockets, of which there are 32 at most.
const RESERVED: u64 = 128;

/// The limits on open descriptors; `None` is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Descriptors {
    /// What the operating system enforces.
    pub(super) soft: Option<u64>,
    /// What an unprivileged process can raise it to.
    pub(super) hard: Option<u64>,
}

impl Descriptors {
    /// Raises the soft limit to the hard one, as far as the operating system lets it, and returns what came of it.
    ///
    /// The customary soft limit of 1,024 is there for programs that use `select`.
    pub(super) fn raise() -> Self {
        let limit = getrlimit(Resource::Nofile);
        let raised = Rlimit {
            current: limit.maximum,
            maximum: limit.maximum,
        };
        setrlimit(Resource::Nofile, raised).ok();
        let limit = getrlimit(Resource::Nofile);
        Self {
            soft: limit.current,
            hard: limit.maximum,
        }
    }

    /// How many clients can be connected at a time, each with a connection to one broker.
    pub(super) fn clients(self) -> Option<u64> {
        self.soft.map(|soft| soft.saturating_sub(RESERVED) / 2)
    }

    /// For the log.
    pub(super) fn shown(limit: Option<u64>) -> String {
        limit.map_or_else(|| "unlimited".to_owned(), |limit| limit.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_soft_limit_is_raised_to_the_hard_one() {
        let descriptors = Descriptors::raise();
        assert_eq!(descriptors.soft, descriptors.hard);
    }

    #[test]
    fn a_client_needs_two_descriptors() {
        let clients = |soft| Descriptors { soft, hard: None }.clients();
        assert_eq!(clients(Some(1_024)), Some(448));
        assert_eq!(clients(Some(64)), Some(0));
        assert_eq!(clients(None), None);
    }
}
