//! In which order is everything measured?

use super::arguments::Arguments;
use super::contestant;
use super::machine;
use super::measurement::Bench;
use super::table;
use super::workload::{self, Workload};
use anyhow::{Result, ensure};
use std::hash::{BuildHasher, RandomState};
use std::process::ExitCode;

/// Runs what was asked for; fails if a contestant did.
pub(crate) fn run(arguments: &Arguments, loopback: &str) -> Result<ExitCode> {
    let workloads = chosen_workloads(arguments)?;
    let contestants = contestant::chosen(arguments)?;
    describe(arguments, loopback);
    let bench = Bench::new(arguments.lengths())?;
    let names: Vec<&str> = contestants.iter().map(|(name, _)| &**name).collect();
    let mut failures = 0;
    for workload in workloads {
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
        println!("\n{}", table::render(&workload, &names, &results));
    }
    Ok(ExitCode::from(u8::from(failures > 0)))
}

/// What has to be known about a run to compare it with another one.
fn describe(arguments: &Arguments, loopback: &str) {
    println!("machine:  {}", machine::description());
    println!("network:  {loopback}");
    match contestant::haproxy_version() {
        Some(version) => println!("haproxy:  {version}"),
        None => println!("haproxy:  NOT INSTALLED, so not measured (Debian package haproxy)"),
    }
    for (number, also) in (1..).zip(&arguments.also) {
        println!("also {number}:   {}", also.display());
    }
    println!("rounds:   {}, each in another order", arguments.rounds());
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

/// The numbers below `count` in an order that nobody chose.
fn shuffled(count: usize) -> Vec<usize> {
    let random = RandomState::new();
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by_key(|index| random.hash_one(index));
    order
}
