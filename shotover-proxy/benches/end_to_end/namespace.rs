//! Where does the traffic run so that loopback behaves like a network?
//!
//! With loopback's MTU of 65,536, segments are as long as common buffers, and every copy costs about twice as much. And
//! the kernel remembers how fast earlier connections became, and has later ones begin like that: what is measured would
//! depend on what was measured before.

use anyhow::{Context, Result};
use std::env;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

/// Says that this process is in a namespace that [`enter`] has made.
const INSIDE: &str = "SHOTOVER_BENCH_NAMESPACE";

const SET_UP: &str =
    "ip link set dev lo mtu 1500 up && echo 1 > /proc/sys/net/ipv4/tcp_no_metrics_save";

/// Starts this program again in a network namespace of its own, where that is possible.
///
/// Returns what to tell about it; not at all where this process was replaced.
pub(crate) fn enter() -> Result<String> {
    if env::var_os(INSIDE).is_some() {
        return Ok("loopback with MTU 1500 in a network namespace of its own".to_owned());
    }
    for options in [&["--net"][..], &["--map-root-user", "--net"]] {
        if is_possible(options) {
            let program = env::current_exe().context("finding this program")?;
            let mut command = in_namespace(options, &format!("{SET_UP} && exec \"$0\" \"$@\""));
            command.arg(program).args(env::args_os().skip(1));
            return Err(command.env(INSIDE, "1").exec().into());
        }
    }
    Ok(
        "NO network namespace of its own (needs `unshare`, `ip` and root or user namespaces): \
        loopback has its usual MTU, do not compare with runs that had one"
            .to_owned(),
    )
}

fn is_possible(options: &[&str]) -> bool {
    let mut command = in_namespace(options, SET_UP);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn in_namespace(options: &[&str], script: &str) -> Command {
    let mut command = Command::new("unshare");
    command.args(options).args(["--", "sh", "-c", script]);
    command
}
