//! A Python client: kafka-python, which shares no code with librdkafka or the Java client.

use std::collections::BTreeMap;
use std::process::Command;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::command::run;
use super::librdkafka::new_group;
use super::{Client, Received, Record, Security};

/// Reads a [`Task`] from its standard input.
const PROGRAM: &str = include_str!("python_client.py");
/// Names the interpreter that has the client installed.
const INTERPRETER: &str = "SHOTOVER_TEST_PYTHON";

/// kafka-python with a test's properties.
#[derive(Clone, Debug)]
pub struct Python {
    properties: BTreeMap<String, serde_json::Value>,
}

#[derive(Serialize)]
struct Task<'a> {
    properties: &'a BTreeMap<String, serde_json::Value>,
    topic: &'a str,
    #[serde(flatten)]
    work: Work,
}

#[derive(Serialize)]
#[serde(tag = "work", rename_all = "snake_case")]
enum Work {
    Produce { records: Vec<Text> },
    Consume { count: usize, group: String },
}

/// A record with its bytes in hexadecimal digits, which JSON can hold.
#[derive(Serialize, Deserialize)]
struct Text {
    key: Option<String>,
    value: Option<String>,
    headers: Vec<(String, Option<String>)>,
}

#[derive(Deserialize)]
struct Line {
    partition: i32,
    offset: i64,
    #[serde(flatten)]
    record: Text,
}

impl Python {
    /// The client of the cluster at `bootstrap`.
    #[must_use]
    pub fn new(bootstrap: &str) -> Self {
        Self {
            properties: BTreeMap::new(),
        }
        .set("bootstrap_servers", bootstrap)
    }

    /// Sets a keyword argument of producers and consumers.
    #[must_use]
    pub fn set(mut self, property: &str, value: impl Into<serde_json::Value>) -> Self {
        self.properties.insert(property.to_owned(), value.into());
        self
    }

    /// Sets how its connections are secured.
    #[must_use]
    pub fn security(self, security: &Security) -> Self {
        security
            .python()
            .into_iter()
            .fold(self, |client, (property, value)| {
                client.set(property, value)
            })
    }

    fn run(&self, topic: &str, work: Work) -> Result<String> {
        let interpreter = std::env::var_os(INTERPRETER)
            .with_context(|| format!("{INTERPRETER} is not set: use `scripts/test --ring real`"))?;
        let mut command = Command::new(interpreter);
        command.args(["-c", PROGRAM]);
        run(
            command,
            serde_json::to_vec(&Task {
                properties: &self.properties,
                topic,
                work,
            })?,
        )
    }
}

impl Client for Python {
    fn produce(&self, topic: &str, records: &[Record]) -> Result<()> {
        let records = records.iter().map(text_of).collect();
        self.run(topic, Work::Produce { records }).map(drop)
    }

    fn consume(&self, topic: &str, count: usize) -> Result<Vec<Received>> {
        let output = self.run(
            topic,
            Work::Consume {
                count,
                group: new_group(),
            },
        )?;
        output.lines().map(received_from).collect()
    }
}

fn text_of(record: &Record) -> Text {
    let text = |bytes: &Option<Vec<u8>>| bytes.as_deref().map(to_hex);
    let headers = record
        .headers
        .iter()
        .map(|(name, value)| (name.clone(), text(value)));
    Text {
        key: text(&record.key),
        value: text(&record.value),
        headers: headers.collect(),
    }
}

fn received_from(line: &str) -> Result<Received> {
    let Line {
        partition,
        offset,
        record: text,
    } = serde_json::from_str(line)?;
    let bytes = |text: Option<String>| text.as_deref().map(from_hex).transpose();
    let headers = text
        .headers
        .into_iter()
        .map(|(name, value)| Ok((name, bytes(value)?)));
    let record = Record {
        headers: headers.collect::<Result<_>>()?,
        key: bytes(text.key)?,
        value: bytes(text.value)?,
    };
    Ok(Received {
        partition,
        offset,
        record,
    })
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        text.push_str(&format!("{byte:02x}"));
        text
    })
}

fn from_hex(text: &str) -> Result<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| Ok(u8::from_str_radix(std::str::from_utf8(pair)?, 16)?))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let record = Record {
            key: Some((0..=255).collect()),
            value: None,
            headers: vec![("a".to_owned(), Some(Vec::new())), ("a".to_owned(), None)],
        };
        let text = serde_json::to_value(text_of(&record)).unwrap();
        let mut line = serde_json::json!({ "partition": 1, "offset": 2 });
        let fields = line.as_object_mut().unwrap();
        fields.extend(text.as_object().unwrap().clone());
        assert_eq!(received_from(&line.to_string()).unwrap().record, record);
    }
}
