//! What becomes of a long answer that another client has just been given?
//!
//! The Metadata of a large cluster takes milliseconds to read and to rewrite, and after an election every client asks for
//! it. As long as brokers say the same, the view learns nothing of it and clients see the same: comparing is all there
//! is to do. Clients of several versions, or that ask for other topics, take turns: several answers are kept.

use bytes::Bytes;
use kafka_protocol::messages::BrokerId;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::{iter, mem};

/// Bytes from which on an answer is worth being kept.
const LONG: usize = 64 * 1024;

/// Bytes of an answer that may be kept. It is kept twice: as it came and as it is shown.
const LONGEST: usize = 8 * 1024 * 1024;

/// Answers that may be kept for as long as the proxy runs.
const MOST: usize = 8;

/// Bytes that all of them may have, as they came and as they are shown: those of the longest one.
const MOST_BYTES: usize = 2 * LONGEST;

/// The last long answers to requests for Metadata that told nothing new.
#[derive(Debug, Default)]
pub(super) struct Repeated {
    /// The newest first. The oldest goes, however often it is asked for: it is read once more then, and is the newest. So
    /// those that nobody asks for twice do little harm, and nothing has to be noted when an answer is found.
    kept: Mutex<Arc<[Arc<Kept>]>>,
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
        // Compared when others can have the lock again. Slices of different lengths differ at once.
        let kept = Arc::clone(&self.lock());
        let is_same = |kept: &&Arc<Kept>| kept.circumstances == *circumstances && kept.came == came;
        kept.iter().find(is_same).map(|kept| kept.shown.clone())
    }

    /// Keeps what clients see of an answer, in place of what was seen of older views, and of the oldest ones.
    pub(super) fn keep(&self, circumstances: Circumstances, came: &[u8], shown: &[u8]) {
        // Another connection may have been given the same meanwhile.
        let is_known = self.shown(&circumstances, came).is_some();
        if is_known || came.len().saturating_add(shown.len()) > MOST_BYTES {
            return;
        }
        // Copies: the buffers that both lie in may be longer.
        let newest = Arc::new(Kept {
            circumstances,
            came: Bytes::copy_from_slice(came),
            shown: Bytes::copy_from_slice(shown),
        });
        let mut locked = self.lock();
        let next = added(newest, &locked);
        let former = mem::replace(&mut *locked, next);
        // What goes is freed afterwards.
        drop(locked);
        drop(former);
    }

    fn lock(&self) -> MutexGuard<'_, Arc<[Arc<Kept>]>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn bytes(&self) -> usize {
        self.came.len() + self.shown.len()
    }
}

