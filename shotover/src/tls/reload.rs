//! What do the files of a TLS configuration say now?

use super::identity::{IdentityPaths, warn_if_doubtful};
use super::stamp::Stamp;
use super::{TlsError, TlsProblem};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, TryLockError};
use std::time::Duration;
use tokio::task::spawn_blocking;
use tokio::time::Instant;
use tracing::{error, info, warn};

/// A handshake that begins this long after the last look at the files looks again. Half of the second after which a
/// change is promised to be seen: those who come while somebody looks do not wait for it.
const LOOK_INTERVAL: Duration = Duration::from_millis(500);

/// A configuration that names files.
pub(super) trait Files: fmt::Debug + Send + Sync + 'static {
    /// What the files are turned into.
    type Loaded: Send + Sync + 'static;

    fn paths(&self) -> Vec<&str>;

    fn identity(&self) -> Option<IdentityPaths<'_>>;

    fn load(&self) -> Result<Self::Loaded, Vec<TlsProblem>>;
}

/// What was last read from files and could be used.
pub(super) struct Reloading<F: Files> {
    files: F,
    current: RwLock<Arc<F::Loaded>>,
    look: Mutex<Look>,
}

/// The last look at the files.
struct Look {
    at: Instant,
    seen: Vec<Option<Stamp>>,
}

impl<F: Files> Reloading<F> {
    pub(super) fn new(files: F) -> Result<Self, TlsError> {
        // Before the files are read: a change in between is found at the next look.
        let seen = files.stamps();
        let current = files.load().map_err(TlsError::Configuration)?;
        files.warn_if_doubtful();
        let at = Instant::now();
        Ok(Self {
            files,
            current: RwLock::new(Arc::new(current)),
            look: Mutex::new(Look { at, seen }),
        })
    }

    /// What the files said at a look that is younger than [`LOOK_INTERVAL`]. One caller looks; those who come
    /// meanwhile get what there was before, so that a file system that hangs delays one handshake only.
    pub(super) async fn current(self: &Arc<Self>) -> Arc<F::Loaded> {
        let now = Instant::now();
        if self.due(now).is_some() {
            let this = Arc::clone(self);
            if let Err(panic) = spawn_blocking(move || this.look(now)).await {
                error!(error = %panic, files = ?self.files, "cannot look at TLS files");
            }
        }
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&current)
    }

    fn look(&self, now: Instant) {
        let Some(mut look) = self.due(now) else {
            return;
        };
        look.at = now;
        let seen = self.files.stamps();
        if seen == look.seen {
            return;
        }
        look.seen = seen;
        match self.files.load() {
            Ok(loaded) => {
                self.files.warn_if_doubtful();
                let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
                *current = Arc::new(loaded);
                info!(files = ?self.files, "TLS files changed: new connections use them");
            }
            Err(problems) => {
                let error = TlsError::Configuration(problems);
                warn!(%error, files = ?self.files, "TLS files changed, but new connections go on with what they held before");
            }
        }
    }

    /// The last look, if it is time for another one and nobody is at it.
    fn due(&self, now: Instant) -> Option<MutexGuard<'_, Look>> {
        let look = match self.look.try_lock() {
            Ok(look) => look,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        (now.saturating_duration_since(look.at) >= LOOK_INTERVAL).then_some(look)
    }
}

impl<F: Files> fmt::Debug for Reloading<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Reloading").field(&self.files).finish()
    }
}

/// What all configurations do with their files.
trait FilesExt: Files {
    fn stamps(&self) -> Vec<Option<Stamp>> {
        self.paths().into_iter().map(Stamp::of).collect()
    }

    fn warn_if_doubtful(&self) {
        if let Some(paths) = self.identity() {
            warn_if_doubtful(paths);
        }
    }
}

impl<F: Files> FilesExt for F {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tempfile::TempDir;
    use tokio::time::advance;

    /// A text that cannot be used when it is empty, and how often it was read.
    #[derive(Debug)]
    struct Text {
        path: String,
        reads: Arc<AtomicUsize>,
    }

    impl Files for Text {
        type Loaded = String;

        fn paths(&self) -> Vec<&str> {
            vec![&self.path]
        }

        fn identity(&self) -> Option<IdentityPaths<'_>> {
            None
        }

        fn load(&self) -> Result<String, Vec<TlsProblem>> {
            self.reads.fetch_add(1, Ordering::Relaxed);
            fs::read_to_string(&self.path)
                .ok()
                .filter(|text| !text.is_empty())
                .ok_or_else(Vec::new)
        }
    }

    struct Fixture {
        directory: TempDir,
        reads: Arc<AtomicUsize>,
        text: Arc<Reloading<Text>>,
    }

    impl Fixture {
        fn new() -> Self {
            let (directory, reads) = (TempDir::new().unwrap(), Arc::default());
            let path = directory.path().join("text");
            fs::write(&path, "first").unwrap();
            let path = path.to_str().unwrap().to_owned();
            let text = Text {
                path,
                reads: Arc::clone(&reads),
            };
            let text = Arc::new(Reloading::new(text).unwrap());
            Self {
                directory,
                reads,
                text,
            }
        }

        fn replace(&self, text: &str) {
            let new = self.directory.path().join("new");
            fs::write(&new, text).unwrap();
            fs::rename(new, self.directory.path().join("text")).unwrap();
        }

        /// The current text, and how often the file was read by then.
        async fn current(&self) -> (String, usize) {
            let text = self.text.current().await.as_ref().clone();
            (text, self.reads.load(Ordering::Relaxed))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_change_is_seen_when_the_interval_is_over_and_not_before() {
        let fixture = Fixture::new();
        fixture.replace("second");
        advance(LOOK_INTERVAL - Duration::from_nanos(1)).await;
        assert_eq!(fixture.current().await.0, "first");
        advance(Duration::from_nanos(1)).await;
        assert_eq!(fixture.current().await.0, "second");
        fixture.replace("third");
        assert_eq!(fixture.current().await.0, "second");
    }

    #[tokio::test(start_paused = true)]
    async fn files_that_did_not_change_are_read_once() {
        let fixture = Fixture::new();
        for _ in 0..3 {
            advance(LOOK_INTERVAL).await;
            assert_eq!(fixture.current().await, ("first".to_owned(), 1));
        }
    }

    /// There is one warning per attempt, so there is one attempt per change.
    #[tokio::test(start_paused = true)]
    async fn files_that_cannot_be_used_are_tried_once() {
        let fixture = Fixture::new();
        fixture.replace("");
        for _ in 0..3 {
            advance(LOOK_INTERVAL).await;
            assert_eq!(fixture.current().await, ("first".to_owned(), 2));
        }
        fixture.replace("second");
        advance(LOOK_INTERVAL).await;
        assert_eq!(fixture.current().await, ("second".to_owned(), 3));
    }
}
