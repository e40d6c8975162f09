//! Do three proxies, each in a rack of its own, do as one?

use anyhow::Result;
use test_helpers::clients::Kcat;
use test_helpers::kafka::Cluster;
use test_helpers::wait::wait_until;

use crate::setup::{ADVERTISE, Front, LIMIT, Sink};
use crate::traffic::{REFRESH, Traffic, all_flow};

/// What the proxy at `port` says of brokers and partitions.
fn said(port: u16) -> Result<Vec<String>> {
    let kcat = Kcat::new(&format!("127.0.0.1:{port}"));
    // Seconds: brokers that are short of time may elect a controller meanwhile, longer than the five that it waits unasked.
    let said = kcat.run(&["-L", "-m", "30"], Vec::new())?;
    let lines = said
        .lines()
        // Which broker was asked, and any broker is called the controller.
        .filter(|line| !line.starts_with("Metadata"))
        .map(|line| line.replace(" (controller)", ""));
    Ok(lines.collect())
}

/// Waits until all of these say the same, and nothing of `gone`.
fn wait_until_agreed(ports: &[u16], gone: Option<u16>) -> Result<()> {
    let mut all = Vec::new();
    let agreed = wait_until("the proxies agree", LIMIT, || {
        all = ports
            .iter()
            .map(|port| said(*port))
            .collect::<Result<Vec<_>>>()?;
        let same = all.windows(2).all(|pair| pair[0] == pair[1]);
        let gone = gone.map(|port| format!(":{port}"));
        let named = gone.is_some_and(|gone| all.concat().iter().any(|line| line.contains(&gone)));
        Ok((same && !named).then_some(()))
    });
    agreed.map_err(|error| error.context(format!("{all:#?}")))
}

#[test]
fn three_proxies_say_the_same_and_clients_go_on_when_one_dies() {
    let cluster = Cluster::builder().brokers(3).start().unwrap();
    for advertise in ADVERTISE {
        let mut front = Front::start(&cluster, 3, Sink::of(advertise)).unwrap();
        let ports = front.ports.clone();
        // Each knows of one proxy, and learns of the others from it.
        let mut traffics: Vec<Traffic> = ports
            .iter()
            .map(|port| {
                let topic = format!("{advertise:?}-{port}");
                Traffic::start(&format!("127.0.0.1:{port}"), &topic, REFRESH).unwrap()
            })
            .collect();
        wait_until_agreed(&ports, None).unwrap();
        all_flow(&mut traffics).unwrap();
        front.proxies[1].kill().unwrap();
        all_flow(&mut traffics).unwrap();
        wait_until_agreed(&[ports[0], ports[2]], Some(ports[1])).unwrap();
        front.restart(1).unwrap();
        wait_until_agreed(&ports, None).unwrap();
        for traffic in traffics {
            traffic.finish().unwrap();
        }
    }
}
