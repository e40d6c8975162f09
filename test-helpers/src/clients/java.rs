//! The Java client: Kafka's own console tools.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use tempfile::NamedTempFile;

use super::command::{LIMIT, run};
use super::{Client, Program, Received, Record, Security};
use crate::kafka::{JAVA_OPTIONS, LOG_CONFIG, is_before_4, libs};

/// What stands for null in what the console tools read and write.
const NULL: &str = "<null>";

/// Kafka's console tools with a test's properties.
#[derive(Debug)]
pub struct Java {
    bootstrap: String,
    properties: NamedTempFile,
    log_config: NamedTempFile,
}

impl Java {
    /// The tools against the cluster at `bootstrap`.
    ///
    /// # Errors
    /// When their configuration cannot be written.
    pub fn new(bootstrap: &str) -> Result<Self> {
        // The format of the file follows from its name.
        let mut log_config = NamedTempFile::with_suffix(".properties")?;
        log_config.write_all(LOG_CONFIG.as_bytes())?;
        Ok(Self {
            bootstrap: bootstrap.to_owned(),
            properties: NamedTempFile::new()?,
            log_config,
        })
    }

    /// Sets a property of the producer, the consumer or the admin client.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn set(mut self, property: &str, value: &str) -> Result<Self> {
        writeln!(self.properties, "{property}={value}")?;
        Ok(self)
    }

    /// Sets how its connections are secured.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn security(self, security: &Security) -> Result<Self> {
        security
            .java()
            .into_iter()
            .try_fold(self, |client, (property, value)| {
                client.set(property, &value)
            })
    }

    /// The file with the properties, for a tool's `--command-config`.
    #[must_use]
    pub fn properties(&self) -> &Path {
        self.properties.path()
    }

    /// Runs a tool, `org.apache.kafka.tools.TopicCommand` for instance, against the cluster and returns what it printed.
    ///
    /// # Errors
    /// When it fails, with what it said.
    pub fn tool(&self, class: &str, arguments: &[&str], input: &str) -> Result<String> {
        let mut command = self.command(class)?;
        command.args(["--bootstrap-server", &self.bootstrap]);
        command.args(arguments);
        run(command, input.as_bytes().to_vec())
    }

    /// Starts a program that goes on for a while. Its arguments must say where the cluster is.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(&self, class: &str, arguments: &[&str]) -> Result<Program> {
        let mut command = self.command(class)?;
        command.args(arguments);
        Program::start(class, command)
    }

    fn command(&self, class: &str) -> Result<Command> {
        let mut command = Command::new("java");
        command
            .args(JAVA_OPTIONS)
            .arg(format!(
                "-Dlog4j2.configurationFile={}",
                self.log_config.path().display()
            ))
            .arg("-cp")
            .arg(libs()?.join("*"))
            .arg(class);
        Ok(command)
    }
}

impl Client for Java {
    fn produce(&self, topic: &str, records: &[Record]) -> Result<()> {
        let mut input = String::new();
        for record in records {
            writeln!(input, "{}", line_of(record)?)?;
        }
        // These options have newer names in 4.x; 3.9 knows only the old ones, and both know those.
        let properties = self.properties().display().to_string();
        let options = ["--topic", topic, "--producer.config", &properties];
        let null = format!("null.marker={NULL}");
        let reader = [
            "--property",
            "parse.key=true",
            "--property",
            "parse.headers=true",
            "--property",
            &null,
        ];
        // Acknowledged by all replicas, with the time of a client that has to look for a new leader.
        let patience = [
            "--request-required-acks",
            "-1",
            "--request-timeout-ms",
            "30000",
        ];
        let package = if is_before_4()? {
            "kafka.tools"
        } else {
            "org.apache.kafka.tools"
        };
        let said = self.tool(
            &format!("{package}.ConsoleProducer"),
            &[options.as_slice(), &reader, &patience].concat(),
            &input,
        )?;
        // It logs the records that were refused and exits with 0.
        ensure!(
            !said.contains("ERROR"),
            "the console producer said:\n{said}"
        );
        Ok(())
    }

