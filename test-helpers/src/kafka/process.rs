//! How does a broker run as a plain process?

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use rustix::process::Signal;
use tempfile::TempDir;

use super::host::Host;
use super::node::{Definition, Node, Paths};
use crate::log::Log;
use crate::process::OwnedProcess;

/// A `java` process with a folder for its files and data.
#[derive(Debug)]
pub(crate) struct ProcessHost {
    command: Vec<String>,
    log: Log,
    // Before the folder: no process writes into it while it is removed.
    process: Option<OwnedProcess>,
    _folder: TempDir,
}

impl ProcessHost {
    pub(crate) fn new(definition: &Definition, node: &Node, libs: &Path) -> Result<Self> {
        let folder = TempDir::with_prefix(format!("kafka-{}-", node.id))?;
        let path = |path: &Path| path.display().to_string();
        let paths = Paths {
            libs: path(libs),
            files: path(folder.path()),
            data: path(&folder.path().join("data")),
        };
        for (name, contents) in definition.files(node, &paths)? {
            fs::write(folder.path().join(name), contents)?;
        }
        Ok(Self {
            command: definition.command(&paths),
            log: Log::new(&format!("broker {}", node.id)),
            process: None,
            _folder: folder,
        })
    }

    fn running(&mut self) -> Result<&mut OwnedProcess> {
        self.process
            .as_mut()
            .context("the broker was never started")
    }
}

impl Host for ProcessHost {
    fn start(&mut self) -> Result<()> {
        ensure!(!self.is_running()?, "the broker runs already");
        let (program, arguments) = self.command.split_first().context("an empty command")?;
        let mut command = Command::new(program);
        command.args(arguments);
        self.process = Some(OwnedProcess::spawn(command, &self.log)?);
        Ok(())
    }

    fn signal(&mut self, signal: Signal) -> Result<()> {
        self.running()?.signal(signal)
    }

    fn is_running(&mut self) -> Result<bool> {
        match &mut self.process {
            Some(process) => Ok(process.exit_status()?.is_none()),
            None => Ok(false),
        }
    }

    fn wait(&mut self, limit: Duration) -> Result<()> {
        self.running()?.wait(limit).map(drop)
    }

    fn log_tail(&self) -> String {
        self.log.tail()
    }
}
