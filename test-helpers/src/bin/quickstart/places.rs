//! Who listens where, and how is the proxy told?
#![expect(
    clippy::print_stdout,
    reason = "to be read in a terminal is what it is for"
)]

use test_helpers::proxy::ProxyProcess;

/// Who listens where, on this machine.
pub(crate) struct Places {
    /// The addresses of all brokers, separated by commas.
    pub(crate) cluster: String,
    pub(crate) proxy: u16,
    pub(crate) observability: u16,
}

impl Places {
    /// Clients take the proxy for the one broker there is, so that this needs nothing but 127.0.0.1 and whatever they
    /// send is taken apart by broker.
    pub(crate) fn topology(&self) -> String {
        let address = self.address();
        let brokers: Vec<_> = self
            .cluster
            .split(',')
            .map(|broker| format!("\"{broker}\""))
            .collect();
        let brokers = brokers.join(", ");
        format!(
            r#"sources:
  - Kafka:
      name: "kafka"
      listen_addr: "{address}"
      chain:
        - KafkaSinkCluster:
            name: "sink"
            advertise: proxies
            first_contact_points: [{brokers}]
            shotover_nodes:
              - address_for_clients: "{address}"
                address_for_peers: "{address}"
                rack: "rack0"
                broker_id: 0
            local_shotover_broker_id: 0
            connect_timeout_ms: 3000
"#
        )
    }

    pub(crate) fn config(&self) -> String {
        let address = self.observability_address();
        format!("main_log_level: \"info\"\nobservability_interface: \"{address}\"\n")
    }

    /// Where clients connect.
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.proxy)
    }

    /// Where the proxy tells what it counted.
    pub(crate) fn observability_address(&self) -> String {
        format!("127.0.0.1:{}", self.observability)
    }

    pub(crate) fn show(&self, proxy: &ProxyProcess) {
        let folder = proxy.folder();
        println!("\n{}:", folder.join("topology.yaml").display());
        println!("{}", indented(&self.topology()));
        println!("{}:", folder.join("config.yaml").display());
        println!("{}", indented(&self.config()));
    }

    /// What to try next.
    pub(crate) fn invite(&self, topic: &str) {
        let (address, cluster) = (self.address(), &self.cluster);
        println!(
            "
The proxy stays up until Ctrl-C. Try it with a client of your own at {address}, for instance:
  kcat -b {address} -L                                  the proxy is the only broker that clients see
  kcat -b {address} -t {topic} -C -o beginning -c 5
  curl http://{}/metrics
Past the proxy there are three:
  kcat -b {cluster} -L",
            self.observability_address()
        );
    }
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("    {line}\n")).collect()
}
