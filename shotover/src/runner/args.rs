//! What can be said on the command line?

use clap::{Parser, ValueEnum};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::thread::available_parallelism;

/// The most threads that can be asked for: beyond any machine, and short of what a slip of the finger asks for.
const MAX_CORE_THREADS: usize = 1_024;

/// The smallest stack that chains are known to run on, and the largest that is of any use.
const STACK_BYTES: std::ops::RangeInclusive<usize> = 256 * 1024..=1024 * 1024 * 1024;

/// A proxy for Apache Kafka that passes every request through a chain of transforms.
#[derive(Clone, Debug, PartialEq, Eq, Parser)]
#[command(version)]
pub struct Args {
    /// The file that describes sources and their chains
    #[arg(
        short,
        long,
        value_name = "FILE",
        default_value = "config/topology.yaml"
    )]
    pub topology_file: PathBuf,

    /// The file that describes logging and the observability interface
    #[arg(short, long, value_name = "FILE", default_value = "config/config.yaml")]
    pub config_file: PathBuf,

    /// Threads that serve clients [default: one per core]
    #[arg(long, value_name = "N", value_parser = core_threads)]
    pub core_threads: Option<NonZeroUsize>,

    /// Bytes of stack of each of these threads
    #[arg(long, value_name = "BYTES", default_value_t = 2_097_152, value_parser = stack_size)]
    pub stack_size: usize,

    /// How log lines are written
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = LogFormat::Human)]
    pub log_format: LogFormat,

    /// Say what is wrong with both files and exit, without listening or connecting anywhere
    #[arg(long)]
    pub check: bool,
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Text for people
    Human,
    /// One JSON object per line
    Json,
}

impl Args {
    /// How many threads serve clients.
    pub fn worker_threads(&self) -> NonZeroUsize {
        let one_per_core = || available_parallelism().unwrap_or(NonZeroUsize::MIN);
        self.core_threads.unwrap_or_else(one_per_core)
    }
}

fn core_threads(text: &str) -> Result<NonZeroUsize, String> {
    let threads = text
        .parse()
        .ok()
        .filter(|threads| *threads <= MAX_CORE_THREADS);
    threads
        .and_then(NonZeroUsize::new)
        .ok_or_else(|| format!("expected 1 to {MAX_CORE_THREADS}"))
}

fn stack_size(text: &str) -> Result<usize, String> {
    let size = text.parse().ok().filter(|size| STACK_BYTES.contains(size));
    size.ok_or_else(|| {
        format!(
            "expected {} to {} bytes",
            STACK_BYTES.start(),
            STACK_BYTES.end()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;
    use clap::error::ErrorKind;

    fn parse(line: &str) -> Result<Args, clap::Error> {
        Args::try_parse_from(line.split_whitespace())
    }

    #[track_caller]
    fn refuses(line: &str, kind: ErrorKind) {
        assert_eq!(parse(line).unwrap_err().kind(), kind, "{line}");
    }

    #[test]
    fn the_definition_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn every_argument_has_a_default() {
        let args = parse("shotover-proxy").unwrap();
        let expected = Args {
            topology_file: "config/topology.yaml".into(),
            config_file: "config/config.yaml".into(),
            core_threads: None,
            stack_size: 2_097_152,
            log_format: LogFormat::Human,
            check: false,
        };
        assert_eq!(args, expected);
        assert_eq!(args.worker_threads(), available_parallelism().unwrap());
    }

    #[test]
    fn files_have_short_and_long_names() {
        let short = parse("shotover-proxy -t a.yaml -c b.yaml").unwrap();
        let long = parse("shotover-proxy --topology-file a.yaml --config-file b.yaml").unwrap();
        assert_eq!(short, long);
        assert_eq!(
            (short.topology_file, short.config_file),
            ("a.yaml".into(), "b.yaml".into())
        );
    }

    #[test]
    fn the_other_arguments_are_taken() {
        let args =
            parse("shotover-proxy --core-threads 3 --stack-size 1048576 --log-format json --check")
                .unwrap();
        assert_eq!(args.worker_threads().get(), 3);
        assert_eq!(args.stack_size, 1_048_576);
        assert_eq!(args.log_format, LogFormat::Json);
        assert!(args.check);
    }

    #[test]
    fn values_out_of_range_are_refused() {
        refuses(
            "shotover-proxy --core-threads 0",
            ErrorKind::ValueValidation,
        );
        refuses(
            "shotover-proxy --core-threads 1025",
            ErrorKind::ValueValidation,
        );
        refuses(
            "shotover-proxy --stack-size 262143",
            ErrorKind::ValueValidation,
        );
        refuses(
            "shotover-proxy --stack-size 2MB",
            ErrorKind::ValueValidation,
        );
        refuses("shotover-proxy --log-format xml", ErrorKind::InvalidValue);
    }

    #[test]
    fn hot_reload_is_not_accepted_before_it_exists() {
        refuses(
            "shotover-proxy --hotreload-socket /tmp/s",
            ErrorKind::UnknownArgument,
        );
        refuses(
            "shotover-proxy --hotreload-gradual-shutdown-seconds 60",
            ErrorKind::UnknownArgument,
        );
    }

    #[test]
    fn the_version_is_that_of_the_crate() {
        let version = parse("shotover-proxy --version").unwrap_err();
        assert_eq!(version.kind(), ErrorKind::DisplayVersion);
        assert!(version.to_string().contains(env!("CARGO_PKG_VERSION")));
    }
}
