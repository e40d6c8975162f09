//! How does the log level change while the proxy runs?

use crate::yaml::unknown_name;
use std::sync::{Arc, Mutex, PoisonError};
use thiserror::Error;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::{EnvFilter, Registry, reload};

/// What can be written for a level. The numbers 0 to 5 and capitals, which EnvFilter knows too, are not advertised.
const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// Why a log filter was not taken.
#[derive(Debug, Error)]
pub enum LogControlError {
    /// It is not a filter.
    #[error("not a log filter: {0}")]
    Syntax(#[from] tracing_subscriber::filter::ParseError),
    /// A word in it that should be a level is none.
    #[error("expected `level` or `target=level`: {0}")]
    Level(String),
    /// There is nothing in it.
    #[error("expected a log level such as `info` or `info, shotover=debug`, found nothing")]
    Empty,
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
    if directives.iter().all(|directive| directive.is_empty()) {
        return Err(LogControlError::Empty);
    }
    directives.iter().copied().try_for_each(check_level)?;
    // Field values are compared as they stand: a regular expression could be made to take for ever.
    let builder = EnvFilter::builder().with_regex(false);
    Ok(builder.parse(directives.join(","))?)
}

/// Refuses what EnvFilter takes for a target of which everything is logged, as it does with a mistyped level.
fn check_level(directive: &str) -> Result<(), LogControlError> {
    let level = match directive.rsplit_once(']') {
        // A directive for a span need not have a level.
        Some((_, "")) => return Ok(()),
        Some((_, level)) => level.strip_prefix('=').unwrap_or(level),
        None => directive
            .split_once('=')
            .map_or(directive, |(_, level)| level),
    };
    let is_given = directive.is_empty() || !level.is_empty();
    if is_given && level.parse::<LevelFilter>().is_ok() {
        return Ok(());
    }
    let message = unknown_name("level", level, &LEVELS);
    Err(LogControlError::Level(message))
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
            assert!(matches!(error, LogControlError::Level(_)), "{error}");
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
            "INFO,shotover=Debug",
            "info,",
            "warn,[connection{id=7}]=trace",
            "warn,shotover[connection]",
        ] {
            assert!(check_log_filter(text).is_ok(), "{text}");
        }
    }

    #[track_caller]
    fn refuses(text: &str, expected: &str) {
        let error = check_log_filter(text).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn a_mistyped_level_is_not_taken_for_a_target() {
        refuses(
            "inof",
            "expected `level` or `target=level`: unknown level `inof` (did you mean `info`?); known here: `debug`,",
        );
        refuses("info, shotover", "unknown level `shotover`; known here");
        refuses("info,shotover=dbug", "`dbug` (did you mean `debug`?)");
        refuses("[connection]=inof", "`inof` (did you mean `info`?)");
        refuses("info,shotover=", "unknown level ``; known here");
        refuses("info,,=,", "unknown level ``; known here");
        refuses("info=warn=debug", "unknown level `warn=debug`");
    }

    #[test]
    fn a_filter_that_says_nothing_is_refused() {
        for text in ["", " ", ",", " , ,"] {
            refuses(text, "found nothing");
        }
    }

    #[test]
    fn what_else_is_no_filter_is_refused() {
        refuses("shotover[connection{=info", "not a log filter: ");
    }
}
