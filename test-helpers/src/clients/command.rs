//! How does a client that is a program get its input, its time limit, and an error that shows what it said?

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::wait::wait_until;

/// Longest time a client may take.
pub(crate) const LIMIT: Duration = Duration::from_secs(90);

/// Runs `command` with `input` on its standard input and returns what it wrote on its standard output.
pub(crate) fn run(mut command: Command, input: Vec<u8>) -> Result<String> {
    let name = format!("{command:?}");
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = Running(
        command
            .spawn()
            .with_context(|| format!("starting {name}"))?,
    );

    let mut stdin = child.0.stdin.take();
    let writer = thread::spawn(move || {
        // A program that does not read to the end says why in its exit status.
        stdin.as_mut().map(|stdin| stdin.write_all(&input))
    });
    let stdout = read(child.0.stdout.take());
    let stderr = read(child.0.stderr.take());
    let status = wait_until("the client ends", LIMIT, || Ok(child.0.try_wait()?));
    drop(child);
    drop(writer.join());
    let [stdout, stderr] = [stdout, stderr].map(|reader| reader.join().unwrap_or_default());

    let said = || format!("{name}\n--- its output:\n{stdout}\n--- its errors:\n{stderr}");
    let status = status.with_context(said)?;
    ensure!(status.success(), "{status}: {}", said());
    Ok(stdout)
}

fn read(output: Option<impl Read + Send + 'static>) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut output) = output {
            // What was read before an error is still worth showing.
            drop(output.read_to_end(&mut bytes));
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// Killed when dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Errors mean that it is gone already.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, input: &str) -> Result<String> {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        run(command, input.as_bytes().to_vec())
    }

    #[test]
    fn input_goes_in_and_output_comes_out() {
        let input = "line\n".repeat(100_000);
        assert_eq!(shell("cat", &input).unwrap(), input);
    }

    #[test]
    fn a_program_that_fails_is_an_error_with_what_it_said() {
        let message = shell("echo no such topic >&2; exit 4", "never read")
            .unwrap_err()
            .to_string();
        assert!(message.contains("exit status: 4"), "{message}");
        assert!(message.contains("no such topic"), "{message}");
    }
}
