//! What can be set in `config.yaml`?

use crate::budget::DEFAULT_HELD_BYTES;
use crate::observability::check_log_filter;
use crate::topology::{Address, Check};
use crate::yaml::{Document, Problems};
use serde::Deserialize;
use std::path::Path;

/// `config.yaml`, every value checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// What is logged: directives such as `info, shotover=debug`.
    pub main_log_level: String,
    /// Where metrics and health are served; nowhere when it is not given.
    pub observability_interface: Option<Address>,
    /// Bytes of requests and answers that the process may hold.
    pub held_bytes_limit: usize,
}

/// The least a process needs that is to serve a few clients at a time.
const LEAST_HELD_BYTES: usize = 16 * 1024 * 1024;

/// The file, its values not looked at.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    main_log_level: String,
    observability_interface: Option<String>,
    held_bytes_limit: Option<usize>,
}

impl Config {
    /// Loads the file at `path`.
    ///
    /// # Errors
    /// All that is wrong with the file.
    pub fn load(path: &Path) -> Result<Self, Problems> {
        Self::read(&Document::open(path)?)
    }

    /// Reads `text`, which is called `file` in the problems.
    ///
    /// # Errors
    /// All that is wrong with the text.
    pub fn parse(file: &str, text: &str) -> Result<Self, Problems> {
        Self::read(&Document::parse(file, text)?)
    }

    fn read(document: &Document) -> Result<Self, Problems> {
        let mut reading = document.read::<File>();
        let mut observability_interface = None;
        if let Some(file) = &reading.value {
            let mut check = Check::new();
            observability_interface = file.check(&mut check);
            check.report(document, &mut reading.problems);
        }
        let file = reading.complete()?;
        Ok(Self {
            main_log_level: file.main_log_level,
            observability_interface,
            held_bytes_limit: file.held_bytes_limit.unwrap_or(DEFAULT_HELD_BYTES),
        })
    }
}

impl File {
    fn check(&self, check: &mut Check) -> Option<Address> {
        if let Err(error) = check_log_filter(&self.main_log_level) {
            check.problem("main_log_level", error.to_string());
        }
        if let Some(bytes) = self
            .held_bytes_limit
            .filter(|bytes| *bytes < LEAST_HELD_BYTES)
        {
            check.problem(
                "held_bytes_limit",
                format!("expected at least {LEAST_HELD_BYTES} bytes, found {bytes}"),
            );
        }
        let interface = self.observability_interface.as_deref()?;
        check.address("observability_interface", interface)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refuses(text: &str, expected: &[&str]) {
        let problems = Config::parse("config.yaml", text).unwrap_err();
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(lines, expected);
    }

    #[test]
    fn a_config_is_read() {
        let text = "main_log_level: \"info, shotover=debug\"\n\
                    observability_interface: \"127.0.0.1:9001\"";
        let config = Config::parse("config.yaml", text).unwrap();
        assert_eq!(config.main_log_level, "info, shotover=debug");
        let interface = config.observability_interface;
        assert_eq!(interface, "127.0.0.1:9001".parse().ok());
    }

    #[test]
    fn a_limit_on_held_bytes_is_read_and_has_a_default() {
        let read = |text: &str| Config::parse("config.yaml", text).unwrap().held_bytes_limit;
        let text = "main_log_level: info\nheld_bytes_limit: 33554432";
        assert_eq!(read(text), 32 * 1024 * 1024);
        assert_eq!(read("main_log_level: info"), DEFAULT_HELD_BYTES);
    }

    #[test]
    fn a_limit_on_held_bytes_leaves_room_for_a_few_clients() {
        refuses(
            "main_log_level: info\nheld_bytes_limit: 1000",
            &["config.yaml:2:19: held_bytes_limit: expected at least 16777216 bytes, found 1000"],
        );
    }

    #[test]
    fn the_observability_interface_is_optional() {
        let config = Config::parse("config.yaml", "main_log_level: info").unwrap();
        assert_eq!(config.observability_interface, None);
    }

    #[test]
    fn every_problem_of_a_config_is_reported() {
        refuses(
            "main_log_level: info=loud\nobservability_interface: 9001\nmain_log: a",
            &[
                "config.yaml:1:17: main_log_level: expected `level` or `target=level`: unknown level `loud`; known here: `debug`, `error`, `info`, `off`, `trace`, `warn`",
                "config.yaml:2:26: observability_interface: expected text, found 9001: quotes make it text",
                "config.yaml:3:1: main_log: unknown field `main_log`; known here: `held_bytes_limit`, `main_log_level`, `observability_interface`",
            ],
        );
    }

    #[test]
    fn a_mistyped_field_is_not_missing_too() {
        refuses(
            "main_log: info\nobservability_interface: localhost:0",
            &[
                "config.yaml:1:1: main_log: unknown field `main_log` (did you mean `main_log_level`?); known here: `held_bytes_limit`, `main_log_level`, `observability_interface`",
                "config.yaml:2:26: observability_interface: expected a port from 1 to 65535 after the last colon of \"localhost:0\"",
            ],
        );
    }

    #[test]
    fn a_config_is_no_list() {
        refuses(
            "- main_log_level: info",
            &["config.yaml:1:1: expected settings (`name: value` lines), found a list of 1"],
        );
    }

    #[test]
    fn a_log_level_is_not_empty() {
        refuses(
            "main_log_level: \"\"",
            &[
                "config.yaml:1:17: main_log_level: expected a log level such as `info` or `info, shotover=debug`, found nothing",
            ],
        );
    }

    #[test]
    fn a_mistyped_log_level_is_no_target() {
        refuses(
            "main_log_level: \"inof\"",
            &[
                "config.yaml:1:17: main_log_level: expected `level` or `target=level`: unknown level `inof` (did you mean `info`?); known here: `debug`, `error`, `info`, `off`, `trace`, `warn`",
            ],
        );
    }

    #[test]
    fn a_config_that_is_missing_says_so() {
        let problems = Config::load(Path::new("no/config.yaml")).unwrap_err();
        let text = problems.to_string();
        assert!(
            text.starts_with("no/config.yaml: the file cannot be read"),
            "{text}"
        );
    }
}
