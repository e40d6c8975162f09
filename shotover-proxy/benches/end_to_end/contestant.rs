//! Who is measured, and how is it started?

use super::arguments::Arguments;
use super::topology::topology;
use super::workload::Workload;
use anyhow::{Context, Result, ensure};
use rustix::process::{Resource, getrlimit};
use std::env;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;
use tempfile::NamedTempFile;
use test_helpers::certs::Leaf;
use test_helpers::log::Log;
use test_helpers::ports::free_port;
use test_helpers::process::OwnedProcess;
use test_helpers::proxy::ProxyProcess;
use test_helpers::wait::wait_until;

/// How long a process may take until it listens.
const UP: Duration = Duration::from_secs(10);

/// How long the proxy may take to end when it is asked to.
const DOWN: Duration = Duration::from_secs(30);

/// What stands between clients and brokers.
#[derive(Clone, Debug)]
pub(crate) enum Contestant {
    /// Nothing.
    Direct,
    Relay,
    /// A relay in the shape of the proxy.
    Floor,
    HaProxy,
    Shotover {
        binary: PathBuf,
        sink: Sink,
    },
}

/// The end of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sink {
    Single,
    Brokers,
    Proxies,
}

/// What a contestant has to do with.
#[derive(Debug)]
pub(crate) struct Setting<'a> {
    pub(crate) workload: &'a Workload,
    pub(crate) brokers: Vec<SocketAddr>,
    /// Where whoever looks at nothing listens, and what is behind each of these; nowhere in particular, and the first
    /// broker, if there are none.
    pub(crate) passages: Vec<[SocketAddr; 2]>,
    /// Of the server that clients connect to.
    pub(crate) certificate: Option<&'a Leaf>,
}

/// A contestant that takes connections.
#[derive(Debug)]
pub(crate) struct Running {
    /// Nothing where clients connect to brokers.
    process: Option<Process>,
    pub(crate) address: SocketAddr,
}

#[derive(Debug)]
enum Process {
    Proxy(ProxyProcess),
    Other {
        process: OwnedProcess,
        log: Log,
        /// Its file is there as long as it.
        _configuration: Option<NamedTempFile>,
    },
}

/// The contestants that were asked for, with the names they have in tables.
pub(crate) fn chosen(arguments: &Arguments) -> Result<Vec<(String, Contestant)>> {
    let mut all = vec![
        ("direct".to_owned(), Contestant::Direct),
        ("relay".to_owned(), Contestant::Relay),
        ("floor".to_owned(), Contestant::Floor),
    ];
    if haproxy_version().is_some() {
        all.push(("haproxy".to_owned(), Contestant::HaProxy));
    }
    let this = PathBuf::from(env!("CARGO_BIN_EXE_shotover-proxy"));
    for (number, binary) in std::iter::once(&this).chain(&arguments.also).enumerate() {
        let binary = fs::canonicalize(binary)
            .with_context(|| format!("there is no {}", binary.display()))?;
        for (name, sink) in [
            ("single", Sink::Single),
            ("brokers", Sink::Brokers),
            ("proxies", Sink::Proxies),
        ] {
            let name = match number {
                0 => name.to_owned(),
                number => format!("{name}, also {number}"),
            };
            let binary = binary.clone();
            all.push((name, Contestant::Shotover { binary, sink }));
        }
    }
    let is_named = |name: &str| {
        arguments
            .only
            .iter()
            .any(|only| name.split(',').next() == Some(only))
    };
    if !arguments.only.is_empty() {
        all.retain(|(name, _)| is_named(name));
    }
    ensure!(
        !all.is_empty(),
        "no contestant is called {:?}",
        arguments.only
    );
    Ok(all)
}

/// The first line of what HAProxy says about itself, where it is installed.
pub(crate) fn haproxy_version() -> Option<String> {
    let output = Command::new("haproxy").arg("-v").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.lines().next().map(str::to_owned)
}

impl Contestant {
    /// Whether clients speak TLS to it where the workload says so; else it passes on what it does not understand.
    pub(crate) fn terminates_tls(&self) -> bool {
        match self {
            Self::Direct | Self::Relay | Self::Floor => false,
            Self::HaProxy | Self::Shotover { .. } => true,
        }
    }

