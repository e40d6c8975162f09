//! How does a test start, watch and end a proxy?

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::process::Signal;
use tempfile::TempDir;

use crate::log::Log;
use crate::process::OwnedProcess;
use crate::wait::wait_until;

/// What a proxy logs when clients can connect.
const READY: &str = "Shotover is now accepting inbound connections";
/// Longest time until then.
const UP: Duration = Duration::from_secs(30);

/// A proxy to be; see [`ProxyProcess::builder`].
#[derive(Debug)]
#[must_use]
pub struct ProxyBuilder {
    binary: PathBuf,
    topology: String,
    config: String,
    arguments: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
    descriptors: Option<u32>,
}

impl ProxyBuilder {
    /// The text of `topology.yaml`.
    pub fn topology(mut self, text: &str) -> Self {
        text.clone_into(&mut self.topology);
        self
    }

    /// The text of `config.yaml`; without it the proxy logs at `info` and serves no metrics.
    pub fn config(mut self, text: &str) -> Self {
        text.clone_into(&mut self.config);
        self
    }

    /// One more argument.
    pub fn arg(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// One more variable of its environment.
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// So many files and sockets may it have open, at most.
    pub fn descriptors(mut self, most: u32) -> Self {
        self.descriptors = Some(most);
        self
    }

    /// Starts it and waits until clients can connect.
    ///
    /// # Errors
    /// When it ends before that or takes too long; its log is attached.
    pub fn start(self) -> Result<ProxyProcess> {
        let mut proxy = self.spawn()?;
        proxy.wait_for_log(READY, UP)?;
        Ok(proxy)
    }

    /// Starts it without waiting: for a proxy that is expected to refuse its files.
    ///
    /// # Errors
    /// When its files cannot be written or it cannot be started.
    pub fn spawn(self) -> Result<ProxyProcess> {
        let folder = TempDir::with_prefix("proxy-")?;
        let [topology, config] =
            ["topology.yaml", "config.yaml"].map(|name| folder.path().join(name));
        fs::write(&topology, &self.topology)?;
        fs::write(&config, &self.config)?;
        let mut command = self.program();
        command
            .arg("--topology-file")
            .arg(&topology)
            .arg("--config-file")
            .arg(&config);
        command.args(&self.arguments).envs(self.environment);
        let log = Log::new("proxy");
        let process = OwnedProcess::spawn(command, &log)?;
        Ok(ProxyProcess {
            process,
            log,
            folder,
        })
    }

    fn program(&self) -> Command {
        let Some(most) = self.descriptors else {
            return Command::new(&self.binary);
        };
        let mut shell = Command::new("sh");
        shell.args(["-c", "ulimit -n \"$0\"; exec \"$@\"", &most.to_string()]);
        shell.arg(&self.binary);
        shell
    }
}

/// A running proxy; dropping it kills it, and shows its log with a failing test.
#[derive(Debug)]
pub struct ProxyProcess {
    process: OwnedProcess,
    log: Log,
    folder: TempDir,
}

impl ProxyProcess {
    /// A proxy that runs `binary`: `env!("CARGO_BIN_EXE_<name>")` in the tests of its package, else see
    /// [`super::build_binary`].
    pub fn builder(binary: impl Into<PathBuf>) -> ProxyBuilder {
        ProxyBuilder {
            binary: binary.into(),
            topology: String::new(),
            config: "main_log_level: \"info\"\n".to_owned(),
            arguments: Vec::new(),
            environment: Vec::new(),
            descriptors: None,
        }
    }

    /// What it printed.
    #[must_use]
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// The folder with its `topology.yaml` and `config.yaml`.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Waits until a line of its log holds `text`.
    ///
    /// # Errors
    /// When it ends before that or takes too long; its log is attached.
    pub fn wait_for_log(&mut self, text: &str, limit: Duration) -> Result<()> {
        let (process, log) = (&mut self.process, &self.log);
        let result = wait_until(&format!("the proxy logs {text:?}"), limit, || {
            // Asked in this order: what it printed last is in the log once its outputs are closed.
            let status = process.exit_status()?;
            if log.contains(text) {
                return Ok(Some(()));
            }
            match status {
                None => Ok(None),
                Some(status) => {
                    process.wait(limit)?;
                    if log.contains(text) {
                        Ok(Some(()))
                    } else {
                        bail!("the proxy has ended with {status}")
                    }
                }
            }
        });
        result.with_context(|| log.tail())
    }

    /// Sends it a signal.
    ///
    /// # Errors
    /// When it has ended.
    pub fn signal(&mut self, signal: Signal) -> Result<()> {
        self.process.signal(signal)
    }

    /// Asks it to end, as an operator does, and says how it did.
    ///
    /// # Errors
    /// When it has ended before or does not end within `limit`; its log is attached.
    pub fn terminate(&mut self, limit: Duration) -> Result<ExitStatus> {
        self.process.signal(Signal::TERM)?;
        self.process.wait(limit)
    }

    /// Waits for its end without asking for it.
    ///
    /// # Errors
    /// When it does not end within `limit`; its log is attached.
    pub fn wait(&mut self, limit: Duration) -> Result<ExitStatus> {
        self.process.wait(limit)
    }

    /// Ends it at once.
    ///
    /// # Errors
    /// When it has ended before.
    pub fn kill(&mut self) -> Result<()> {
        self.process.signal(Signal::KILL)?;
        self.process.wait(UP).map(drop)
    }
}

impl Drop for ProxyProcess {
    fn drop(&mut self) {
        self.log.show_if_panicking();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(20);

    /// A script in the place of a proxy, given the same arguments.
    fn script(text: &str) -> (TempDir, ProxyBuilder) {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("script");
        // Written by another process: a child that is forked here meanwhile would hold it open for
        // writing, and a file that somebody may write to cannot be executed.
        let write = "printf '#!/bin/sh\n%s\n' \"$1\" > \"$0\" && chmod +x \"$0\"";
        let mut shell = Command::new("sh");
        shell.args(["-c", write]).arg(&path).arg(text);
        assert!(shell.status().unwrap().success());
        (folder, ProxyProcess::builder(path).topology("the topology"))
    }

    #[test]
    fn it_is_started_when_its_log_says_so_and_ended_by_a_signal() {
        let (_folder, proxy) = script(&format!(
            "trap 'echo draining; exit 0' TERM; cat $2; echo; echo '{READY}'; while :; do sleep 0.05; done"
        ));
        let mut proxy = proxy.start().unwrap();
        assert!(proxy.log().contains("the topology"));
        assert!(proxy.terminate(LIMIT).unwrap().success());
        assert!(proxy.log().contains("draining"));
    }

    #[test]
    fn one_that_ends_before_it_is_up_is_an_error_that_shows_its_log() {
        let (_folder, proxy) = script("echo 'sources[0]: unknown field'; exit 1");
        let message = format!("{:#}", proxy.start().unwrap_err());
        assert!(message.contains("unknown field"), "{message}");
        assert!(message.contains("exit status: 1"), "{message}");
    }

    #[test]
    fn one_that_is_given_few_descriptors_has_no_more() {
        let (_folder, proxy) = script("ulimit -n; ulimit -H -n");
        let mut proxy = proxy.descriptors(77).spawn().unwrap();
        proxy.wait(LIMIT).unwrap();
        assert_eq!(proxy.log().lines_with("77").len(), 2);
    }

    #[test]
    fn one_that_refuses_its_files_can_be_waited_for() {
        let (_folder, proxy) = script("exit 2");
        assert_eq!(proxy.spawn().unwrap().wait(LIMIT).unwrap().code(), Some(2));
    }
}
