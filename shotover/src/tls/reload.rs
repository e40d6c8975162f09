//! What do the files of a TLS configuration say now?

use super::identity::{IdentityPaths, warn_if_doubtful};
use super::stamp::Stamp;
use super::{TlsError, TlsProblem};
use crate::once_a_minute::OnceAMinute;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout};
use tracing::{error, info, warn};

/// A handshake that begins this long after the last look at the files looks again. Half of the second after which a
/// change is promised to be seen: those who come while somebody looks do not wait for it.
const LOOK_INTERVAL: Duration = Duration::from_millis(500);

/// How long the handshake waits that looks at the files, of the 10 s that it has.
const LONGEST_WAIT: Duration = Duration::from_millis(500);

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
    last: Mutex<Look>,
}

/// The last look at the files.
struct Look {
    began: Instant,
    /// None while it is on its way, or waits for a thread.
    seen: Option<Seen>,
    /// That it is long on its way.
    said: OnceAMinute,
}

/// What looks have seen.
#[derive(Default)]
struct Seen {
    /// The files that are in use.
    used: Stamps,
    /// The last ones that could not be. They are tried again at each look: what was wrong may have been the machine.
    unusable: Stamps,
    /// That they cannot be used.
    said: OnceAMinute,
}

type Stamps = Vec<Option<Stamp>>;

/// A look that is on its way. It ends when this is dropped, also if no thread ever came to it.
struct Looking<F: Files> {
    reloading: Arc<Reloading<F>>,
    seen: Seen,
}

impl<F: Files> Reloading<F> {
    pub(super) fn new(files: F) -> Result<Self, TlsError> {
        // Before the files are read: a change in between is found at the next look.
        let used = files.stamps();
        let current = files.load().map_err(TlsError::Configuration)?;
        files.warn_if_doubtful();
        let began = Instant::now();
        Ok(Self {
            files,
            current: RwLock::new(Arc::new(current)),
            last: Mutex::new(Look {
                began,
                seen: Some(Seen {
                    used,
                    ..Seen::default()
                }),
                said: OnceAMinute::default(),
            }),
        })
    }

    /// What the files said at a look that is younger than [`LOOK_INTERVAL`]. One caller looks and waits for it, but no longer
    /// than [`LONGEST_WAIT`]; those who come meanwhile get what there was before. So a file system that hangs, or names of
    /// brokers that are looked up on all threads there are for that, delay one handshake only.
    pub(super) async fn current(self: &Arc<Self>) -> Arc<F::Loaded> {
        if let Some(looking) = self.begin(Instant::now()) {
            let look = spawn_blocking(move || looking.look());
            match timeout(LONGEST_WAIT, look).await {
                Ok(Ok(())) => {}
                Ok(Err(panic)) => {
                    error!(error = %panic, files = ?self.files, "cannot look at TLS files")
                }
                Err(_) if self.is_said() => {
                    warn!(files = ?self.files, "TLS files are long in being looked at: new connections go on with what they held before")
                }
                Err(_) => {}
            }
        }
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&current)
    }

    /// Another look, if it is time for one and none is on its way.
    fn begin(self: &Arc<Self>, now: Instant) -> Option<Looking<F>> {
        let mut last = self.last();
        if now.saturating_duration_since(last.began) < LOOK_INTERVAL {
            return None;
        }
        let seen = last.seen.take()?;
        last.began = now;
        let reloading = Arc::clone(self);
        Some(Looking { reloading, seen })
    }

    fn is_said(&self) -> bool {
        self.last().said.is_said(Instant::now())
    }

    fn last(&self) -> MutexGuard<'_, Look> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<F: Files> Looking<F> {
    fn look(mut self) {
        let Reloading { files, current, .. } = self.reloading.as_ref();
        let stamps = files.stamps();
        if stamps == self.seen.used {
            self.seen.unusable = Stamps::new();
            return;
        }
        match files.load() {
            Ok(loaded) => {
                files.warn_if_doubtful();
                *current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(loaded);
                self.seen.used = stamps;
                self.seen.unusable = Stamps::new();
                info!(?files, "TLS files changed: new connections use them");
            }
            Err(problems) if self.seen.is_said(stamps) => {
                let error = TlsError::Configuration(problems);
                warn!(%error, ?files, "TLS files changed, but new connections go on with what they held before");
            }
            Err(_) => {}
        }
    }
}

impl Seen {
    /// Whether it is said that these cannot be used: when they are seen first, and each minute that they stay as they are.
    fn is_said(&mut self, unusable: Stamps) -> bool {
        if self.unusable != unusable {
            self.said = OnceAMinute::default();
            self.unusable = unusable;
        }
        self.said.is_said(Instant::now())
    }
}

