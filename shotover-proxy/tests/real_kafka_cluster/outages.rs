//! Is a record that was acknowledged there once, and in order, whatever died meanwhile?

use std::time::Duration;
use test_helpers::chance::Chance;
use test_helpers::kafka::{Broker, Cluster};
use test_helpers::proxy::ProxyProcess;

use crate::setup::{Front, LIMIT, Sink, fronts};
use crate::traffic::{REFRESH, Traffic, all_flow};

/// Longest time that a broker hangs without being given up by the others.
const SHORT: Duration = Duration::from_secs(2);

/// How often clients ask what has changed where they have to hear that a proxy is back.
const REFRESH_OFTEN: Duration = Duration::from_secs(1);

/// Until all clients have heard of it. A client that knows only addresses of one proxy when that dies has
/// to begin with its bootstrap servers again, which librdkafka 2.12.1 forgets once in hundreds of times: it tries the
/// addresses where nobody is again and again (KIP-899).
const KNOWN: Duration = REFRESH_OFTEN.saturating_add(Duration::from_secs(1));

/// What happens to a broker.
#[derive(Clone, Copy, Debug)]
enum Outage {
    /// `kill -9`; it is started again when records flow without it.
    Death,
    /// SIGTERM and a start: it hands over what it leads.
    Restart,
    /// SIGSTOP and SIGCONT, before the others have noticed.
    Hiccup,
    /// SIGSTOP until records flow without it, then SIGCONT: it does not know that it was given up.
    Coma,
}

/// Brokers and proxies of both kinds, all with traffic.
struct Stage {
    traffics: Vec<Traffic>,
    fronts: [Front; 2],
    cluster: Cluster,
    chance: Chance,
}

impl Stage {
    fn set(proxies: u16, refresh: Duration) -> Self {
        let chance = Chance::from_environment().unwrap();
        let cluster = Cluster::builder().brokers(3).start().unwrap();
        let sink = |advertise| Sink {
            // A broker that says nothing is given up before its clients do so.
            read_timeout: 4,
            ..Sink::of(advertise)
        };
        let fronts = fronts(&cluster, proxies, sink);
        let traffic =
            |front: &Front| Traffic::start(&front.address, front.name(), refresh).unwrap();
        let mut traffics: Vec<Traffic> = fronts.iter().map(traffic).collect();
        all_flow(&mut traffics).unwrap();
        Self {
            traffics,
            fronts,
            cluster,
            chance,
        }
    }

    #[track_caller]
    fn all_flow(&mut self) {
        all_flow(&mut self.traffics).unwrap();
    }

    fn check(self) {
        for traffic in self.traffics {
            traffic.finish().unwrap();
        }
    }
}

#[test]
fn twenty_outages_of_brokers_cost_no_acknowledged_record() {
    let mut stage = Stage::set(1, REFRESH);
    let mut outages = [
        [Outage::Death; 6].as_slice(),
        &[Outage::Restart; 4],
        &[Outage::Hiccup; 5],
        &[Outage::Coma; 5],
    ]
    .concat();
    stage.chance.shuffle(&mut outages);
    for outage in outages {
        let broker = stage.chance.below(3);
        println!("{outage:?} of broker {broker}");
        stage.suffer(outage, broker);
        stage.all_flow();
        stage.cluster.wait_until_in_sync().unwrap();
    }
    stage.check();
}

impl Stage {
    fn suffer(&mut self, outage: Outage, broker: usize) {
        let to = |stage: &mut Self, action: fn(&mut Broker) -> anyhow::Result<()>| {
            action(stage.cluster.broker(broker).unwrap()).unwrap();
        };
        match outage {
            Outage::Death => {
                to(self, Broker::kill);
                self.all_flow();
                to(self, Broker::start);
            }
            Outage::Restart => {
                to(self, Broker::stop);
                to(self, Broker::start);
            }
            Outage::Hiccup => {
                let pause = self.chance.duration(SHORT);
                to(self, Broker::pause);
                std::thread::sleep(pause);
                to(self, Broker::resume);
            }
            Outage::Coma => {
                to(self, Broker::pause);
                self.all_flow();
                to(self, Broker::resume);
            }
        }
    }
}

/// How a proxy dies.
#[derive(Clone, Copy, Debug)]
enum Death {
    /// `kill -9`.
    Sudden,
    /// SIGTERM, as when it is replaced: it finishes what is on its way.
    Told,
}

impl Death {
    fn comes_to(self, proxy: &mut ProxyProcess) {
        match self {
            Self::Sudden => proxy.kill().unwrap(),
            Self::Told => {
                let status = proxy.terminate(LIMIT).unwrap();
                assert!(status.success(), "{status}");
            }
        }
    }
}

#[test]
fn twenty_deaths_of_proxies_cost_no_acknowledged_record() {
    let mut stage = Stage::set(2, REFRESH_OFTEN);
    let mut deaths = [[Death::Sudden; 10], [Death::Told; 10]].concat();
    stage.chance.shuffle(&mut deaths);
    for death in deaths {
        let dying = stage.chance.below(2);
        println!("{death:?} death of proxy {dying}");
        for front in &mut stage.fronts {
            death.comes_to(&mut front.proxies[dying]);
        }
        stage.all_flow();
        for front in &mut stage.fronts {
            front.restart(dying).unwrap();
        }
        std::thread::sleep(KNOWN);
    }
    stage.check();
}
