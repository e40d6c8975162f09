//! How is a child process started, signalled, waited for, and never left behind?

use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

use crate::log::Log;
use crate::wait::wait_until;

/// A child process that ends with its owner.
///
/// Dropping it kills it. Should this process itself be killed, a watchdog does so in its place.
#[derive(Debug)]
pub struct OwnedProcess {
    child: Child,
    watchdog: Child,
    log: Log,
    readers: Vec<JoinHandle<()>>,
}

impl OwnedProcess {
    /// Starts `command` with nothing on its standard input; what it prints goes to `log`.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn spawn(mut command: Command, log: &Log) -> Result<Self> {
        // A process group of its own: Ctrl-C in a terminal reaches the tests alone, which then end
        // their children in an order that makes sense.
        command
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command
            .spawn()
            .with_context(|| format!("starting {}", command.get_program().display()))?;
        let watchdog = match watchdog_of(&child) {
            Ok(watchdog) => watchdog,
            Err(error) => {
                child.kill()?;
                child.wait()?;
                return Err(error);
            }
        };
        let mut readers = Vec::new();
        readers.extend(child.stdout.take().map(|output| log.follow(output)));
        readers.extend(child.stderr.take().map(|output| log.follow(output)));
        Ok(Self {
            child,
            watchdog,
            log: log.clone(),
            readers,
        })
    }

    /// The process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, if it has.
    ///
    /// # Errors
    /// When the operating system cannot say.
    pub fn exit_status(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Sends it a signal.
    ///
    /// # Errors
    /// When it has ended already.
    pub fn signal(&mut self, signal: Signal) -> Result<()> {
        if let Some(status) = self.exit_status()? {
            bail!("it has ended already, with {status}\n{}", self.log.tail());
        }
        Ok(kill_process(Pid::from_child(&self.child), signal)?)
    }

    /// Waits for its end; everything it printed is in the log then.
    ///
    /// # Errors
    /// When it is still there after `limit`.
    pub fn wait(&mut self, limit: Duration) -> Result<ExitStatus> {
        let status = wait_until("the process ends", limit, || self.exit_status())
            .with_context(|| self.log.tail())?;
        for reader in self.readers.drain(..) {
            // A reader has nothing to return, and a panic of it has been printed.
            drop(reader.join());
        }
        Ok(status)
    }
}

impl Drop for OwnedProcess {
    fn drop(&mut self) {
        // The watchdog goes first: it must not kill whoever gets this process id next.
        // Errors mean that they are gone already.
        for process in [&mut self.watchdog, &mut self.child] {
            drop(process.kill());
            drop(process.wait());
        }
    }
}

/// A shell that waits for the end of this process, which closes its standard input, and then kills `child`.
fn watchdog_of(child: &Child) -> Result<Child> {
    Command::new("sh")
        .args(["-c", "read -r _; kill -9 \"$0\"", &child.id().to_string()])
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .context("starting a watchdog")
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;

    use super::*;

    const LIMIT: Duration = Duration::from_secs(20);

    fn shell(script: &str, log: &Log) -> OwnedProcess {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        OwnedProcess::spawn(command, log).unwrap()
    }

    #[test]
    fn both_outputs_are_in_the_log_when_it_has_ended() {
        let log = Log::new("shell");
        let status = shell("echo out; echo err >&2; exit 3", &log)
            .wait(LIMIT)
            .unwrap();
        assert_eq!(status.code(), Some(3));
        assert!(log.contains("out"));
        assert!(log.contains("err"));
    }

    #[test]
    fn a_signal_reaches_it() {
        let log = Log::new("shell");
        let mut process = shell(
            "trap 'echo asked to end; exit 7' TERM; echo ready; while :; do sleep 0.05; done",
            &log,
        );
        wait_until("the trap is set", LIMIT, || {
            Ok(log.contains("ready").then_some(()))
        })
        .unwrap();
        process.signal(Signal::TERM).unwrap();
        assert_eq!(process.wait(LIMIT).unwrap().code(), Some(7));
        assert!(log.contains("asked to end"));
    }

    #[test]
    fn a_signal_to_one_that_has_ended_is_an_error_that_shows_its_log() {
        let log = Log::new("shell");
        let mut process = shell("echo goodbye", &log);
        process.wait(LIMIT).unwrap();
        assert!(
            process
                .signal(Signal::TERM)
                .unwrap_err()
                .to_string()
                .contains("goodbye")
        );
    }

    #[test]
    fn dropping_it_kills_it() {
        let log = Log::new("shell");
        let process = shell("exec sleep 1000", &log);
        let pid = Pid::from_raw(i32::try_from(process.id()).unwrap()).unwrap();
        drop(process);
        assert!(rustix::process::test_kill_process(pid).is_err());
    }

    #[test]
    fn it_does_not_outlive_an_owner_that_is_killed() {
        let log = Log::new("shell");
        let mut process = shell("exec sleep 1000", &log);
        // What the end of this process does to the pipe.
        drop(process.watchdog.stdin.take());
        assert_eq!(process.wait(LIMIT).unwrap().signal(), Some(9));
    }
}
