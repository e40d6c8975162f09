//! What does a proxy say over HTTP: its metrics and its health?

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

/// Longest time for an answer.
const LIMIT: Duration = Duration::from_secs(5);

/// One line of a Prometheus exposition.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The metric.
    pub name: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Its value.
    pub value: f64,
}

/// An answer over HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpAnswer {
    /// 200 when all is well.
    pub status: u16,
    /// The headers, as they came.
    pub head: String,
    /// What it says.
    pub body: String,
}

/// Sends one request to the observability interface at `address`.
///
/// # Errors
/// When there is no answer in time.
pub fn http(address: &str, method: &str, path: &str, body: &str) -> Result<HttpAnswer> {
    let mut stream =
        TcpStream::connect(address).with_context(|| format!("connecting to {address}"))?;
    stream.set_read_timeout(Some(LIMIT))?;
    let length = body.len();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer
        .split_once("\r\n\r\n")
        .context("an answer without a body")?;
    let (line, head) = head.split_once("\r\n").unwrap_or((head, ""));
    let status = line
        .split(' ')
        .nth(1)
        .context("an answer without a status")?;
    Ok(HttpAnswer {
        status: status.parse()?,
        head: head.to_owned(),
        body: body.to_owned(),
    })
}

/// The body of `GET path` at `address`.
///
/// # Errors
/// When there is no answer in time, or its status is not 200.
pub fn get(address: &str, path: &str) -> Result<String> {
    let HttpAnswer { status, body, .. } = http(address, "GET", path, "")?;
    ensure!(status == 200, "GET {path}: {status}: {body}");
    Ok(body)
}

/// The metrics of the proxy whose observability interface is at `address`.
///
/// # Errors
/// When there is no answer in time, or it is no exposition.
pub fn scrape(address: &str) -> Result<Vec<Sample>> {
    let body = get(address, "/metrics")?;
    let lines = body
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| sample(line).with_context(|| format!("the metric {line:?}")))
        .collect()
}

/// The sum of a metric's samples that have these labels, of the proxy whose observability interface is at `address`.
///
/// # Errors
/// When there is no answer in time, or it is no exposition.
pub fn metric(address: &str, name: &str, labels: &[(&str, &str)]) -> Result<f64> {
    let samples = scrape(address)?;
    let has = |sample: &Sample, (label, value): &(&str, &str)| {
        sample
            .labels
            .get(*label)
            .is_some_and(|found| found == value)
    };
    let wanted = samples
        .iter()
        .filter(|sample| sample.name == name && labels.iter().all(|label| has(sample, label)));
    Ok(wanted.map(|sample| sample.value).sum())
}

/// Reads `name{label="value",label="value"} number`; values with escapes in them do not occur here.
fn sample(line: &str) -> Result<Sample> {
    let (series, value) = line.rsplit_once(' ').context("no value")?;
    let (name, labels) = match series.split_once('{') {
        None => (series, ""),
        Some((name, labels)) => (name, labels.strip_suffix('}').context("no closing brace")?),
    };
    let mut pairs = BTreeMap::new();
    for label in labels.split("\",").filter(|label| !label.is_empty()) {
        let (key, value) = label.split_once("=\"").context("a label without a value")?;
        pairs.insert(key.to_owned(), value.trim_end_matches('"').to_owned());
    }
    Ok(Sample {
        name: name.to_owned(),
        labels: pairs,
        value: value.parse()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, labels: &[(&str, &str)], value: f64) {
        let sample = sample(line).unwrap();
        let labels = labels
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        assert_eq!(
            sample,
            Sample {
                name: "requests_total".to_owned(),
                labels,
                value
            }
        );
    }

    #[test]
    fn samples_are_read_with_and_without_labels() {
        check("requests_total 3", &[], 3.0);
        check("requests_total{} 3", &[], 3.0);
        check(
            "requests_total{api=\"Fetch\"} 1.5",
            &[("api", "Fetch")],
            1.5,
        );
        check(
            "requests_total{api=\"Fetch\",sink=\"a b, c\"} 7",
            &[("api", "Fetch"), ("sink", "a b, c")],
            7.0,
        );
    }
}
