//! What can be done to a broker, wherever it runs?

use std::fmt;
use std::time::Duration;

use anyhow::Result;
use rustix::process::Signal;

/// The process or the container of one broker.
pub(crate) trait Host: fmt::Debug + Send {
    /// Starts it, for the first time or again, with the data it had.
    fn start(&mut self) -> Result<()>;
    /// Sends its main process a signal.
    fn signal(&mut self, signal: Signal) -> Result<()>;
    /// Whether its main process is there.
    fn is_running(&mut self) -> Result<bool>;
    /// Waits until its main process is gone.
    fn wait(&mut self, limit: Duration) -> Result<()>;
    /// The last lines it logged.
    fn log_tail(&self) -> String;
}
