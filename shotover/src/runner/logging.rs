//! How does the process log?

use super::LogFormat;
use super::deferred_spans::DeferredSpans;
use super::log_line::write_field;
use super::log_queue::LogQueue;
use crate::observability::{LogControl, LogControlError};
use std::env;
use std::io::{self, IsTerminal, Write};
use thiserror::Error;
use tracing::Subscriber;
use tracing::subscriber::set_global_default;
use tracing_subscriber::Layer;
use tracing_subscriber::field::MakeExt;
use tracing_subscriber::fmt;
use tracing_subscriber::fmt::format::debug_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::Registry;

/// Why logging could not be set up.
#[derive(Debug, Error)]
pub(super) enum LoggingError {
    #[error("cannot start the thread that writes the log")]
    Thread(#[from] io::Error),
    #[error(transparent)]
    Filter(#[from] LogControlError),
}

/// The log of the process; what was logged is written out when this is dropped.
#[derive(Debug)]
pub(super) struct Logging {
    queue: LogQueue,
    control: LogControl,
}

impl Logging {
    /// Logs to standard output what `filter` lets pass.
    ///
    /// A program that has set up logging itself, as tests do, keeps it.
    pub(super) fn start(filter: &str, format: LogFormat) -> Result<Self, LoggingError> {
        let colours = io::stdout().is_terminal() && env::var_os("NO_COLOR").is_none();
        let (logging, subscriber) = Self::to(io::stdout(), filter, Style { format, colours })?;
        set_global_default(subscriber).ok();
        Ok(logging)
    }

    fn to(
        output: impl Write + Send + 'static,
        filter: &str,
        style: Style,
    ) -> Result<(Self, impl Subscriber + Send + Sync + 'static), LoggingError> {
        let queue = LogQueue::start(output)?;
        let (filter, control) = LogControl::new(filter)?;
        let lines = style.lines(queue.clone());
        let subscriber = Registry::default().with(filter).with(lines);
        Ok((Self { queue, control }, DeferredSpans::new(subscriber)))
    }

    /// Changes what is logged.
    pub(super) fn control(&self) -> LogControl {
        self.control.clone()
    }
}

impl Drop for Logging {
    fn drop(&mut self) {
        self.queue.flush();
    }
}

/// How a line looks.
#[derive(Clone, Copy, Debug)]
struct Style {
    format: LogFormat,
    colours: bool,
}

impl Style {
    fn lines<S>(self, queue: LogQueue) -> Box<dyn Layer<S> + Send + Sync>
    where
        S: Subscriber + for<'a> tracing_subscriber::registry::LookupSpan<'a>,
    {
        let layer = fmt::layer().with_ansi(self.colours).with_writer(queue);
        match self.format {
            LogFormat::Human => layer
                .fmt_fields(debug_fn(write_field).delimited(" "))
                .boxed(),
            LogFormat::Json => layer.json().boxed(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};
    use tracing::subscriber::with_default;

    #[derive(Clone, Default)]
    struct Output(Arc<Mutex<Vec<u8>>>);

    impl Write for Output {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is written while `log` runs.
    fn logged(format: LogFormat, colours: bool, log: impl FnOnce(&Logging)) -> String {
        let output = Output::default();
        let (logging, subscriber) =
            Logging::to(output.clone(), "info", Style { format, colours }).unwrap();
        with_default(subscriber, || log(&logging));
        drop(logging);
        String::from_utf8(output.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn a_line_for_people_ends_with_message_and_fields() {
        let text = logged(LogFormat::Human, false, |_| {
            tracing::info!(source = "kafka", "listening")
        });
        assert!(
            text.contains(" INFO ") && text.ends_with(": listening source=\"kafka\"\n"),
            "{text:?}"
        );
        assert!(!text.contains('\x1b'), "{text:?}");
    }

    #[test]
    fn a_terminal_gets_colours() {
        let text = logged(LogFormat::Human, true, |_| tracing::info!("listening"));
        assert!(text.contains('\x1b'), "{text:?}");
    }

    #[test]
    fn a_json_line_is_an_object() {
        let text = logged(LogFormat::Json, false, |_| {
            let _span = tracing::info_span!("connection", id = 7).entered();
            tracing::warn!(client = ?"a\nb", "closing");
        });
        let line: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(line["level"], "WARN");
        assert_eq!(line["fields"]["message"], "closing");
        assert_eq!(line["fields"]["client"], r#""a\nb""#);
        assert_eq!(line["span"]["id"], 7);
        assert_eq!(text.lines().count(), 1);
    }

    #[test]
    fn what_the_filter_keeps_out_is_not_written_until_it_changes() {
        let text = logged(LogFormat::Human, false, |logging| {
            tracing::debug!("before");
            logging.control().set("debug").unwrap();
            tracing::debug!("after");
        });
        assert!(
            !text.contains("before") && text.contains("after"),
            "{text:?}"
        );
    }

    #[test]
    fn what_a_client_sent_stays_on_one_line() {
        for (format, colours) in [
            (LogFormat::Human, false),
            (LogFormat::Human, true),
            (LogFormat::Json, false),
        ] {
            let sent = "x\nINFO forged\x1b[2J";
            let text = logged(format, colours, |_| {
                let _span =
                    tracing::info_span!("connection", client = sent, name = %sent).entered();
                tracing::info!(client_id = ?sent, topic = %sent, "connected to {sent}");
            });
            assert_eq!(text.lines().count(), 1, "{text:?}");
            assert!(!text.contains("\x1b[2J"), "{text:?}");
        }
    }
}
