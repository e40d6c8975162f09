//! What do the files of a TLS configuration say now?

use super::stamp::Stamp;
use super::{TlsError, TlsProblem, identity};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, TryLockError};
use std::time::Duration;
use tokio::task::spawn_blocking;
use tokio::time::Instant;
use tracing::{error, info, warn};

/// A handshake that begins this long after the last look at the files looks again.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);

/// A configuration that names files.
pub(super) trait Files: fmt::Debug + Send + Sync + 'static {
    /// What the files are turned into.
    type Loaded: Send + Sync + 'static;

    fn paths(&self) -> Vec<&str>;

    fn private_key_path(&self) -> Option<&str>;

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
        files.warn_if_exposed();
        let at = Instant::now();
        Ok(Self {
            files,
            current: RwLock::new(Arc::new(current)),
            look: Mutex::new(Look { at, seen }),
        })
    }

    /// What the files said at a look that is not older than [`LOOK_INTERVAL`]. One caller looks; those who come
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
                self.files.warn_if_exposed();
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
        (now.saturating_duration_since(look.at) > LOOK_INTERVAL).then_some(look)
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

    fn warn_if_exposed(&self) {
        if let Some(path) = self.private_key_path() {
            identity::warn_if_exposed(path);
        }
    }
}

impl<F: Files> FilesExt for F {}
