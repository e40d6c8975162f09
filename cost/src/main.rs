//! What does the data path cost in instructions and socket calls, and is that more than before?
//!
//! `cargo run --release -p cost` runs every case under callgrind and compares it with `cost/baseline`, which is written
//! anew with `SHOTOVER_BLESS=1`. `cargo run --release -p cost -- NAME` runs the cases whose names begin so.

#![expect(
    clippy::print_stdout,
    reason = "the counts are what this program is for"
)]

mod baseline;
mod callgrind;
mod cases;
mod chain;
mod compare;
mod counted;
mod frames;
mod machine;
mod measured;
mod pure;
mod whole;

use anyhow::{Context, Result, bail};
use baseline::Baseline;
use cases::Case;
use compare::Tolerance;
use counted::Counted;
use std::env;
use std::process::ExitCode;

/// The one of the proxy's binary: what is allocated and given back is part of the cost.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// How this program is told, by itself, that it runs under callgrind.
const RUN: &str = "--run-case";

fn main() -> Result<ExitCode> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let cases = cases::all();
    if let [flag, name] = &*arguments
        && flag == RUN
    {
        let case = cases.iter().find(|case| case.name == *name);
        let operations = (case.context("no such case")?.run)()?;
        println!("{operations}");
        return Ok(ExitCode::SUCCESS);
    }
    let chosen: Vec<Case> = cases
        .into_iter()
        .filter(|case| {
            arguments.is_empty() || arguments.iter().any(|name| case.name.starts_with(name))
        })
        .collect();
    if chosen.is_empty() {
        bail!("no case is called {arguments:?}");
    }
    let counted = callgrind::count(&chosen)?;
    let here = machine::here()?;
    if env::var_os("SHOTOVER_BLESS").is_some() {
        bless(here, &counted, arguments.is_empty())?;
        return Ok(ExitCode::SUCCESS);
    }
    report(&here, &counted, arguments.is_empty())
}

/// Writes what was counted into the baseline. Cases that were not run keep their counts.
fn bless(here: String, counted: &[Counted], all: bool) -> Result<()> {
    let mut baseline = Baseline::read()?.unwrap_or_default();
    if all {
        baseline.counts.clear();
    } else if baseline.machine != here {
        bail!("the baseline is from another machine: renew all of it");
    }
    baseline.machine = here;
    for case in counted {
        baseline.counts.insert(case.name.clone(), case.count);
    }
    baseline.write()?;
    println!("{} counts written to the baseline", counted.len());
    Ok(())
}

fn report(here: &str, counted: &[Counted], all: bool) -> Result<ExitCode> {
    let baseline = Baseline::read()?.with_context(|| {
        format!(
            "no baseline for {}: write one with SHOTOVER_BLESS=1",
            env::consts::ARCH
        )
    })?;
    let tolerance = Tolerance::of(&baseline.machine, here);
    let differences = compare::differences(&baseline, counted, tolerance, all);
    let width = counted.iter().map(|case| case.name.len()).max();
    for case in counted {
        println!(
            "{}",
            compare::line(case, baseline.counts.get(&case.name), width.unwrap_or(0))
        );
    }
    if tolerance == Tolerance::ElsewhereCounted {
        println!("COUNTED ELSEWHERE than the baseline, so {tolerance} are tolerated:");
        println!("  baseline: {}\n  here:     {here}", baseline.machine);
    }
    for difference in &differences {
        println!("{difference}");
    }
    let failed = compare::failed_cases(&differences);
    println!(
        "\n{} cases as before, {failed} not",
        counted.len().saturating_sub(failed)
    );
    Ok(ExitCode::from(u8::from(failed > 0)))
}
