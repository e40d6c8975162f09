//! kcat: the librdkafka that Debian packages, an older one; it has neither TLS nor SCRAM.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::command::run;
use super::{Client, Received, Record};

/// kcat with a test's properties.
#[derive(Clone, Debug)]
pub struct Kcat {
    options: Vec<String>,
}

/// A line of `kcat -J`.
#[derive(Deserialize)]
struct Line {
    partition: i32,
    offset: i64,
    /// Names and values in turn.
    #[serde(default)]
    headers: Vec<Option<String>>,
    key: Option<String>,
    payload: Option<String>,
}

impl Kcat {
    /// kcat against the cluster at `bootstrap`.
    #[must_use]
    pub fn new(bootstrap: &str) -> Self {
        Self {
            options: vec!["-b".to_owned(), bootstrap.to_owned()],
        }
    }

    /// Sets a property of librdkafka.
    #[must_use]
    pub fn set(mut self, property: &str, value: &str) -> Self {
        self.options
            .extend(["-X".to_owned(), format!("{property}={value}")]);
        self
    }

    /// Runs kcat with more options and returns what it printed.
    ///
    /// # Errors
    /// When it fails, with what it said.
    pub fn run(&self, options: &[&str], input: Vec<u8>) -> Result<String> {
        let mut command = Command::new("kcat");
        command.args(&self.options).args(options);
        run(command, input)
    }
}

impl Client for Kcat {
    fn produce(&self, topic: &str, records: &[Record]) -> Result<()> {
        let Some(first) = records.first() else {
            return Ok(());
        };
        let mut headers = Vec::new();
        for (name, value) in &first.headers {
            let value = value
                .as_deref()
                .context("kcat writes no null in a header")?;
            headers.push(format!("{name}={}", std::str::from_utf8(value)?));
        }
        let mut options = vec!["-P", "-t", topic, "-K", "\t"];
        options.extend(headers.iter().flat_map(|header| ["-H", header]));

        let mut input = Vec::new();
        for record in records {
            ensure!(
                record.headers == first.headers,
                "kcat gives all records of a run the same headers"
            );
            let (Some(key), Some(value)) = (&record.key, &record.value) else {
                anyhow::bail!("kcat cannot tell null and empty apart")
            };
            ensure!(!value.contains(&b'\n'), "kcat separates records by line");
            input.extend([key, &b"\t"[..], value, b"\n"].concat());
        }
        self.run(&options, input).map(drop)
    }

    fn consume(&self, topic: &str, count: usize) -> Result<Vec<Received>> {
        let count = count.to_string();
        let output = self.run(
            &[
                "-C",
                "-J",
                "-q",
                "-t",
                topic,
                "-o",
                "beginning",
                "-c",
                &count,
            ],
            Vec::new(),
        )?;
        let lines = output.lines();
        lines
            .map(|line| received_from(line).with_context(|| format!("the line {line:?} of kcat")))
            .collect()
    }
}

fn received_from(line: &str) -> Result<Received> {
    let Line {
        partition,
        offset,
        headers,
        key,
        payload,
    } = serde_json::from_str(line)?;
    let mut pairs = Vec::new();
    for pair in headers.chunks(2) {
        let [Some(name), value] = pair else {
            anyhow::bail!("a header without a name or a value")
        };
        pairs.push((name.clone(), value.clone().map(String::into_bytes)));
    }
    let record = Record {
        key: key.map(String::into_bytes),
        value: payload.map(String::into_bytes),
        headers: pairs,
    };
    Ok(Received {
        partition,
        offset,
        record,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read() {
        let line = r#"{"topic":"t","partition":1,"offset":7,"tstype":"create","ts":0,"broker":1,
            "headers":["a","1","b","2"],"key":"k","payload":"v"}"#;
        let headers = vec![
            ("a".to_owned(), Some(b"1".to_vec())),
            ("b".to_owned(), Some(b"2".to_vec())),
        ];
        let record = Record {
            key: Some(b"k".to_vec()),
            value: Some(b"v".to_vec()),
            headers,
        };
        assert_eq!(
            received_from(line).unwrap(),
            Received {
                partition: 1,
                offset: 7,
                record
            }
        );
    }
}