    pub(crate) fn start(&self, setting: &Setting<'_>) -> Result<Running> {
        let broker = *setting
            .brokers
            .first()
            .context("a cluster without brokers")?;
        let listen = local(free_port()?);
        let mut passages = setting.passages.clone();
        if passages.is_empty() {
            passages.push([listen, broker]);
        }
        let passage = passages.first().map_or(listen, |[listen, _]| *listen);
        let process = match self {
            Self::Direct => {
                return Ok(Running {
                    process: None,
                    address: broker,
                });
            }
            Self::Relay => relay("relay", &passages, passage)?,
            Self::Floor => relay("floor", &passages, passage)?,
            Self::HaProxy => {
                let file = NamedTempFile::new()?;
                fs::write(&file, haproxy_configuration(setting, &passages))?;
                let mut command = Command::new("haproxy");
                command.arg("-db").arg("-f").arg(file.path());
                spawn(command, "haproxy", passage, Some(file))?
            }
            Self::Shotover { binary, sink } => {
                let builder =
                    ProxyProcess::builder(binary).topology(&topology(setting, *sink, listen));
                Process::Proxy(builder.start()?)
            }
        };
        let address = match self {
            Self::Direct | Self::Relay | Self::Floor | Self::HaProxy => passage,
            Self::Shotover { .. } => listen,
        };
        Ok(Running {
            process: Some(process),
            address,
        })
    }
}

/// Starts this program in a role that passes bytes on.
fn relay(role: &str, passages: &[[SocketAddr; 2]], first: SocketAddr) -> Result<Process> {
    let mut command = Command::new(env::current_exe()?);
    command.arg(role);
    for [listen, to] in passages {
        command.args(["--listen", &listen.to_string()]);
        command.args(["--to", &to.to_string()]);
    }
    spawn(command, role, first, None)
}

/// An address of the loopback interface.
pub(crate) fn local(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

/// Starts this program as the brokers of a setting; second, where they tell their number of requests.
pub(crate) fn start_peers(brokers: &[SocketAddr]) -> Result<(Running, SocketAddr)> {
    let count = local(free_port()?);
    let mut command = Command::new(env::current_exe()?);
    command.arg("peers").args(["--count", &count.to_string()]);
    for broker in brokers {
        command.args(["--broker", &broker.to_string()]);
    }
    let process = Some(spawn(command, "peers", count, None)?);
    Ok((
        Running {
            process,
            address: count,
        },
        count,
    ))
}

fn spawn(
    command: Command,
    name: &str,
    listen: SocketAddr,
    file: Option<NamedTempFile>,
) -> Result<Process> {
    let log = Log::new(name);
    let mut process = OwnedProcess::spawn(command, &log)?;
    let up = wait_until(&format!("{name} listens"), UP, || {
        let ended = process.exit_status()?;
        ensure!(ended.is_none(), "{name} has ended");
        Ok(TcpStream::connect(listen).ok().map(drop))
    });
    up.with_context(|| log.tail())?;
    Ok(Process::Other {
        process,
        log,
        _configuration: file,
    })
}

/// As many as descriptors allow, each of which is two: HAProxy does not start with more.
fn most_connections() -> u64 {
    let descriptors = getrlimit(Resource::Nofile).maximum.unwrap_or(u64::MAX);
    (descriptors.saturating_sub(500) / 2).min(12_000)
}

/// TCP mode with Debian's defaults, but for more connections; it ends TLS where the workload has it.
fn haproxy_configuration(setting: &Setting<'_>, passages: &[[SocketAddr; 2]]) -> String {
    let certificate = setting.certificate.filter(|_| setting.workload.tls);
    let tls = certificate.map(|leaf| format!(" ssl crt {}", leaf.keystore.display()));
    let tls = tls.unwrap_or_default();
    let connections = most_connections();
    let mut text = format!(
        "global\n maxconn {connections}\n\
        defaults\n mode tcp\n timeout connect 5s\n timeout client 10m\n timeout server 10m\n"
    );
    text.extend((1..).zip(passages).map(|(number, [listen, to])| {
        format!("listen bench-{number}\n bind {listen}{tls}\n server broker {to}\n")
    }));
    text
}

impl Running {
    /// The process whose time and memory count.
    pub(crate) fn process(&self) -> Option<u32> {
        self.process.as_ref().map(|process| match process {
            Process::Proxy(proxy) => proxy.id(),
            Process::Other { process, .. } => process.id(),
        })
    }

    /// Ends it; the proxy is asked to, as a build that is to be trained writes down last what it has seen.
    pub(crate) fn end(self) -> Result<()> {
        let Some(Process::Proxy(mut proxy)) = self.process else {
            return Ok(());
        };
        let status = proxy.terminate(DOWN)?;
        ensure!(
            status.success(),
            "the proxy ended with {status}\n{}",
            proxy.log().tail()
        );
        Ok(())
    }

    /// The end of what it printed.
    pub(crate) fn log(&self) -> String {
        match &self.process {
            None => String::new(),
            Some(Process::Proxy(proxy)) => proxy.log().tail(),
            Some(Process::Other { log, .. }) => log.tail(),
        }
    }
}
