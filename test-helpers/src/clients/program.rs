//! How is a client followed that goes on for a while?

use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use rustix::process::Signal;

use crate::log::Log;
use crate::process::OwnedProcess;
use crate::wait::wait_until;

/// A client that is a program. Dropping it kills it, and shows what it said with a failing test.
#[derive(Debug)]
pub struct Program {
    process: OwnedProcess,
    log: Log,
}

impl Program {
    pub(crate) fn start(name: &str, command: Command) -> Result<Self> {
        let log = Log::new(name);
        let process = OwnedProcess::spawn(command, &log)?;
        Ok(Self { process, log })
    }

    /// What it said.
    #[must_use]
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// Waits until `count` of the lines it said hold `text`.
    ///
    /// # Errors
    /// When it ends before that or takes too long, with what it said.
    pub fn wait_for_lines(&mut self, text: &str, count: usize, limit: Duration) -> Result<()> {
        let (process, log) = (&mut self.process, &self.log);
        let what = format!("{count} lines with {text:?}");
        let has_said = |log: &Log| log.lines_with(text).len() >= count;
        let result = wait_until(&what, limit, || {
            if has_said(log) {
                return Ok(Some(()));
            }
            if process.exit_status()?.is_none() {
                return Ok(None);
            }
            // What it said last is in the log now.
            let status = process.wait(limit)?;
            ensure!(has_said(log), "it has ended with {status}");
            Ok(Some(()))
        });
        result.with_context(|| log.tail())
    }

    /// Asks it to end, and waits until it has.
    ///
    /// # Errors
    /// When it has ended before or does not end within `limit`, with what it said.
    pub fn terminate(&mut self, limit: Duration) -> Result<()> {
        self.process.signal(Signal::TERM)?;
        self.process.wait(limit).map(drop)
    }

    /// Waits until it has done what it had to do.
    ///
    /// # Errors
    /// When it fails or takes too long, with what it said.
    pub fn wait(&mut self, limit: Duration) -> Result<()> {
        let status = self.process.wait(limit)?;
        ensure!(status.success(), "{status}\n{}", self.log.tail());
        Ok(())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.log.show_if_panicking();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(20);

    fn shell(script: &str) -> Program {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        Program::start("shell", command).unwrap()
    }

    #[test]
    fn lines_are_waited_for_until_there_are_enough() {
        let mut program = shell("echo step; echo step; exec sleep 1000");
        program.wait_for_lines("step", 2, LIMIT).unwrap();
    }

    #[test]
    fn one_that_ends_too_early_is_an_error_that_shows_what_it_said() {
        let error = shell("echo step; exit 3").wait_for_lines("step", 2, LIMIT);
        let message = format!("{:#}", error.unwrap_err());
        assert!(message.contains("exit status: 3"), "{message}");
        assert!(message.contains("step"), "{message}");
    }

    #[test]
    fn one_that_fails_in_the_end_is_an_error() {
        assert!(shell("exit 0").wait(LIMIT).is_ok());
        assert!(shell("exit 5").wait(LIMIT).is_err());
    }
}
