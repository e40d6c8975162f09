//! What becomes of a long answer that another client has just been given?
//!
//! The Metadata of a large cluster takes milliseconds to read and to rewrite, and after an election every client asks for
//! it. As long as brokers say the same, the view learns nothing of it and clients see the same: comparing is all there
//! is to do.

use bytes::Bytes;
use kafka_protocol::messages::BrokerId;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes from which on an answer is worth being kept.
const LONG: usize = 64 * 1024;

/// Bytes of an answer that may be kept for as long as the proxy runs, twice: as it came and as it is shown.
const LONGEST: usize = 8 * 1024 * 1024;

/// The last long answer to a request for Metadata that told nothing new.
#[derive(Debug, Default)]
pub(super) struct Repeated {
    last: Mutex<Option<Arc<Kept>>>,
}

#[derive(Debug)]
struct Kept {
    circumstances: Circumstances,
    came: Bytes,
    shown: Bytes,
}

/// All that decides, beside an answer, what it is worth and what clients see of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Circumstances {
    /// The version of the API.
    pub(super) version: i16,
    /// The view of the cluster, which knows what the answer says.
    pub(super) generation: u64,
    /// The proxies that stand for brokers.
    pub(super) up: Vec<BrokerId>,
    /// The brokers that are not shown as leaders.
    pub(super) down: Vec<BrokerId>,
    /// Where the client has connected to.
    pub(super) local: SocketAddr,
}

impl Repeated {
    /// Whether an answer with such a body is worth being kept.
    pub(super) fn is_worthwhile(body: &[u8]) -> bool {
        (LONG..=LONGEST).contains(&body.len())
    }

    /// What clients see of the same answer under the same circumstances.
    pub(super) fn shown(&self, circumstances: &Circumstances, came: &[u8]) -> Option<Bytes> {
        let kept = self.lock().clone()?;
        let is_same = kept.circumstances == *circumstances && kept.came == came;
        is_same.then(|| kept.shown.clone())
    }

    /// Keeps what clients see of an answer, in place of the one before.
    pub(super) fn keep(&self, circumstances: Circumstances, came: &[u8], shown: &[u8]) {
        // Copies: the buffers that both lie in may be longer.
        let kept = Kept {
            circumstances,
            came: Bytes::copy_from_slice(came),
            shown: Bytes::copy_from_slice(shown),
        };
        *self.lock() = Some(Arc::new(kept));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Arc<Kept>>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn circumstances() -> Circumstances {
        Circumstances {
            version: 12,
            generation: 7,
            up: vec![BrokerId(10), BrokerId(11)],
            down: vec![],
            local: "127.0.0.1:9192".parse().unwrap(),
        }
    }

    #[track_caller]
    fn check_another(change: impl FnOnce(&mut Circumstances)) {
        let repeated = Repeated::default();
        repeated.keep(circumstances(), b"came", b"shown");
        let mut others = circumstances();
        change(&mut others);
        assert_eq!(repeated.shown(&others, b"came"), None);
    }

    #[test]
    fn the_same_answer_is_shown_the_same() {
        let repeated = Repeated::default();
        assert_eq!(repeated.shown(&circumstances(), b"came"), None);
        repeated.keep(circumstances(), b"came", b"shown");
        let shown = repeated.shown(&circumstances(), b"came");
        assert_eq!(shown.as_deref(), Some(b"shown".as_slice()));
    }

    #[test]
    fn another_answer_is_not() {
        let repeated = Repeated::default();
        repeated.keep(circumstances(), b"came", b"shown");
        assert_eq!(repeated.shown(&circumstances(), b"come"), None);
    }

    #[test]
    fn the_same_answer_is_not_under_other_circumstances() {
        check_another(|it| it.version = 13);
        check_another(|it| it.generation = 8);
        check_another(|it| it.up = vec![BrokerId(10)]);
        check_another(|it| it.down = vec![BrokerId(1)]);
        check_another(|it| it.local = "127.0.0.2:9192".parse().unwrap());
    }

    #[test]
    fn short_and_very_long_answers_are_not_kept() {
        let is_worthwhile = |length| Repeated::is_worthwhile(&vec![0; length]);
        assert!(is_worthwhile(LONG) && is_worthwhile(LONGEST));
        assert!(!is_worthwhile(LONG - 1) && !is_worthwhile(LONGEST + 1));
    }
}