impl<F: Files> Drop for Looking<F> {
    fn drop(&mut self) {
        self.reloading.last().seen = Some(std::mem::take(&mut self.seen));
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
    use crate::observability::LogCapture;
    use crate::once_a_minute::SAID_AGAIN;
    use std::fs;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
    use std::sync::mpsc::{Receiver, Sender, channel};
    use tempfile::TempDir;
    use tokio::runtime::Builder;
    use tokio::task::JoinHandle;
    use tokio::time::advance;

    /// A text that cannot be used when it is empty, and how often it was read.
    #[derive(Debug)]
    struct Text {
        path: String,
        reads: Arc<AtomicUsize>,
        fails: Arc<AtomicBool>,
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
                .filter(|text| !text.trim().is_empty() && !self.fails.load(Ordering::Relaxed))
                .ok_or_else(Vec::new)
        }
    }

    struct Fixture {
        directory: TempDir,
        reads: Arc<AtomicUsize>,
        /// Whether nothing can be read.
        fails: Arc<AtomicBool>,
        text: Arc<Reloading<Text>>,
    }

    impl Fixture {
        fn new() -> Self {
            let (directory, reads) = (TempDir::new().unwrap(), Arc::default());
            let fails = Arc::<AtomicBool>::default();
            let path = directory.path().join("text");
            fs::write(&path, "first").unwrap();
            let path = path.to_str().unwrap().to_owned();
            let text = Text {
                path,
                reads: Arc::clone(&reads),
                fails: Arc::clone(&fails),
            };
            let text = Arc::new(Reloading::new(text).unwrap());
            Self {
                directory,
                reads,
                fails,
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

    /// A process without descriptors left reads no file, however good it is.
    #[tokio::test(start_paused = true)]
    async fn files_that_cannot_be_used_are_tried_again_though_they_do_not_change() {
        let fixture = Fixture::new();
        fixture.replace("second");
        fixture.fails.store(true, Ordering::Relaxed);
        for reads in [2, 3] {
            advance(LOOK_INTERVAL).await;
            assert_eq!(fixture.current().await, ("first".to_owned(), reads));
        }
        fixture.fails.store(false, Ordering::Relaxed);
        advance(LOOK_INTERVAL).await;
        assert_eq!(fixture.current().await, ("second".to_owned(), 4));
    }

    #[tokio::test(start_paused = true)]
    async fn that_files_cannot_be_used_is_said_when_they_change_and_once_a_minute() {
        let log = LogCapture::start();
        let fixture = Fixture::new();
        // The log of this thread is captured.
        let look = || fixture.text.begin(Instant::now()).unwrap().look();
        let said = |count| assert_eq!(log.lines().len(), count, "{:?}", log.lines());
        for times in 1..=2 {
            // Of another length, so that it is another one to whoever looks at the stamps.
            fixture.replace(&" ".repeat(times));
            for _ in 0..3 {
                advance(LOOK_INTERVAL).await;
                look();
                said(times);
            }
        }
        advance(SAID_AGAIN).await;
        look();
        said(3);
    }

    /// A runtime with one thread for what blocks.
    fn block_on(test: impl Future<Output = ()>) {
        let mut builder = Builder::new_current_thread();
        let builder = builder.enable_all().start_paused(true);
        let runtime = builder.max_blocking_threads(1).build().unwrap();
        runtime.block_on(test);
    }

    /// Keeps a thread for what blocks until the sender is dropped, as a name does that is looked up.
    fn hang() -> (Sender<()>, JoinHandle<()>) {
        let (sender, receiver): (_, Receiver<()>) = channel();
        let hanging = spawn_blocking(move || assert!(receiver.recv().is_err()));
        (sender, hanging)
    }

    #[test]
    fn a_look_that_no_thread_comes_to_delays_one_handshake_for_a_while() {
        block_on(async {
            let fixture = Fixture::new();
            fixture.replace("second");
            advance(LOOK_INTERVAL).await;
            let (busy, hanging) = hang();
            let (first, ()) = tokio::join!(fixture.current(), async {
                assert_eq!(fixture.current().await.0, "first");
                advance(LONGEST_WAIT).await;
            });
            assert_eq!(first.0, "first");
            advance(LOOK_INTERVAL).await;
            let now = Instant::now();
            assert_eq!(fixture.current().await.0, "first");
            assert_eq!(now.elapsed(), Duration::ZERO);
            drop(busy);
            hanging.await.unwrap();
            // Its turn is behind that of the look.
            spawn_blocking(|| ()).await.unwrap();
            assert_eq!(fixture.current().await.0, "second");
        });
    }

    #[test]
    fn a_look_whose_thread_is_lost_is_over() {
        block_on(async {
            let fixture = Fixture::new();
            let began = fixture.text.begin(Instant::now() + LOOK_INTERVAL);
            drop(began.unwrap());
            fixture.replace("second");
            advance(2 * LOOK_INTERVAL).await;
            assert_eq!(fixture.current().await.0, "second");
        });
    }
}
