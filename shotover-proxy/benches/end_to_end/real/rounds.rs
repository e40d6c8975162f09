//! In which order is everything measured with real clients?

use super::cluster::{Kafka, Leaders};
use super::round::{Round, measure, takes_part};
use super::table::{groups, render};
use crate::arguments::Arguments;
use crate::contestant::{self, Contestant};
use crate::output::Output;
use crate::rounds::{describe, shuffled};
use crate::workload::{self, Workload};
use anyhow::{Context, Result};
use std::process::ExitCode;
use test_helpers::kafka::version;

/// Written and read in a measurement.
const RECORDS: usize = 500_000;
const FEW_RECORDS: usize = 100_000;

/// Runs what was asked for; fails if a contestant did.
pub(crate) fn run(arguments: &Arguments, loopback: &str) -> Result<ExitCode> {
    let contestants = contestant::chosen(arguments)?;
    let records = if arguments.quick {
        FEW_RECORDS
    } else {
        RECORDS
    };
    let mut output = Output::new(arguments);
    describe(&mut output, arguments, loopback);
    output.fact(&format!(
        "kafka:    {}, three brokers as processes",
        version()?
    ));
    let mut kafka = Kafka::start(records)?;
    let mut failures = 0;
    for leaders in [Leaders::One, Leaders::All] {
        let part: Vec<_> = contestants
            .iter()
            .filter(|(_, contestant)| takes_part(contestant, leaders))
            .collect();
        let results = rounds(arguments, &mut kafka, (&part, leaders), records)?;
        failures += results
            .iter()
            .flatten()
            .filter(|round| round.is_none())
            .count();
        let names: Vec<&str> = part.iter().map(|(name, _)| &**name).collect();
        output.table(&render(leaders, records, &names, &results));
        groups(leaders, &names, &results)
            .into_iter()
            .for_each(|group| output.group(group));
        output.write()?;
    }
    Ok(ExitCode::from(u8::from(failures > 0)))
}

/// What was measured of each contestant, by round.
fn rounds(
    arguments: &Arguments,
    kafka: &mut Kafka,
    (contestants, leaders): (&[&(String, Contestant)], Leaders),
    records: usize,
) -> Result<Vec<Vec<Option<Round>>>> {
    let workload = plain()?;
    let mut results = vec![Vec::new(); contestants.len()];
    for _ in 0..arguments.rounds() {
        for index in shuffled(contestants.len()) {
            let (name, contestant) = contestants[index];
            let measured = measure(kafka, (&workload, contestant), leaders, records);
            if let Err(error) = &measured {
                println!("\nFAILED: {leaders:?} by {name}: {error:#}");
            }
            results[index].push(measured.ok());
        }
    }
    Ok(results)
}

/// A workload without TLS and further transforms: what contestants are told.
fn plain() -> Result<Workload> {
    let mut all = workload::all().into_iter();
    all.find(|workload| workload.name == "produce-1k-1")
        .context("no plain workload")
}
