//! What does the quickstart say when it has run?
#![expect(clippy::unwrap_used, reason = "what is not as expected fails the test")]

use std::process::Command;

/// The quickstart, which ends after its summary.
pub(crate) fn quickstart(arguments: &[&str]) -> Command {
    let mut command = staying();
    command.arg("--once").args(arguments);
    command
}

/// The quickstart, which stays up.
pub(crate) fn staying() -> Command {
    Command::new(env!("CARGO_BIN_EXE_quickstart"))
}

/// Sends 20,000 records, and checks that it says they came back and that each of three brokers had some of them.
#[track_caller]
pub(crate) fn check(arguments: &[&str]) {
    let output = quickstart(arguments)
        .args(["--records", "20000"])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{said}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    for line in [
        "- KafkaSinkCluster:",
        "records out       20000 of 20000",
        "shotover_requests_total",
    ] {
        assert!(said.contains(line), "no {line:?} in:\n{said}");
    }
    let shares = shares(&said);
    assert_eq!(shares.len(), 3, "{said}");
    assert!(shares.iter().all(|share| *share > 0), "{said}");
    assert_eq!(shares.iter().sum::<u32>(), 20_000, "{said}");
}

/// The records of each broker, from lines such as `broker 1  6700 in partitions 0, 3`.
fn shares(said: &str) -> Vec<u32> {
    let share = |line: &str| {
        let mut words = line
            .trim_start()
            .strip_prefix("broker ")?
            .split_whitespace();
        words.nth(1)?.parse().ok()
    };
    said.lines().filter_map(share).collect()
}
