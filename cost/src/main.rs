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
    let chosen: Vec<&Case> = chosen.iter().collect();
    let mut counted = callgrind::count(&chosen)?;
    let here = machine::here()?;
    if env::var_os("SHOTOVER_BLESS").is_some() {
        bless(here, &counted, arguments.is_empty())?;
        return Ok(ExitCode::SUCCESS);
    }
    count_again(&chosen, &mut counted, &here)?;
    report(&here, &counted, arguments.is_empty())
}

/// How often what seems dearer than before is counted again. On a busy machine bytes arrive in more pieces than on a quiet
/// one, each of which takes a read; what the code itself takes is the least of several counts.
const AGAIN: usize = 2;

fn count_again(chosen: &[&Case], counted: &mut [Counted], here: &str) -> Result<()> {
    let Some(baseline) = Baseline::read()? else {
        return Ok(());
    };
    let tolerance = Tolerance::of(&baseline.machine, here);
    for _ in 0..AGAIN {
        let dearer = compare::dearer(&baseline, counted, tolerance);
        if dearer.is_empty() {
            break;
        }
        let again = chosen.iter().filter(|case| dearer.contains(&case.name));
        for case in callgrind::count(&again.copied().collect::<Vec<_>>())? {
            if let Some(known) = counted.iter_mut().find(|known| known.name == case.name) {
                known.count = known.count.least(case.count);
            }
        }
    }
    Ok(())
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
