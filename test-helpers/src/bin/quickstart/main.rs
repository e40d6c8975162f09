//! Shows the proxy at work in one command: a cluster of three brokers, the real binary in front of it, a real client.

mod behind;
mod places;
mod shares;
mod show;
mod traffic;

use std::io;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use clap::Parser;
use test_helpers::kafka;
use test_helpers::ports::free_port;
use test_helpers::proxy::{ProxyProcess, build_binary};
use tokio::runtime;
use tokio::signal::unix::{SignalKind, signal};

use behind::Behind;
use places::Places;
use show::Summary;
use traffic::Traffic;

/// Where the records go.
const TOPIC: &str = "quickstart";
const PARTITIONS: i32 = 6;
/// Longest time the proxy may take to end.
const DRAIN: Duration = Duration::from_secs(30);

/// Starts a cluster of three brokers and the proxy in front of it, and sends records through it.
#[derive(Parser)]
struct Arguments {
    /// Ends after the summary; the exit code is 0 only if every record came back, in the order of its partition.
    #[arg(long)]
    once: bool,
    /// Starts three brokers of Kafka itself instead of the embedded ones; needs `eval "$(scripts/test --env)"` before.
    #[arg(long)]
    real: bool,
    /// How many records to send.
    #[arg(long, default_value_t = 100_000)]
    records: usize,
}

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    if arguments.real {
        // Said before anything is compiled.
        kafka::prepared()?;
    }
    show::step("Building the proxy");
    let binary = build_binary("shotover-proxy", "shotover-proxy")?;

    let behind = if arguments.real {
        show::step("Starting three brokers of Kafka, and the proxy in front of them");
        Behind::real()?
    } else {
        show::step("Starting an embedded cluster of three brokers, and the proxy in front of it");
        Behind::embedded()?
    };
    behind.create_topic(TOPIC, PARTITIONS)?;
    let places = Places {
        cluster: behind.bootstrap()?,
        proxy: free_port()?,
        observability: free_port()?,
    };
    let mut proxy = ProxyProcess::builder(binary)
        .topology(&places.topology())
        .config(&places.config())
        .start()?;
    places.show(&proxy);

    show::step(&format!(
        "Producing and consuming {} records through the proxy",
        arguments.records
    ));
    let traffic = Traffic::new(&places.address(), TOPIC, arguments.records);
    // An error of the client is part of the picture: what the proxy counted and logged explains it.
    let result = traffic.run(show::moving);
    show::arrived(traffic.progress());
    let complete = Summary::new(&traffic, &places).show(TOPIC, result, proxy.log());

    if !arguments.once {
        until_ctrl_c(|| places.invite(TOPIC))?;
    }
    show::step("Ending the proxy");
    let status = proxy.terminate(DRAIN)?;
    Ok(if complete && status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Says that it stays up once Ctrl-C is listened to, and does so.
fn until_ctrl_c(say: impl FnOnce()) -> io::Result<()> {
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut interrupts = signal(SignalKind::interrupt())?;
        say();
        interrupts.recv().await;
        Ok(())
    })
}
