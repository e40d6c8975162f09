//! The first command of the README, with fewer records.
#![expect(clippy::unwrap_used, reason = "what is not as expected fails the test")]

#[path = "quickstart/run.rs"]
mod run;

use std::io::{BufRead, BufReader};
use std::process::{ChildStdout, Stdio};

use rustix::process::{Pid, Signal, kill_process};

#[test]
fn the_quickstart_gets_every_record_back_from_three_brokers() {
    run::check(&[]);
}

#[test]
fn the_quickstart_fails_when_records_are_lost() {
    let mut quickstart = run::quickstart(&["--records", "5000000"]);
    let mut child = quickstart.stdout(Stdio::piped()).spawn().unwrap();
    let mut said = Said::of(child.stdout.take().unwrap());
    said.read_until("=> Producing and consuming");
    let proxy = proxy_of(child.id()).unwrap();
    kill_process(proxy, Signal::STOP).unwrap();
    // It gives up within half a minute. Only then does the proxy go on, and ends as it should.
    said.read_until("FAILED: ");
    kill_process(proxy, Signal::CONT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1), "{}", said.all);
}

/// What the quickstart has said so far.
struct Said {
    lines: BufReader<ChildStdout>,
    all: String,
}

impl Said {
    fn of(output: ChildStdout) -> Self {
        let (lines, all) = (BufReader::new(output), String::new());
        Self { lines, all }
    }

    #[track_caller]
    fn read_until(&mut self, text: &str) {
        while !self.all.contains(text) {
            let bytes = self.lines.read_line(&mut self.all).unwrap();
            assert_ne!(bytes, 0, "no {text:?} in:\n{}", self.all);
        }
    }
}

/// The proxy that this process has started.
fn proxy_of(parent: u32) -> Option<Pid> {
    let parent = format!("PPid:\t{parent}");
    let mut processes = std::fs::read_dir("/proc").unwrap().flatten();
    let proxy = processes.find(|process| {
        // One that has ended since has none.
        let status = std::fs::read_to_string(process.path().join("status")).unwrap_or_default();
        let mut lines = status.lines();
        lines.next() == Some("Name:\tshotover-proxy") && lines.any(|line| line == parent)
    })?;
    Pid::from_raw(proxy.file_name().to_str()?.parse().ok()?)
}

#[test]
fn without_kafka_the_quickstart_says_how_to_prepare_it() {
    let mut quickstart = run::quickstart(&["--real"]);
    let output = quickstart
        .env_remove("SHOTOVER_TEST_KAFKA")
        .output()
        .unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("run `eval \"$(scripts/test --env)\"`"),
        "{said}"
    );
}
