//! What did a process print, and how does a failing test show it?

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

/// Lines kept; the oldest go first.
const LINES_KEPT: usize = 20_000;
/// Lines shown with a failing test.
const LINES_SHOWN: usize = 80;

/// The last lines a process printed. Clones show the same lines.
#[derive(Clone, Debug)]
pub struct Log {
    name: Arc<str>,
    lines: Arc<Mutex<VecDeque<String>>>,
}

impl Log {
    /// An empty log of the process that is called `name`.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            name: name.into(),
            lines: Arc::default(),
        }
    }

    /// Adds a line.
    pub fn push(&self, line: String) {
        let mut lines = self.locked();
        if lines.len() == LINES_KEPT {
            lines.pop_front();
        }
        lines.push_back(line);
    }

    /// The lines that hold `text`.
    #[must_use]
    pub fn lines_with(&self, text: &str) -> Vec<String> {
        self.locked()
            .iter()
            .filter(|line| line.contains(text))
            .cloned()
            .collect()
    }

    /// Whether some line holds `text`.
    #[must_use]
    pub fn contains(&self, text: &str) -> bool {
        self.locked().iter().any(|line| line.contains(text))
    }

    /// The last lines under the name of the process, for an error message.
    #[must_use]
    pub fn tail(&self) -> String {
        let lines = self.locked();
        let left_out = lines.len().saturating_sub(LINES_SHOWN);
        let mut text = format!(
            "--- {}: {} lines, the last of them:\n",
            self.name,
            lines.len()
        );
        for line in lines.iter().skip(left_out) {
            text.push_str(line);
            text.push('\n');
        }
        text
    }

    /// Attaches the tail to the failing test when the owner is dropped by a panic.
    ///
    /// A test that returns an error does not panic: unwrap the results of this crate.
    #[expect(
        clippy::print_stderr,
        reason = "the test harness captures it and shows it with the failure"
    )]
    pub fn show_if_panicking(&self) {
        if thread::panicking() {
            eprint!("{}", self.tail());
        }
    }

    /// Adds every line that comes out of `output`, on a thread that ends with it.
    pub(crate) fn follow(&self, output: impl Read + Send + 'static) -> thread::JoinHandle<()> {
        let log = self.clone();
        thread::spawn(move || {
            let mut reader = BufReader::new(output);
            let mut line = Vec::new();
            while reader
                .read_until(b'\n', &mut line)
                .is_ok_and(|length| length > 0)
            {
                log.push(String::from_utf8_lossy(line.trim_ascii_end()).into_owned());
                line.clear();
            }
        })
    }

    fn locked(&self) -> MutexGuard<'_, VecDeque<String>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_followed_output_is_cut_into_lines() {
        let log = Log::new("broker");
        log.follow(&b"starting\nbad \xff byte\r\nlast"[..])
            .join()
            .unwrap();
        assert_eq!(
            log.tail(),
            "--- broker: 3 lines, the last of them:\nstarting\nbad \u{fffd} byte\nlast\n"
        );
    }

    #[test]
    fn the_oldest_lines_go_first() {
        let log = Log::new("broker");
        for number in 0..=LINES_KEPT {
            log.push(format!("line {number}."));
        }
        assert!(!log.contains("line 0."));
        assert!(log.contains("line 1."));
        assert_eq!(log.lines_with(&format!("line {LINES_KEPT}.")).len(), 1);
    }

    #[test]
    fn the_tail_is_short() {
        let log = Log::new("broker");
        for number in 0..1_000 {
            log.push(format!("line {number}."));
        }
        assert_eq!(log.tail().lines().count(), 1 + LINES_SHOWN);
        assert!(log.tail().ends_with("line 999.\n"));
    }
}
