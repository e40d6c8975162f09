//! What can be said on the command line?

use clap::{Args, Parser, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// Measures what the proxy costs, side by side with a plain relay and HAProxy.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo bench -p shotover-proxy --bench end_to_end --")]
pub(crate) struct Arguments {
    /// A workload to run, or the beginning of the names of several; may be given again [default: all]
    #[arg(short, long = "workload", value_name = "NAME")]
    pub(crate) workloads: Vec<String>,

    /// A contestant: direct, relay, floor, haproxy, single, brokers or proxies; may be given again [default: all]
    #[arg(long = "only", value_name = "NAME")]
    pub(crate) only: Vec<String>,

    /// Another build of the proxy to measure beside this one; may be given again
    #[arg(long, value_name = "BINARY")]
    pub(crate) also: Vec<PathBuf>,

    /// How often everything is measured [default: 5, with --quick 3]
    #[arg(long, value_name = "N")]
    pub(crate) rounds: Option<usize>,

    /// The least time of a measurement [default: 3, with --quick 1]
    #[arg(long, value_name = "SECONDS")]
    seconds: Option<f64>,

    /// Measure with Kafka's own producer and consumer and a cluster of three real brokers instead
    #[arg(long)]
    pub(crate) real: bool,

    /// Write what is printed into this file, too
    #[arg(long, value_name = "FILE.md")]
    pub(crate) save: Option<PathBuf>,

    /// Draw the costs as multiples of the relay's into this file
    #[arg(long, value_name = "FILE.svg")]
    pub(crate) draw: Option<PathBuf>,

    /// Few workloads, few and short rounds: a first answer in two minutes
    #[arg(long)]
    pub(crate) quick: bool,

    /// Print the workloads and exit
    #[arg(long)]
    pub(crate) list: bool,

    /// What `cargo bench` adds
    #[arg(long, hide = true)]
    pub(crate) bench: bool,

    #[command(subcommand)]
    pub(crate) role: Option<Role>,
}

/// The processes that this program starts itself as.
#[derive(Debug, Subcommand)]
pub(crate) enum Role {
    #[command(hide = true)]
    Peers(Peers),
    #[command(hide = true)]
    Relay(Relay),
    #[command(hide = true)]
    Floor(Relay),
}

/// Brokers that answer at once.
#[derive(Debug, Args)]
pub(crate) struct Peers {
    /// Where the number of requests so far is told
    #[arg(long)]
    pub(crate) count: SocketAddr,

    /// The brokers, in the order of their ids
    #[arg(long = "broker", required = true)]
    pub(crate) brokers: Vec<SocketAddr>,
}

/// Whoever passes on what it does not look at.
#[derive(Debug, Args)]
pub(crate) struct Relay {
    /// Where it listens.
    #[arg(long, required = true)]
    pub(crate) listen: Vec<SocketAddr>,
    /// What is behind each of these.
    #[arg(long, required = true)]
    pub(crate) to: Vec<SocketAddr>,
}

/// How long a measurement takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lengths {
    /// Before it.
    pub(crate) warm_up: Duration,
    /// At least.
    pub(crate) least: Duration,
    /// At most, while the contestant has not used `processor` time.
    pub(crate) most: Duration,
    /// What makes ticks and starts of threads not count.
    pub(crate) processor: Duration,
}

impl Arguments {
    pub(crate) fn rounds(&self) -> usize {
        self.rounds.unwrap_or(if self.quick { 3 } else { 5 })
    }

    pub(crate) fn lengths(&self) -> Lengths {
        let (warm_up, least, most) = if self.quick {
            (0.2, 1.0, 1.0)
        } else {
            (1.0, 3.0, 15.0)
        };
        let least = Duration::from_secs_f64(self.seconds.unwrap_or(least));
        Lengths {
            warm_up: Duration::from_secs_f64(warm_up),
            least,
            most: least.max(Duration::from_secs_f64(most)),
            processor: Duration::from_secs(1),
        }
    }
}
