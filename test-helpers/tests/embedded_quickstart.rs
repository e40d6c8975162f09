//! The first command of the README, with fewer records.
#![expect(clippy::unwrap_used, reason = "what is not as expected fails the test")]

#[path = "quickstart/run.rs"]
mod run;

use std::net::TcpStream;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use test_helpers::log::Log;
use test_helpers::process::OwnedProcess;
use test_helpers::wait::wait_until;

/// Longest time for anything that is waited for.
const LIMIT: Duration = Duration::from_secs(120);

#[test]
fn the_quickstart_gets_every_record_back_from_three_brokers() {
    run::check(&[]);
}

#[test]
fn the_quickstart_fails_when_records_do_not_come_back() {
    let log = Log::new("quickstart");
    let arguments = run::quickstart(&["--records", "5000000"]);
    let mut quickstart = OwnedProcess::spawn(arguments, &log).unwrap();
    let says = |text: &str| wait_until(text, LIMIT, || Ok(log.contains(text).then_some(())));
    says("=> Producing and consuming").unwrap();
    let proxy = proxy_of(quickstart.id()).unwrap();
    kill_process(proxy, Signal::STOP).unwrap();
    // It gives up within half a minute. Only then does the proxy go on, and ends as it should.
    says("FAILED: ").unwrap();
    kill_process(proxy, Signal::CONT).unwrap();
    let status = quickstart.wait(LIMIT).unwrap();
    assert_eq!(status.code(), Some(1), "{}", log.tail());
}

#[test]
fn the_quickstart_stays_up_until_ctrl_c() {
    let log = Log::new("quickstart");
    let mut command = run::staying();
    command.args(["--records", "1000"]);
    let mut quickstart = OwnedProcess::spawn(command, &log).unwrap();
    let invitation = "Try it with a client of your own at ";
    let address = wait_until(invitation, LIMIT, || {
        let lines = log.lines_with(invitation);
        Ok(lines.first().and_then(|line| behind(invitation, line)))
    });
    let address = address.unwrap();
    TcpStream::connect(&address).unwrap();
    quickstart.signal(Signal::INT).unwrap();
    let status = quickstart.wait(LIMIT).unwrap();
    assert_eq!(status.code(), Some(0), "{}", log.tail());
    assert!(TcpStream::connect(&address).is_err());
}

/// What stands between this text and a comma.
fn behind(text: &str, line: &str) -> Option<String> {
    let (_, rest) = line.split_once(text)?;
    let (address, _) = rest.split_once(',')?;
    Some(address.to_owned())
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
