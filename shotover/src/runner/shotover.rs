//! What does the binary do from its first line to its exit code?

use super::Args;
use super::logging::Logging;
use super::panics::log_panics;
use super::proxy::{DRAIN_TIMEOUT, Proxy, Resources, report_limits};
use super::signals::{Asked, Signals};
use crate::causes::Causes;
use crate::config::Config;
use crate::topology::Topology;
use clap::Parser;
use std::env;
use std::error::Error;
use std::ffi::OsString;
use std::io::{self, Write};
use std::process;
use tracing::{error, info, warn};

/// The exit code when there is something wrong with the files or with what they need.
const FAILURE: u8 = 1;

/// The whole program: all that the `main` of a proxy with transforms of its own has to run.
///
/// ```no_run
/// use shotover::runner::Shotover;
///
/// fn main() {
///     Shotover::new().run_block();
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Shotover {
    arguments: Vec<OsString>,
}

impl Shotover {
    /// A proxy that is told what to do by the command line; see [`Args`].
    pub fn new() -> Self {
        Self::with_args(env::args_os())
    }

    /// A proxy that is told what to do by `arguments`, the first of which is the name of the program.
    pub fn with_args(arguments: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        Self {
            arguments: arguments.into_iter().map(Into::into).collect(),
        }
    }

    /// Runs until SIGTERM or SIGINT, and ends the process: with 0 after a drain, with 1 when the proxy cannot start or
    /// cannot go on, and with 128 and the number of the signal when a second signal did not wait for the drain.
    pub fn run_block(self) -> ! {
        process::exit(self.run().into())
    }

    /// [`run_block`](Self::run_block), but for the end of the process: returns its exit code.
    pub fn run(self) -> u8 {
        let args = match Args::try_parse_from(self.arguments) {
            Ok(args) => args,
            Err(message) => {
                // Without a terminal to read it, the exit code says as much.
                message.print().ok();
                return u8::try_from(message.exit_code()).unwrap_or(FAILURE);
            }
        };
        match load(&args) {
            Err(problems) => {
                write!(io::stderr(), "{problems}").ok();
                FAILURE
            }
            Ok(_) if args.check => {
                let (topology, config) = (args.topology_file.display(), args.config_file.display());
                writeln!(io::stdout(), "{topology} and {config} are valid").ok();
                0
            }
            Ok((config, topology)) => run_logged(&args, &config, &topology),
        }
    }
}

impl Default for Shotover {
    fn default() -> Self {
        Self::new()
    }
}

/// Both files, or everything that is wrong with either.
fn load(args: &Args) -> Result<(Config, Topology), String> {
    match (
        Config::load(&args.config_file),
        Topology::load(&args.topology_file),
    ) {
        (Ok(config), Ok(topology)) => Ok((config, topology)),
        (config, topology) => Err(config
            .err()
            .iter()
            .chain(topology.err().iter())
            .map(|problems| format!("{problems}\n"))
            .collect()),
    }
}

fn run_logged(args: &Args, config: &Config, topology: &Topology) -> u8 {
    let logging = match Logging::start(&config.main_log_level, args.log_format) {
        Ok(logging) => logging,
        Err(error) => {
            writeln!(io::stderr(), "{error}").ok();
            return FAILURE;
        }
    };
    log_panics();
    let resources = Resources {
        threads: args.worker_threads(),
        stack_bytes: args.stack_size,
        log: logging.control(),
    };
    report_limits(topology, &resources);
    // Accepts clients and serves metrics, while the threads of the proxy do what costs time.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let ended = match runtime {
        Ok(runtime) => {
            let ended = runtime.block_on(serve(config, topology, resources));
            runtime.shutdown_background();
            ended
        }
        Err(error) => Err(error.into()),
    };
    ended.unwrap_or_else(|error| {
        error!(error = %Causes(&*error), "shutting down");
        FAILURE
    })
}

async fn serve(
    config: &Config,
    topology: &Topology,
    resources: Resources,
) -> Result<u8, Box<dyn Error>> {
    let mut signals = Signals::listen()?;
    let mut proxy = tokio::select! {
        started = Proxy::start(config, topology, resources) => started?,
        asked = signals.next() => {
            info!(signal = asked.name(), "shutting down before all sources listened");
            return Ok(0);
        }
    };
    info!("Shotover is now accepting inbound connections");
    let asked = tokio::select! {
        asked = signals.next() => asked,
        error = proxy.failed() => return Err(error.into()),
    };
    info!(
        signal = asked.name(),
        "draining: accepting no more clients and finishing what is in flight"
    );
    tokio::select! {
        () = proxy.drain(DRAIN_TIMEOUT) => {
            info!("every connection has ended");
            Ok(0)
        }
        again = signals.next() => Ok(cut_short(again)),
    }
}

fn cut_short(again: Asked) -> u8 {
    warn!(signal = again.name(), "shutting down at once");
    again.exit_code()
}