    fn consume(&self, topic: &str, count: usize) -> Result<Vec<Received>> {
        let properties = self.properties().display().to_string();
        let (count, limit) = (count.to_string(), LIMIT.as_millis().to_string());
        let null = format!("null.literal={NULL}");
        let mut options = vec!["--topic", topic, "--consumer.config", &properties];
        options.extend([
            "--from-beginning",
            "--max-messages",
            &count,
            "--timeout-ms",
            &limit,
        ]);
        options.extend([
            "--property",
            "print.partition=true",
            "--property",
            "print.offset=true",
        ]);
        options.extend([
            "--property",
            "print.headers=true",
            "--property",
            "print.key=true",
            "--property",
            &null,
        ]);
        let output = self.tool(
            "org.apache.kafka.tools.consumer.ConsoleConsumer",
            &options,
            "",
        )?;
        let lines = output.lines().filter(|line| line.starts_with("Partition:"));
        lines
            .map(|line| {
                received_from(line)
                    .with_context(|| format!("the line {line:?} of the console consumer"))
            })
            .collect()
    }
}

/// A record in the form the console producer reads: `name:value,name:value<TAB>key<TAB>value`.
fn line_of(record: &Record) -> Result<String> {
    let text = |bytes: &Option<Vec<u8>>| -> Result<String> {
        let Some(bytes) = bytes else {
            return Ok(NULL.to_owned());
        };
        let text = String::from_utf8(bytes.clone())?;
        ensure!(
            !text.contains(['\t', '\n']) && text != NULL,
            "the console tools separate by tab and line: {text:?}"
        );
        Ok(text)
    };
    let mut headers = Vec::new();
    for (name, value) in &record.headers {
        let header = format!("{name}:{}", text(value)?);
        ensure!(
            !header.contains(','),
            "the console tools separate headers by comma: {header:?}"
        );
        headers.push(header);
    }
    if headers.is_empty() {
        headers.push(NULL.to_owned());
    }
    Ok(format!(
        "{}\t{}\t{}",
        headers.join(","),
        text(&record.key)?,
        text(&record.value)?
    ))
}

/// Reads `Partition:0<TAB>Offset:0<TAB>name:value,name:value<TAB>key<TAB>value`.
fn received_from(line: &str) -> Result<Received> {
    let mut fields = line.splitn(5, '\t');
    let mut next = || fields.next().context("a field is missing");
    let partition = next()?
        .strip_prefix("Partition:")
        .context("no partition")?
        .parse()?;
    let offset = next()?
        .strip_prefix("Offset:")
        .context("no offset")?
        .parse()?;
    let headers = match next()? {
        "NO_HEADERS" => Vec::new(),
        headers => headers.split(',').map(header_from).collect::<Result<_>>()?,
    };
    let [key, value] = [next()?, next()?].map(bytes_of);
    Ok(Received {
        partition,
        offset,
        record: Record {
            key,
            value,
            headers,
        },
    })
}

fn header_from(text: &str) -> Result<(String, Option<Vec<u8>>)> {
    let (name, value) = text.split_once(':').context("a header without a value")?;
    Ok((name.to_owned(), bytes_of(value)))
}

fn bytes_of(text: &str) -> Option<Vec<u8>> {
    (text != NULL).then(|| text.as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Record {
        let headers = vec![
            ("a".to_owned(), Some(b"1".to_vec())),
            ("b".to_owned(), Some(b"2:3".to_vec())),
        ];
        Record {
            key: Some(b"key".to_vec()),
            value: Some(b"value".to_vec()),
            headers,
        }
    }

    #[test]
    fn a_record_is_one_line() {
        assert_eq!(line_of(&record()).unwrap(), "a:1,b:2:3\tkey\tvalue");
    }

    #[test]
    fn a_value_the_tools_would_split_is_refused() {
        assert!(
            line_of(&Record {
                value: Some(b"a\tb".to_vec()),
                ..record()
            })
            .is_err()
        );
    }

    #[test]
    fn a_printed_line_is_read_back() {
        let received = received_from("Partition:3\tOffset:42\ta:1,b:2:3\tkey\tvalue").unwrap();
        assert_eq!(
            received,
            Received {
                partition: 3,
                offset: 42,
                record: record()
            }
        );
    }

    #[test]
    fn null_has_a_text_of_its_own() {
        let nothing = Record {
            key: None,
            value: None,
            headers: vec![("a".to_owned(), None)],
        };
        let line = line_of(&nothing).unwrap();
        let printed = format!("Partition:3\tOffset:42\t{line}");
        assert_eq!(received_from(&printed).unwrap().record, nothing);
    }

    #[test]
    fn a_printed_line_without_headers_is_read_back() {
        let received = received_from("Partition:0\tOffset:0\tNO_HEADERS\tkey\tvalue").unwrap();
        assert_eq!(
            received.record,
            Record {
                headers: Vec::new(),
                ..record()
            }
        );
    }
}
