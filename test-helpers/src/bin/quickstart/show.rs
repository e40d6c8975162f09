//! What does the reader see?
#![expect(
    clippy::print_stdout,
    reason = "to be read in a terminal is what it is for"
)]

use std::collections::BTreeMap;
use std::fmt;
use std::io::{IsTerminal, Write, stdout};
use std::time::Duration;

use anyhow::Result;
use test_helpers::log::Log;
use test_helpers::proxy::{Sample, scrape};

use crate::places::Places;
use crate::shares::Shares;
use crate::traffic::{Times, Traffic};

/// How far the records are.
#[derive(Clone, Copy)]
pub(crate) struct Progress {
    pub(crate) acknowledged: usize,
    pub(crate) consumed: usize,
    pub(crate) total: usize,
}

pub(crate) fn step(text: &str) {
    println!("\n=> {text}");
}

/// One line that moves, where there is a terminal.
pub(crate) fn moving(progress: Progress) {
    if stdout().is_terminal() {
        print!("\r{progress}");
        // A line that cannot be shown is not worth ending for.
        drop(stdout().flush());
    }
}

/// The line as it stays.
pub(crate) fn arrived(progress: Progress) {
    let start = if stdout().is_terminal() { "\r" } else { "" };
    println!("{start}{progress}");
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            acknowledged,
            consumed,
            total,
        } = self;
        write!(
            f,
            "   acknowledged {acknowledged:>9}   consumed {consumed:>9}   of {total}"
        )
    }
}

/// What came out of it.
pub(crate) struct Summary<'a> {
    progress: Progress,
    places: &'a Places,
}

impl<'a> Summary<'a> {
    pub(crate) fn new(traffic: &Traffic, places: &'a Places) -> Self {
        Self {
            progress: traffic.progress(),
            places,
        }
    }

    /// Shows it, and says whether every record came back in order.
    pub(crate) fn show(&self, topic: &str, result: Result<Times>, log: &Log) -> bool {
        let Progress {
            acknowledged,
            consumed,
            total,
        } = self.progress;
        step("Summary");
        println!("   records in    {acknowledged:>9} of {total}");
        println!("   records out   {consumed:>9} of {total}");
        let complete = match result {
            Ok(Times { produced, consumed }) => {
                println!("   every record came back once, in the order of its partition");
                println!(
                    "   throughput    {:>9} records/s in, {} records/s out",
                    rate(total, produced),
                    rate(total, consumed)
                );
                true
            }
            Err(error) => {
                println!("   FAILED: {error:#}\n{}", log.tail());
                false
            }
        };
        self.show_shares(topic);
        let address = self.places.observability_address();
        println!("   what the proxy counted (http://{address}/metrics):");
        match counters(&address) {
            Ok(lines) => lines.iter().for_each(|line| println!("     {line}")),
            Err(error) => println!("     {error:#}"),
        }
        complete
    }

    fn show_shares(&self, topic: &str) {
        println!(
            "   clients know  {} only; what the brokers have, asked past the proxy:",
            self.places.address()
        );
        match Shares::of(&self.places.cluster, topic) {
            Ok(shares) => print!("{shares}"),
            Err(error) => println!("     {error:#}"),
        }
    }
}

/// The counters that are not zero, a line for each name.
fn counters(address: &str) -> Result<Vec<String>> {
    let mut lines: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for Sample {
        name,
        labels,
        value,
    } in scrape(address)?
    {
        if name.ends_with("_total") && value > 0.0 {
            // There is one source and one sink: what they are called says nothing here.
            let told_apart = labels
                .iter()
                .filter(|(label, _)| !["source", "sink"].contains(&label.as_str()));
            let words = told_apart
                .map(|(_, value)| value.clone())
                .chain([value.to_string()]);
            lines
                .entry(name)
                .or_default()
                .push(words.collect::<Vec<_>>().join(" "));
        }
    }
    Ok(lines
        .into_iter()
        .map(|(name, values)| format!("{name:<38} {}", values.join(", ")))
        .collect())
}

/// Records per second, in whole records.
fn rate(records: usize, time: Duration) -> u128 {
    let records = u128::try_from(records).unwrap_or(u128::MAX);
    records.saturating_mul(1_000_000) / time.as_micros().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_per_second() {
        assert_eq!(rate(100_000, Duration::from_millis(500)), 200_000);
        assert_eq!(rate(100_000, Duration::ZERO), 100_000_000_000);
    }
}
