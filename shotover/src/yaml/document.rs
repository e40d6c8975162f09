//! How is a file read from beginning to end?

use super::limits::{MAX_PASSES, MAX_TEXT};
use super::node::{Node, Position, Value};
use super::parse;
use super::pass::{Failure, Finding, Found, Pass};
use super::path;
use super::problem::{Problem, Problems};
use super::reader::Reader;
use super::repair::Repairs;
use serde::de::DeserializeOwned;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Characters of a message of a check: it may quote the file.
const MESSAGE_SHOWN: usize = 600;

/// A file that is YAML; whether it means anything is not known yet.
#[derive(Debug)]
pub struct Document {
    file: String,
    root: Node,
    problems: Problems,
}

/// What a document means, as far as that could be found out.
#[derive(Debug)]
pub struct Reading<T> {
    /// The value. Where there are problems, parts of it are stand-ins or were left out: then it is
    /// good for finding more problems and for nothing else.
    pub value: Option<T>,
    /// All that is wrong with the document. There is at least one when there is no value.
    pub problems: Problems,
}

/// Reads `text` as a `T`. `file` is what the text is called in the problems.
///
/// # Errors
/// All problems of the text.
pub fn from_str<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, Problems> {
    Document::parse(file, text)?.read().complete()
}

impl<T> Reading<T> {
    /// The value, if nothing is wrong with it.
    ///
    /// # Errors
    /// All problems of the document.
    pub fn complete(self) -> Result<T, Problems> {
        match self.value {
            Some(value) if self.problems.is_empty() => Ok(value),
            Some(_) | None => Err(self.problems),
        }
    }
}

impl Document {
    /// Loads the file at `path`.
    ///
    /// # Errors
    /// The file cannot be read, is larger than [`MAX_TEXT`], is not UTF-8 or is not YAML.
    pub fn open(path: &Path) -> Result<Self, Problems> {
        let name = path.display().to_string();
        let bytes = read_limited(path).map_err(|error| {
            whole_file(&name, None, format!("the file cannot be read: {error}"))
        })?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let valid = error.utf8_error().valid_up_to();
            let message = format!("the file is not UTF-8: byte {} is wrong", valid + 1);
            whole_file(&name, None, message)
        })?;
        Self::parse(&name, &text)
    }

    /// Parses `text`, which is called `file` in the problems.
    ///
    /// # Errors
    /// The text is larger than [`MAX_TEXT`] or not YAML.
    pub fn parse(file: &str, text: &str) -> Result<Self, Problems> {
        if text.len() > MAX_TEXT {
            let message = format!("the file is too large: {MAX_TEXT} bytes are the limit");
            return Err(whole_file(file, None, message));
        }
        let parsed = parse::parse(text);
        let mut problems = Problems::new();
        for flaw in parsed.flaws {
            problems.push_read(Problem {
                file: file.to_owned(),
                position: Some(flaw.position),
                path: flaw.path,
                message: flaw.message,
            });
        }
        match parsed.root {
            Some(root) if !matches!(root.value, Value::Null) => Ok(Self {
                file: file.to_owned(),
                root,
                problems,
            }),
            Some(_) | None if problems.is_empty() => {
                let message = "the file is empty".to_owned();
                Err(whole_file(file, Some(Position::START), message))
            }
            Some(_) | None => Err(problems),
        }
    }

    /// Reads the document as a `T`, as far as possible.
    pub fn read<T: DeserializeOwned>(&self) -> Reading<T> {
        let mut problems = self.problems.clone();
        let mut repairs = Repairs::default();
        for _ in 0..MAX_PASSES {
            let pass = Pass::default();
            let reader = Reader::new(&self.root, &repairs, &pass);
            let outcome = reader.settle(T::deserialize(reader));
            let failure = self.collect(pass.finish(), outcome.is_ok(), &mut problems);
            if let Ok(value) = outcome {
                let value = Some(value);
                return Reading { value, problems };
            }
            let repaired =
                failure.is_some_and(|failure| repairs.escalate(&failure.path, failure.is_text));
            if !repaired || problems.is_full() {
                break;
            }
        }
        if problems.is_empty() {
            problems.push(self.problem("", "the file has an unexpected structure"));
        }
        Reading {
            value: None,
            problems,
        }
    }

    /// A problem with the value at `path`.
    pub fn problem(&self, path: &str, message: impl Into<String>) -> Problem {
        Problem {
            file: self.file.clone(),
            position: Some(self.root.find(path)),
            path: path.to_owned(),
            message: path::shorten(&message.into(), MESSAGE_SHOWN),
        }
    }

    /// Adds the findings of a pass to the problems; returns what the pass ended at.
    fn collect(&self, found: Found, complete: bool, problems: &mut Problems) -> Option<Failure> {
        let mut findings = found.findings;
        let mut failure = found.failure.filter(|_| !complete);
        findings.extend(failure.as_mut().and_then(|failure| failure.finding.take()));
        for Finding {
            position,
            path,
            message,
        } in findings
        {
            problems.push_read(Problem {
                file: self.file.clone(),
                position: Some(position),
                path,
                message,
            });
        }
        for list in found.shifted {
            problems.shifts(list);
        }
        if let Some(failure) = &failure {
            problems.stands_in(path::show(&failure.path));
        }
        failure
    }
}

fn whole_file(file: &str, position: Option<Position>, message: String) -> Problems {
    Problems::from(Problem {
        file: file.to_owned(),
        position,
        path: String::new(),
        message,
    })
}

/// The file, or as much of it as shows that it is too large.
fn read_limited(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(MAX_TEXT).unwrap_or(u64::MAX) + 1;
    File::open(path)?.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}
