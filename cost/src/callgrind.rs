//! How are the instructions of a case counted?

use super::RUN;
use super::cases::Case;
use super::counted::{Count, Counted};
use super::measured::{BEGIN, MEASURED};
use anyhow::{Context, Result, ensure};
use std::env;
use std::fs;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, available_parallelism};
use tempfile::NamedTempFile;

/// How the C library reads and writes.
const CALLS: [&str; 10] = [
    "read", "readv", "recv", "recvfrom", "recvmsg", "write", "writev", "send", "sendto", "sendmsg",
];

/// Runs this program again for each case, as many at a time as there are cores: counts do not depend on who else runs.
pub(crate) fn count(cases: &[&Case]) -> Result<Vec<Counted>> {
    let (next, results) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            let count = count_one(case).with_context(|| format!("counting {}", case.name));
            let name = case.name.clone();
            let counted = count.map(|count| Counted { name, count });
            results
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(counted);
        }
    };
    thread::scope(|scope| {
        for _ in 0..available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    let results = results.into_inner().unwrap_or_default();
    let mut counted = results.into_iter().collect::<Result<Vec<_>>>()?;
    counted.sort_by_key(|counted| cases.iter().position(|case| case.name == counted.name));
    Ok(counted)
}

fn count_one(case: &Case) -> Result<Count> {
    let file = NamedTempFile::new()?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--compress-strings=no"])
        .arg(format!("--toggle-collect={MEASURED}"))
        .arg(format!("--zero-before={BEGIN}"))
        .arg(format!("--callgrind-out-file={}", file.path().display()))
        .arg(env::current_exe()?)
        .args([RUN, &case.name])
        .stdin(Stdio::null())
        .output()
        .context("starting valgrind (Debian package valgrind)")?;
    ensure!(
        output.status.success(),
        "it failed:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let operations: f64 = String::from_utf8(output.stdout)?.trim().parse()?;
    let text = fs::read_to_string(&file)?;
    let instructions = total(&text, "Ir")
        .with_context(|| format!("callgrind says nothing of instructions:\n{text:.1000}"))?;
    ensure!(
        instructions > 0.0,
        "nothing was counted: is {MEASURED} still the name?"
    );
    Ok(Count {
        instructions: instructions / operations,
        socket_calls: socket_calls(&text) / operations,
    })
}

/// The sum of an event in what callgrind wrote.
fn total(text: &str, event: &str) -> Option<f64> {
    let line = |name| text.lines().find_map(|line| line.strip_prefix(name));
    let index = line("events:")?
        .split_whitespace()
        .position(|name| name == event)?;
    // Zeros at the end of a line are left out.
    let totals = line("totals:")?;
    totals
        .split_whitespace()
        .nth(index)
        .map_or(Some(0.0), |total| total.parse().ok())
}

/// How often the C library's functions were called that read or write. Calls count everywhere, but only the proxy makes
/// them: see [`Socket`](super::whole).
fn socket_calls(text: &str) -> f64 {
    let mut calls = 0.0;
    let mut called = "";
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("cfn=") {
            // A version may be behind it.
            called = name.split('@').next().unwrap_or_default();
        } else if let Some(count) = line.strip_prefix("calls=")
            && CALLS.contains(&called)
        {
            let count = count.split_whitespace().next();
            calls += count.and_then(|count| count.parse().ok()).unwrap_or(0.0);
        }
    }
    calls
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_are_in_the_order_of_events() {
        let text = "version: 1\nevents: Ir Bc Bi\n\nfn=a\n1 2\n\ntotals: 120 3\n";
        assert_eq!(total(text, "Ir"), Some(120.0));
        assert_eq!(total(text, "Bc"), Some(3.0));
        assert_eq!(total(text, "Bi"), Some(0.0));
        assert_eq!(total(text, "Dr"), None);
    }

    #[test]
    fn calls_are_added_up_by_what_is_called() {
        let text = "fn=a\ncfn=recv\ncalls=3 0\n0 60\ncfn=other\ncalls=9 0\n0 1\nfn=b\ncfn=writev@@GLIBC_2.2.5\ncalls=2 0\n";
        assert_eq!(socket_calls(text), 5.0);
    }
}
