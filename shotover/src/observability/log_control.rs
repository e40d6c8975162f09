//! How does the log level change while the proxy runs?

use std::sync::{Arc, Mutex, PoisonError};
use thiserror::Error;
use tracing_subscriber::{EnvFilter, Registry, reload};

/// Why a log filter was not taken.
#[derive(Debug, Error)]
pub enum LogControlError {
    /// It is not a filter.
    #[error("not a log filter: {0}")]
    Syntax(#[from] tracing_subscriber::filter::ParseError),
    /// The program that embeds Shotover brought its own logging.
    #[error("logging of this process was not set up by Shotover")]
    NotOurs,
}

/// The filter that decides what is logged. Clones change the same one.
#[derive(Clone, Debug)]
pub struct LogControl {
    handle: reload::Handle<EnvFilter, Registry>,
    text: Arc<Mutex<String>>,
}

impl LogControl {
    /// A filter, and the layer through which it filters; the layer goes right above the registry.
    ///
    /// # Errors
    ///
    /// When `text` is not a filter.
    pub fn new(text: &str) -> Result<(reload::Layer<EnvFilter, Registry>, Self), LogControlError> {
        let (layer, handle) = reload::Layer::new(parse(text)?);
        let text = Arc::new(Mutex::new(text.trim().to_owned()));
        Ok((layer, Self { handle, text }))
    }

    /// The filter as it was last set.
    pub fn text(&self) -> String {
        self.text
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Replaces the filter.
    ///
    /// # Errors
    ///
    /// When `text` is not a filter or the layer is not in use. The old filter stays.
    pub fn set(&self, text: &str) -> Result<(), LogControlError> {
        let filter = parse(text)?;
        // Held across both, so that the text belongs to the filter when two requests set it at once.
        let mut current = self.text.lock().unwrap_or_else(PoisonError::into_inner);
        self.handle
            .reload(filter)
            .map_err(|_| LogControlError::NotOurs)?;
        text.trim().clone_into(&mut current);
        Ok(())
    }
}

/// Whether `text` can be used as `main_log_level`.
///
/// # Errors
///
/// When it cannot.
pub fn check_log_filter(text: &str) -> Result<(), LogControlError> {
    parse(text).map(drop)
}

fn parse(text: &str) -> Result<EnvFilter, LogControlError> {
    // EnvFilter does not get past the space that people put behind a comma.
    let directives: Vec<&str> = text.split(',').map(str::trim).collect();
    // Field values are compared as they stand: a regular expression could be made to take for ever.
    let builder = EnvFilter::builder().with_regex(false);
    Ok(builder.parse(directives.join(","))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing::subscriber::with_default;
    use tracing_subscriber::layer::SubscriberExt;

    #[test]
    fn a_new_filter_takes_effect_at_once() {
        let (layer, filter) = LogControl::new("info").unwrap();
        with_default(Registry::default().with(layer), || {
            assert!(!tracing::enabled!(tracing::Level::DEBUG));
            filter.set(" warn, shotover=debug\n").unwrap();
            assert!(tracing::enabled!(tracing::Level::DEBUG));
            assert!(!tracing::enabled!(target: "other", tracing::Level::INFO));
        });
        assert_eq!(filter.text(), "warn, shotover=debug");
    }

    #[test]
    fn a_bad_filter_changes_nothing() {
        let (layer, filter) = LogControl::new("info").unwrap();
        with_default(Registry::default().with(layer), || {
            let error = filter.set("shotover=loud").unwrap_err();
            assert!(matches!(error, LogControlError::Syntax(_)), "{error}");
            assert!(tracing::enabled!(tracing::Level::INFO));
        });
        assert_eq!(filter.text(), "info");
    }

    #[test]
    fn a_filter_nobody_uses_cannot_be_set() {
        let (layer, filter) = LogControl::new("info").unwrap();
        drop(layer);
        assert!(matches!(filter.set("debug"), Err(LogControlError::NotOurs)));
        assert_eq!(filter.text(), "info");
    }

    #[test]
    fn filters_of_existing_configurations_are_filters() {
        for text in [
            "info, shotover=info",
            "debug",
            "error,shotover::sources=trace",
            "off",
        ] {
            assert!(check_log_filter(text).is_ok(), "{text}");
        }
        assert!(check_log_filter("info,,=,").is_err());
    }
}
