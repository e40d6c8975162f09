//! What is wrong with the values of a topology, all of it at once?

use super::Address;
use crate::tls::TlsProblem;
use crate::yaml::{Document, Problems};
use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::time::Duration;

/// Bytes of the name of a source or a transform, which is a label of every metric about it.
const LONGEST_NAME: usize = 100;

/// Collects what is wrong, each with the path at which it stands in the YAML.
#[derive(Debug, Default)]
pub struct Check {
    path: String,
    findings: Vec<Finding>,
    names: HashMap<String, String>,
    /// Where the source listens whose chain is looked at.
    listens: Option<Address>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where, for instance `sources[0].Kafka.chain[1].KafkaSinkSingle.tls`.
    pub path: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl Check {
    /// A check at the root of a file.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reports a problem with `field` of the place that is looked at, or with the place itself if `field` is empty.
    pub fn problem(&mut self, field: &str, message: impl Into<String>) {
        let path = joined(&self.path, field);
        self.findings.push(Finding {
            path,
            message: message.into(),
        });
    }

    /// The value of `field` as an address; reports it when it is none.
    pub fn address(&mut self, field: &str, value: &str) -> Option<Address> {
        match value.parse::<Address>() {
            Ok(address) => Some(address),
            Err(error) => {
                self.problem(field, error.to_string());
                None
            }
        }
    }

    /// The value of `field` as the address of a broker; reports it when it is none, or the one at which the source listens
    /// whose chain this is: each request would come back as a new one.
    pub fn broker(&mut self, field: &str, value: &str) -> Option<Address> {
        let address = self.address(field, value)?;
        let mut own = self.listens.iter();
        if let Some(listens) = own.find(|listens| listens.is_reached_at(&address)) {
            let message = format!(
                "expected the address of a broker, found {address}, which leads back to this source: it listens at {listens}"
            );
            self.problem(field, message);
            return None;
        }
        Some(address)
    }

    /// From here on looks at what belongs to a source that listens at this address.
    pub(super) fn enter_source(&mut self, listens: Option<Address>) {
        self.listens = listens;
    }

    /// The value of `field` as a duration of so many `unit`s; reports a value outside of `range`.
    pub fn duration(
        &mut self,
        field: &str,
        value: u64,
        unit: Duration,
        range: RangeInclusive<u64>,
    ) -> Option<Duration> {
        if range.contains(&value) {
            return u32::try_from(value)
                .ok()
                .and_then(|value| unit.checked_mul(value));
        }
        let unit = if unit == Duration::from_millis(1) {
            "milliseconds"
        } else {
            "seconds"
        };
        self.problem(
            field,
            format!(
                "expected {} to {} {unit}, found {value}",
                range.start(),
                range.end()
            ),
        );
        None
    }

    /// Reports what is wrong with the values in the field `tls`.
    pub fn tls(&mut self, problems: Vec<TlsProblem>) {
        self.inside("tls", |check| {
            for problem in problems {
                check.problem(problem.field, problem.message);
            }
        });
    }

    /// Looks at what lies at `segment` below: a field name, or an index in brackets.
    pub fn inside<T>(&mut self, segment: impl AsRef<str>, look: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        self.path = joined(&self.path, segment.as_ref());
        let seen = look(self);
        self.path.truncate(length);
        seen
    }

    /// Reports `name` if it was given to another place already: logs and metrics tell places apart by their names.
    pub fn unique_name(&mut self, name: &str) {
        if name.trim().is_empty() || name.len() > LONGEST_NAME || name.contains(char::is_control) {
            let message = format!("expected a name of 1 to {LONGEST_NAME} letters, found {name:?}");
            self.problem("name", message);
        } else if let Some(other) = self.names.get(name) {
            let message =
                format!("the name {name:?} is taken by {other}: names are unique in a topology");
            self.problem("name", message);
        } else {
            self.names.insert(name.to_owned(), self.path.clone());
        }
    }

    /// Adds what was reported to what is wrong with the file that the values were read from.
    pub(crate) fn report(self, document: &Document, problems: &mut Problems) {
        for Finding { path, message } in self.findings {
            problems.report(document, &path, message);
        }
    }

    /// Everything that was reported, in the order in which it was found.
    pub fn into_findings(self) -> Vec<Finding> {
        self.findings
    }
}

fn joined(path: &str, segment: &str) -> String {
    if path.is_empty() || segment.is_empty() || segment.starts_with('[') {
        format!("{path}{segment}")
    } else {
        format!("{path}.{segment}")
    }
}
