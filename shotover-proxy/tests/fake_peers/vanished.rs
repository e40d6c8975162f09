//! Peers that are gone without a word: no packet of theirs arrives any more, and none reaches them.

use std::env;
use std::net::SocketAddr;
use std::process::Command;
use std::time::{Duration, Instant};

use test_helpers::peers::{FakeBroker, FakeClient, heartbeat};
use test_helpers::wait::wait_until;

use crate::setup::{PATIENCE, Running, Setup};

/// Set for the process that has a network of its own.
const APART: &str = "SHOTOVER_TEST_NETWORK_OF_ITS_OWN";

/// When a peer that vanished is given up.
const NOTICED: Duration = Duration::from_secs(60);
/// What timers of the kernel and a busy machine add.
const LATER: Duration = Duration::from_secs(10);

/// Whether this is a network in which packets can be lost without harm. If it is not, the test that is named is run in
/// one.
#[track_caller]
fn in_a_network_apart(test: &str) -> bool {
    if env::var_os(APART).is_some() {
        return true;
    }
    let run = "ip link set lo up && exec \"$0\" --exact --include-ignored --nocapture \"$1\"";
    let mut inside = Command::new("unshare");
    inside.args(["--map-root-user", "--net", "sh", "-c", run]);
    inside.arg(env::current_exe().unwrap()).arg(test);
    let status = inside.env(APART, "1").status().unwrap();
    assert!(status.success(), "in a network of its own: {status}");
    false
}

/// Peers whose packets are lost until this is dropped: a fake broker ends with a connection to itself.
#[derive(Debug)]
struct Vanished;

impl Vanished {
    /// Loses all packets between this client and the proxy. (Other connections may have the port of the client, too.)
    fn client(&self, client: &FakeClient, proxy: &Running) {
        let client = client.address().unwrap();
        let proxy: SocketAddr = proxy.address.parse().unwrap();
        self.add(&[("--sport", client), ("--dport", proxy)]);
        self.add(&[("--sport", proxy), ("--dport", client)]);
    }

    /// Loses all packets from and to this broker.
    fn broker(&self, broker: &FakeBroker) {
        self.add(&[("--sport", broker.address())]);
        self.add(&[("--dport", broker.address())]);
    }

    fn add(&self, ports: &[(&str, SocketAddr)]) {
        let mut iptables = Command::new("iptables");
        iptables.args(["-A", "INPUT", "-p", "tcp"]);
        for (option, address) in ports {
            iptables.args([option, address.port().to_string().as_str()]);
        }
        assert!(iptables.args(["-j", "DROP"]).status().unwrap().success());
    }
}

impl Drop for Vanished {
    fn drop(&mut self) {
        drop(Command::new("iptables").args(["-F", "INPUT"]).status());
    }
}

/// Expects that after this time, and not before, a connection of a client ends for that reason.
#[track_caller]
fn check_given_up(proxy: &Running, begun: Instant, reason: &str, after: Duration) {
    let closed = || {
        let labels = [("reason", reason)];
        proxy.metric("shotover_connections_closed_total", &labels)
    };
    let patience = after + LATER + PATIENCE;
    wait_until("a connection is closed", patience, || {
        Ok((closed() >= 1.0).then_some(()))
    })
    .unwrap();
    let took = begun.elapsed();
    println!("{reason}: given up {took:?} after it vanished");
    assert!(
        (after.mul_f64(0.8)..after + LATER).contains(&took),
        "{took:?}"
    );
}

#[test]
#[ignore = "needs `unshare`, `ip` and `iptables`, and to be allowed to use them"]
fn peers_that_vanish_are_given_up_and_what_belongs_to_them_is_released() {
    if !in_a_network_apart(
        "vanished::peers_that_vanish_are_given_up_and_what_belongs_to_them_is_released",
    ) {
        return;
    }
    let (stays, vanishes) = (
        FakeBroker::answering().unwrap(),
        FakeBroker::answering().unwrap(),
    );
    // A client that rests: the kernel asks whether it is there.
    let resting = Setup::before(stays.address()).start();
    // A client to which something is on its way: the kernel waits for longer than anybody wants to.
    let busy = Setup::before(stays.address()).source("timeout: 5").start();
    // A broker that has a request on its way to it.
    let behind = Setup::before(vanishes.address()).start();
    let [mut rests, mut asks, mut waits] = [&resting, &busy, &behind].map(Running::client);
    for client in [&mut rests, &mut asks, &mut waits] {
        client.ask(&heartbeat(1, 0), 1).unwrap();
    }
    let begun = Instant::now();
    let vanished = Vanished;
    vanished.client(&rests, &resting);
    vanished.broker(&vanishes);
    waits.send(&heartbeat(2, 0)).unwrap();
    // Its request arrives, the answer does not.
    asks.send(&heartbeat(2, 0)).unwrap();
    busy.check_metric("shotover_responses_total", &[], 2);
    vanished.client(&asks, &busy);

    check_given_up(&busy, begun, "idle", Duration::from_secs(5));
    check_given_up(&resting, begun, "io_error", NOTICED);
    check_given_up(&behind, begun, "broker_lost", NOTICED);
    for proxy in [&resting, &busy, &behind] {
        proxy.check_metric("shotover_connections_active", &[], 0);
        assert_eq!(to_brokers(proxy, &[stays.address(), vanishes.address()]), 0);
    }
}

/// Sockets of the proxy to these brokers that are open.
fn to_brokers(proxy: &Running, brokers: &[SocketAddr]) -> usize {
    let sockets = std::fs::read_to_string(format!("/proc/{}/net/tcp", proxy.process.id())).unwrap();
    let ports: Vec<String> = brokers
        .iter()
        .map(|broker| format!(":{:04X} 01 ", broker.port()))
        .collect();
    let open = sockets.lines().filter(|line| {
        let Some((_, behind_local)) = line.split_once(": ") else {
            return false;
        };
        let remote = behind_local.split_once(' ').unwrap_or_default().1;
        ports.iter().any(|port| remote.contains(port.as_str()))
    });
    open.count()
}
