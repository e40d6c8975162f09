//! What does a request, a byte and a connection cost, compared with a plain relay and with HAProxy?
//!
//! `cargo bench -p shotover-proxy --bench end_to_end -- --quick`; `docs/src/benchmarks.md` explains what is printed.

#![expect(
    clippy::print_stdout,
    reason = "the results are what this program is for"
)]
#![expect(
    clippy::indexing_slicing,
    reason = "tables are as wide and as long as the lists they are made from"
)]

mod arguments;
mod chart;
mod contestant;
mod floor;
mod load;
mod machine;
mod measurement;
mod namespace;
mod output;
mod peers;
mod real;
mod relay;
mod rounds;
mod statistics;
mod table;
mod topology;
mod workload;

use anyhow::Result;
use arguments::{Arguments, Role};
use clap::Parser;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::process::ExitCode;

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    raise_descriptor_limit()?;
    match &arguments.role {
        Some(Role::Peers(peers)) => peers::serve(peers).map(|()| ExitCode::SUCCESS),
        Some(Role::Relay(relay)) => relay::serve(relay).map(|()| ExitCode::SUCCESS),
        Some(Role::Floor(relay)) => floor::serve(relay).map(|()| ExitCode::SUCCESS),
        None if arguments.list => {
            workload::all().iter().for_each(|it| println!("{it}"));
            Ok(ExitCode::SUCCESS)
        }
        None if !arguments.bench => {
            println!("a benchmark, not a test: run it with cargo bench");
            Ok(ExitCode::SUCCESS)
        }
        None => {
            let loopback = namespace::enter()?;
            if arguments.real {
                real::run(&arguments, &loopback)
            } else {
                rounds::run(&arguments, &loopback)
            }
        }
    }
}

/// Thousands of connections are some descriptors each in some of the processes, which inherit the limit.
fn raise_descriptor_limit() -> Result<()> {
    /// What ten thousand clients of a cluster need.
    const WANTED: u64 = 100_000;
    let limit = |most| Rlimit {
        current: most,
        maximum: most,
    };
    let maximum = getrlimit(Resource::Nofile).maximum;
    // Only root may have more than the maximum.
    if maximum.is_some_and(|maximum| maximum < WANTED)
        && setrlimit(Resource::Nofile, limit(Some(WANTED))).is_ok()
    {
        return Ok(());
    }
    Ok(setrlimit(Resource::Nofile, limit(maximum))?)
}
