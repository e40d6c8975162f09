//! What is logged while a test runs?

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex};
use tracing::subscriber::{DefaultGuard, NoSubscriber, set_default};
use tracing::{Dispatch, Level};

/// What this thread logs until this is dropped.
pub(in crate::cluster) struct Log {
    lines: Lines,
    /// With one dispatcher alone, a thread that logs nowhere would decide for all what is never logged.
    _second: Dispatch,
    _guard: DefaultGuard,
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Whatever is at least as important.
    pub(in crate::cluster) fn from(level: Level) -> Self {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(level)
            .with_ansi(false)
            .with_writer(move || writer.clone());
        let second = Dispatch::new(NoSubscriber::default());
        Self {
            lines,
            _second: second,
            _guard: set_default(subscriber.finish()),
        }
    }

    pub(in crate::cluster) fn text(&self) -> String {
        String::from_utf8(self.lines.0.lock().unwrap().clone()).unwrap()
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Log")
    }
}

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
