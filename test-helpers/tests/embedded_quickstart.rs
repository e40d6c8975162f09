//! The first command of the README, with fewer records.

use std::process::Command;

#[test]
fn the_quickstart_gets_every_record_back_through_the_proxy() {
    let mut quickstart = Command::new(env!("CARGO_BIN_EXE_quickstart"));
    let output = quickstart
        .args(["--once", "--records", "20000"])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{said}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    for line in [
        "destination_port: ",
        "records out       20000 of 20000",
        "shotover_requests_total",
    ] {
        assert!(said.contains(line), "no {line:?} in:\n{said}");
    }
}
