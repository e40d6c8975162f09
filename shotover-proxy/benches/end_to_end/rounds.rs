//! In which order is everything measured?

use super::arguments::Arguments;
use super::contestant;
use super::machine;
use super::measurement::Bench;
use super::output::Output;
use super::table;
use super::workload::{self, Workload};
use anyhow::{Result, ensure};
use rustix::process::{Resource, getrlimit};
use std::hash::{BuildHasher, RandomState};
use std::process::ExitCode;

/// Runs what was asked for; fails if a contestant did.
pub(crate) fn run(arguments: &Arguments, loopback: &str) -> Result<ExitCode> {
    let workloads = chosen_workloads(arguments)?;
    let contestants = contestant::chosen(arguments)?;
    let mut output = Output::new(arguments);
    describe(&mut output, arguments, loopback);
    let bench = Bench::new(arguments.lengths())?;
    let names: Vec<&str> = contestants.iter().map(|(name, _)| &**name).collect();
    let mut failures = 0;
    for workload in workloads {
        let (needed, allowed) = (workload.descriptors(), descriptor_limit());
        if needed > allowed {
            output.table(&format!(
                "## {}: NOT MEASURED, needs {needed} descriptors and may have {allowed}: raise ulimit -Hn",
                workload.name
            ));
            continue;
        }
        let mut results = vec![Vec::new(); contestants.len()];
        for _ in 0..arguments.rounds() {
            for index in shuffled(contestants.len()) {
                let (name, contestant) = &contestants[index];
                let measured = bench.measure(&workload, contestant);
                if let Err(error) = &measured {
                    failures += 1;
                    println!("\nFAILED: {} by {name}: {error:#}", workload.name);
                }
                results[index].push(measured.ok());
            }
        }
        output.table(&table::render(&workload, &names, &results));
        output.group(table::group(&workload, &names, &results));
        output.write()?;
    }
    Ok(ExitCode::from(u8::from(failures > 0)))
}

/// What has to be known about a run to compare it with another one.
pub(super) fn describe(output: &mut Output, arguments: &Arguments, loopback: &str) {
    output.fact(&format!("machine:  {}", machine::description()));
    output.fact(&format!("network:  {loopback}"));
    let haproxy = contestant::haproxy_version();
    let haproxy = haproxy
        .unwrap_or_else(|| "NOT INSTALLED, so not measured (Debian package haproxy)".to_owned());
    output.fact(&format!("haproxy:  {haproxy}"));
    for (number, also) in (1..).zip(&arguments.also) {
        output.fact(&format!("also {number}:   {}", also.display()));
    }
    let rounds = arguments.rounds();
    output.fact(&format!("rounds:   {rounds}, each in another order"));
}

fn chosen_workloads(arguments: &Arguments) -> Result<Vec<Workload>> {
    let asked_for = &arguments.workloads;
    let mut workloads = workload::all();
    if !asked_for.is_empty() {
        workloads.retain(|it| asked_for.iter().any(|name| it.name.starts_with(&**name)));
    } else if arguments.quick {
        workloads.retain(|workload| workload.quick);
    }
    ensure!(!workloads.is_empty(), "no workload is called {asked_for:?}");
    Ok(workloads)
}

fn descriptor_limit() -> usize {
    let limit = getrlimit(Resource::Nofile).current;
    limit.map_or(usize::MAX, |limit| limit.try_into().unwrap_or(usize::MAX))
}

/// The numbers below `count` in an order that nobody chose.
pub(super) fn shuffled(count: usize) -> Vec<usize> {
    let random = RandomState::new();
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by_key(|index| random.hash_one(index));
    order
}
