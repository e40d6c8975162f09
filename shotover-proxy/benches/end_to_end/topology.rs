//! What does the proxy have to be told to be a contestant?

use super::contestant::{Setting, Sink};
use super::workload::Transforms;
use std::net::{Ipv4Addr, SocketAddr};

/// A topology with one source on `listen`.
pub(crate) fn topology(setting: &Setting<'_>, sink: Sink, listen: SocketAddr) -> String {
    let mut listen_addr = listen;
    if matches!(sink, Sink::Brokers) {
        // Each broker has an address of its own.
        listen_addr.set_ip(Ipv4Addr::UNSPECIFIED.into());
    }
    let mut text = format!(
        "sources:\n  - Kafka:\n      listen_addr: '{listen_addr}'\n      connection_limit: 12000\n"
    );
    let mut add = |line: &str| text.extend(["      ", line, "\n"]);
    if let Some(leaf) = setting.certificate.filter(|_| setting.workload.tls) {
        let (certificate, key) = (leaf.certificate.display(), leaf.private_key.display());
        add(&format!(
            "tls: {{ certificate_path: '{certificate}', private_key_path: '{key}' }}"
        ));
    }
    add("chain:");
    match setting.workload.transforms {
        Transforms::Passing(count) => (0..count).for_each(|number| {
            add(&format!(
                "  - Filter: {{ name: pass-{number}, deny: [DeleteTopics] }}"
            ));
        }),
        Transforms::Reading => add("  - QueryCounter: { name: count }"),
    }
    add(&format!("  - {}", in_yaml(setting, sink, listen)));
    text
}

fn in_yaml(setting: &Setting<'_>, sink: Sink, listen: SocketAddr) -> String {
    let brokers: Vec<String> = setting
        .brokers
        .iter()
        .take(3)
        .map(|it| format!("'{it}'"))
        .collect();
    let (advertise, host) = match sink {
        Sink::Single => {
            let first = brokers.first().map(String::as_str).unwrap_or_default();
            return format!(
                "KafkaSinkSingle: {{ destination_address: {first}, connect_timeout_ms: 3000 }}"
            );
        }
        Sink::Brokers => ("brokers", "127.0.1.{broker_id}"),
        Sink::Proxies => ("proxies", "127.0.0.1"),
    };
    let port = listen.port();
    let node = format!(
        "address_for_clients: '{host}:{port}', address_for_peers: '{listen}', rack: rack0, broker_id: 0"
    );
    format!(
        "KafkaSinkCluster: {{ advertise: {advertise}, first_contact_points: [{}], \
        shotover_nodes: [{{ {node} }}], local_shotover_broker_id: 0, connect_timeout_ms: 3000 }}",
        brokers.join(", ")
    )
}