/// What is to be kept of these: what was seen of the latest view, in such numbers.
fn added(newest: Arc<Kept>, others: &[Arc<Kept>]) -> Arc<[Arc<Kept>]> {
    let all = || iter::once(&newest).chain(others);
    let generation = |kept: &Arc<Kept>| kept.circumstances.generation;
    let latest = all().map(generation).max();
    let mut bytes = 0;
    let fits = |kept: &&Arc<Kept>| {
        bytes += kept.bytes();
        bytes <= MOST_BYTES
    };
    let current = all().filter(|kept| Some(generation(kept)) == latest);
    current
        .take(MOST)
        .take_while(fits)
        .map(Arc::clone)
        .collect()
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

    /// Keeps an answer of so many bytes to clients of one of several versions.
    fn keep(repeated: &Repeated, version: i16, length: usize) {
        let circumstances = Circumstances {
            version,
            ..circumstances()
        };
        repeated.keep(circumstances, &vec![1; length], b"shown");
    }

    /// Which of the versions from 0 on are given what is kept.
    fn found(repeated: &Repeated, length: usize) -> Vec<i16> {
        let is_kept = |version: &i16| {
            let circumstances = Circumstances {
                version: *version,
                ..circumstances()
            };
            let shown = repeated.shown(&circumstances, &vec![1; length]);
            shown.is_some()
        };
        (0..20).filter(is_kept).collect()
    }

    #[test]
    fn clients_of_two_versions_and_of_two_topics_take_turns() {
        let repeated = Repeated::default();
        let other = || Circumstances {
            version: 9,
            ..circumstances()
        };
        let answers = [
            (circumstances(), "topic a", "a"),
            (other(), "topic a", "a in 9"),
            (circumstances(), "topic b", "b"),
            (other(), "topics", "both in 9"),
        ];
        for (circumstances, came, shown) in &answers {
            repeated.keep(circumstances.clone(), came.as_bytes(), shown.as_bytes());
        }
        for _ in 0..2 {
            for (circumstances, came, shown) in &answers {
                let found = repeated.shown(circumstances, came.as_bytes());
                assert_eq!(found.as_deref(), Some(shown.as_bytes()));
            }
        }
    }

    #[test]
    fn the_oldest_goes_when_there_are_too_many() {
        let repeated = Repeated::default();
        for version in 0..10 {
            keep(&repeated, version, 100);
        }
        assert_eq!(found(&repeated, 100), [2, 3, 4, 5, 6, 7, 8, 9]);
        // Once more, by connections that were given it at the same time.
        keep(&repeated, 5, 100);
        keep(&repeated, 2, 100);
        assert_eq!(found(&repeated, 100), [2, 3, 4, 5, 6, 7, 8, 9]);
    }

    #[test]
    fn the_oldest_go_when_they_have_too_many_bytes() {
        let repeated = Repeated::default();
        let quarter = MOST_BYTES / 4 - b"shown".len();
        for version in 0..4 {
            keep(&repeated, version, quarter);
        }
        assert_eq!(found(&repeated, quarter), [0, 1, 2, 3]);
        keep(&repeated, 4, quarter);
        assert_eq!(found(&repeated, quarter), [1, 2, 3, 4]);
        keep(&repeated, 5, 100);
        assert_eq!(found(&repeated, quarter), [2, 3, 4]);
        keep(&repeated, 6, MOST_BYTES - b"shown".len());
        assert!(found(&repeated, quarter).is_empty() && found(&repeated, 100).is_empty());
        assert_eq!(found(&repeated, MOST_BYTES - b"shown".len()), [6]);
    }

    #[test]
    fn what_is_too_long_as_it_is_shown_is_not_kept() {
        let repeated = Repeated::default();
        keep(&repeated, 1, 100);
        repeated.keep(circumstances(), &vec![1; LONGEST], &vec![2; LONGEST + 1]);
        assert_eq!(repeated.shown(&circumstances(), &vec![1; LONGEST]), None);
        assert_eq!(found(&repeated, 100), [1]);
        repeated.keep(circumstances(), &vec![1; LONGEST], &vec![2; LONGEST]);
        assert!(
            repeated
                .shown(&circumstances(), &vec![1; LONGEST])
                .is_some()
        );
    }

    #[test]
    fn what_was_seen_of_an_older_view_goes_and_does_not_come_back() {
        let repeated = Repeated::default();
        let of = |generation, version| Circumstances {
            generation,
            version,
            ..circumstances()
        };
        // Which view and version an answer is of, and of how many versions something is kept for each view then.
        for (generation, version, expected) in [
            (1, 11, [1, 0, 0]),
            (1, 12, [2, 0, 0]),
            (2, 11, [0, 1, 0]),
            // Of a connection that was slow.
            (1, 12, [0, 1, 0]),
            (2, 12, [0, 2, 0]),
            (3, 12, [0, 0, 1]),
        ] {
            repeated.keep(of(generation, version), b"came", b"shown");
            let is_kept = |generation, version| {
                let shown = repeated.shown(&of(generation, version), b"came");
                shown.is_some()
            };
            let kept = [1, 2, 3].map(|generation| {
                let versions = 9..=12;
                versions
                    .filter(|version| is_kept(generation, *version))
                    .count()
            });
            assert_eq!(kept, expected, "after {generation} in {version}");
        }
    }

    #[test]
    fn short_and_very_long_answers_are_not_kept() {
        let is_worthwhile = |length| Repeated::is_worthwhile(&vec![0; length]);
        assert!(is_worthwhile(LONG) && is_worthwhile(LONGEST));
        assert!(!is_worthwhile(LONG - 1) && !is_worthwhile(LONGEST + 1));
    }
}
