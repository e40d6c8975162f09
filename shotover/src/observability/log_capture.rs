//! What does a test make the code log?

use std::io;
use std::sync::{Arc, LazyLock, Mutex};
use tracing::subscriber::{DefaultGuard, NoSubscriber, set_default};
use tracing::{Dispatch, Level};

/// Beside a single dispatcher, `tracing` lets the thread that first comes to an event decide for all threads whether
/// it is ever logged: a test that captures nothing could silence it for one that does. Two dispatchers are all asked.
static SECOND: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(NoSubscriber::default()));

/// Everything from INFO on that this thread logs while it is held.
#[derive(Debug)]
pub(crate) struct LogCapture {
    text: Text,
    _guard: DefaultGuard,
}

#[derive(Clone, Debug, Default)]
struct Text(Arc<Mutex<Vec<u8>>>);

impl LogCapture {
    pub(crate) fn start() -> Self {
        LazyLock::force(&SECOND);
        let text = Text::default();
        let writer = text.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(Level::INFO)
            .with_ansi(false)
            .without_time()
            .with_writer(move || writer.clone())
            .finish();
        Self {
            text,
            _guard: set_default(subscriber),
        }
    }

    /// A line for each event so far.
    pub(crate) fn lines(&self) -> Vec<String> {
        let text = self.text.0.lock().unwrap().clone();
        let text = String::from_utf8(text).unwrap();
        text.lines().map(str::to_owned).collect()
    }
}

impl io::Write for Text {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
