//! How does a test get a proxy, and what does it ask it about itself?

use std::fmt::Display;
use std::time::Duration;

use test_helpers::peers::FakeClient;
use test_helpers::ports::free_port;
use test_helpers::proxy::{ProxyProcess, get, metric};
use test_helpers::usage::resident_bytes;
use test_helpers::wait::wait_until;

/// Far beyond what any of this takes, so that a test that hangs fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Long enough for something to arrive that should not.
pub(crate) const A_WHILE: Duration = Duration::from_millis(300);

/// Stands for the address of the proxy, which is not known before it starts.
const ITSELF: &str = "<itself>";

/// A proxy to be: one source, one sink.
#[derive(Debug)]
pub(crate) struct Setup {
    source: String,
    /// What it is called in a topology, and its fields.
    sink: [String; 2],
    config: String,
    descriptors: Option<u32>,
}

/// A proxy that runs.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) process: ProxyProcess,
    /// Where clients connect.
    pub(crate) address: String,
    /// Where it says how it is.
    pub(crate) interface: String,
}

impl Setup {
    /// In front of the broker at this address.
    pub(crate) fn before(broker: impl Display) -> Self {
        Self {
            source: String::new(),
            sink: [
                "KafkaSinkSingle".to_owned(),
                format!("destination_address: '{broker}', connect_timeout_ms: 3000"),
            ],
            config: String::new(),
            descriptors: None,
        }
    }

    /// In front of the cluster that the broker at this address belongs to; `advertise` is what clients see of it.
    pub(crate) fn before_cluster(broker: impl Display, advertise: &str) -> Self {
        let mut setup = Self::before(&broker);
        setup.sink = [
            "KafkaSinkCluster".to_owned(),
            format!(
                "first_contact_points: ['{broker}'], connect_timeout_ms: 3000, advertise: {advertise}, \
                local_shotover_broker_id: 0, shotover_nodes: [{{ broker_id: 0, rack: rack0, \
                address_for_clients: '{ITSELF}', address_for_peers: '{ITSELF}' }}]"
            ),
        ];
        setup
    }

    /// In front of a port where nobody listens.
    pub(crate) fn before_nobody() -> Self {
        Self::before(format!("127.0.0.1:{}", free_port().unwrap()))
    }

    /// More fields of the source, in YAML between braces.
    pub(crate) fn source(mut self, fields: &str) -> Self {
        self.source = format!(", {fields}");
        self
    }

    /// More fields of the sink.
    pub(crate) fn sink(mut self, fields: &str) -> Self {
        let [_, own] = &mut self.sink;
        own.push_str(&format!(", {fields}"));
        self
    }

    /// More lines of `config.yaml`.
    pub(crate) fn config(mut self, lines: &str) -> Self {
        self.config = lines.to_owned();
        self
    }

    /// So many files and sockets may it have open.
    pub(crate) fn descriptors(mut self, most: u32) -> Self {
        self.descriptors = Some(most);
        self
    }

    pub(crate) fn start(self) -> Running {
        let [address, interface] = [(); 2].map(|()| format!("127.0.0.1:{}", free_port().unwrap()));
        let Self {
            source,
            sink: [sink, fields],
            config,
            ..
        } = &self;
        let fields = fields.replace(ITSELF, &address);
        let topology = format!(
            "sources:\n  - Kafka: {{ name: in, listen_addr: '{address}', chain: [{sink}: {{ name: out, {fields} }}]{source} }}\n"
        );
        let config =
            format!("main_log_level: info\nobservability_interface: '{interface}'\n{config}");
        let mut builder = ProxyProcess::builder(env!("CARGO_BIN_EXE_shotover-proxy"));
        if let Some(most) = self.descriptors {
            builder = builder.descriptors(most);
        }
        Running {
            process: builder.topology(&topology).config(&config).start().unwrap(),
            address,
            interface,
        }
    }
}

impl Running {
    /// A client that has connected.
    pub(crate) fn client(&self) -> FakeClient {
        FakeClient::connect(&self.address).unwrap()
    }

    /// What it answers to this path.
    pub(crate) fn says(&self, path: &str) -> String {
        get(&self.interface, path).unwrap()
    }

    /// The sum of the samples that have these labels.
    pub(crate) fn metric(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        metric(&self.interface, name, labels).unwrap()
    }

    /// The sum of all samples of a counter.
    pub(crate) fn counted(&self, name: &str) -> usize {
        self.metric(name, &[]).to_string().parse().unwrap()
    }

    /// Waits until that sum is `expected`: what ends a connection is counted after its client knows of it.
    #[track_caller]
    pub(crate) fn check_metric(&self, name: &str, labels: &[(&str, &str)], expected: usize) {
        let expected = expected.to_string();
        let mut found = String::new();
        let waited = wait_until("a metric has its value", PATIENCE, || {
            found = self.metric(name, labels).to_string();
            Ok((found == expected).then_some(()))
        });
        assert!(
            waited.is_ok(),
            "{name}{labels:?} is {found}, not {expected}"
        );
    }

    /// Bytes of memory that it takes.
    pub(crate) fn resident_bytes(&self) -> usize {
        resident_bytes(self.process.id()).unwrap()
    }

    /// Checks that it grew by less than `limit` bytes since it had `before`, once its allocator had the time to give back
    /// what only a burst took.
    #[track_caller]
    pub(crate) fn check_growth(&self, before: usize, limit: usize, what: &str) {
        let grown = || self.resident_bytes().saturating_sub(before);
        println!("{what}: {} KiB more", grown() / 1024);
        let below = wait_until("memory is given back", PATIENCE, || {
            Ok((grown() < limit).then_some(()))
        });
        let now = grown();
        assert!(
            below.is_ok(),
            "{what}: {now} bytes more, not less than {limit}"
        );
    }

    /// The line of the log with all of these texts, once it is there.
    #[track_caller]
    pub(crate) fn logged(&self, texts: &[&str]) -> String {
        wait_until(&format!("a log line with {texts:?}"), PATIENCE, || {
            let lines = self.process.log().lines_with(texts.first().unwrap_or(&""));
            Ok(lines
                .into_iter()
                .find(|line| texts.iter().all(|text| line.contains(text))))
        })
        .unwrap()
    }
}

/// The value once it has not changed for half a second.
#[track_caller]
pub(crate) fn settled(value: impl Fn() -> usize) -> usize {
    const UNCHANGED: usize = 25;
    let (mut last, mut times) = (value(), 0);
    wait_until("a number does not change any more", 2 * PATIENCE, || {
        let now = value();
        times = if now == last { times + 1 } else { 0 };
        last = now;
        Ok((times >= UNCHANGED).then_some(last))
    })
    .unwrap()
}

/// The time that so many per cent of these do not exceed.
pub(crate) fn percentile(percent: usize, mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() * percent / 100).copied().unwrap()
}
