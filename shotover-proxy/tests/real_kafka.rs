//! The binary in front of one real broker, with real clients.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use test_helpers::clients::{
    Client, Java, Kcat, Librdkafka, Python, check_round_trip, keyed_records,
};
use test_helpers::kafka::{Cluster, Listener};
use test_helpers::ports::free_port;
use test_helpers::proxy::ProxyProcess;
use test_helpers::wait::wait_until;

/// Longest time for anything a test waits for.
const LIMIT: Duration = Duration::from_secs(60);
/// Records produced at a time.
const PART: usize = 500;

/// A broker, and the proxy in front of it.
struct Fixture {
    proxy: ProxyProcess,
    cluster: Cluster,
    address: String,
}

fn fixture() -> Result<Fixture> {
    let cluster = Cluster::builder().start()?;
    let broker = cluster
        .brokers()
        .first()
        .context("no broker")?
        .port(Listener::Plaintext)?;
    let address = format!("127.0.0.1:{}", free_port()?);
    let topology = format!(
        r#"
sources:
  - Kafka:
      name: "kafka"
      listen_addr: "{address}"
      chain:
        - KafkaSinkSingle:
            name: "sink"
            destination_port: {broker}
            connect_timeout_ms: 3000
"#
    );
    let proxy = ProxyProcess::builder(env!("CARGO_BIN_EXE_shotover-proxy"))
        .topology(&topology)
        .start()?;
    Ok(Fixture {
        proxy,
        cluster,
        address,
    })
}

fn clients(address: &str) -> Result<Vec<Box<dyn Client>>> {
    Ok(vec![
        Box::new(Librdkafka::new(address)),
        Box::new(Java::new(address)?),
        Box::new(Python::new(address)),
        Box::new(Kcat::new(address)),
    ])
}

#[test]
fn what_one_client_writes_through_the_proxy_another_one_reads() {
    let Fixture {
        proxy: _proxy,
        cluster: _cluster,
        address,
    } = fixture().unwrap();
    let clients = clients(&address).unwrap();
    let admin = Librdkafka::new(&address);
    let sent = keyed_records(200);
    let consumers = clients.iter().cycle().skip(1);
    for (number, (producer, consumer)) in clients.iter().zip(consumers).enumerate() {
        let topic = format!("clients-{number}");
        admin.create_topic(&topic, 3, 1).unwrap();
        producer.produce(&topic, &sent).unwrap();
        check_round_trip(&sent, &consumer.consume(&topic, sent.len()).unwrap()).unwrap();
    }
}

#[test]
fn a_client_learns_of_no_address_but_the_proxys() {
    let Fixture {
        proxy: _proxy,
        cluster,
        address,
    } = fixture().unwrap();
    let said = Kcat::new(&address).run(&["-L"], Vec::new()).unwrap();
    let broker = cluster.bootstrap(Listener::Plaintext).unwrap();
    assert!(said.contains(&address), "{said}");
    assert!(!said.contains(&broker), "{said}");
}

#[test]
fn records_of_every_codec_come_back() {
    let Fixture {
        proxy: _proxy,
        cluster: _cluster,
        address,
    } = fixture().unwrap();
    let sent = keyed_records(500);
    for codec in ["none", "gzip", "snappy", "lz4", "zstd"] {
        let topic = format!("codec-{codec}");
        let client = Librdkafka::new(&address).set("compression.codec", codec);
        client.create_topic(&topic, 3, 1).unwrap();
        client.produce(&topic, &sent).unwrap();
        check_round_trip(&sent, &client.consume(&topic, sent.len()).unwrap()).unwrap();
    }
}

#[test]
fn records_of_5_mb_come_back() {
    let Fixture {
        proxy: _proxy,
        cluster: _cluster,
        address,
    } = fixture().unwrap();
    let mut sent = keyed_records(12);
    for (record, filler) in sent.iter_mut().zip(b'a'..) {
        record.value.resize(5_000_000, filler);
    }
    let client = Librdkafka::new(&address).set("message.max.bytes", "6000000");
    client.create_topic("large", 3, 1).unwrap();
    client.produce("large", &sent).unwrap();
    check_round_trip(&sent, &client.consume("large", sent.len()).unwrap()).unwrap();
}

#[test]
fn a_proxy_that_is_told_to_end_while_records_flow_loses_no_acknowledged_one() {
    let Fixture {
        mut proxy,
        cluster,
        address,
    } = fixture().unwrap();
    let broker = cluster.bootstrap(Listener::Plaintext).unwrap();
    Librdkafka::new(&broker)
        .create_topic("drain", 3, 1)
        .unwrap();
    // Records that find no proxy any more are given up soon.
    let client = Librdkafka::new(&address).set("message.timeout.ms", "3000");
    let acknowledged = AtomicUsize::new(0);
    let status = std::thread::scope(|scope| {
        scope.spawn(|| {
            while client.produce("drain", &keyed_records(PART)).is_ok() {
                acknowledged.fetch_add(PART, Ordering::Relaxed);
            }
        });
        wait_until("records flow", LIMIT, || {
            Ok((acknowledged.load(Ordering::Relaxed) > 0).then_some(()))
        })
        .unwrap();
        proxy.terminate(LIMIT).unwrap()
    });
    assert!(status.success(), "{status}");
    // As many as were acknowledged can be read from the broker itself.
    let acknowledged = acknowledged.into_inner();
    Librdkafka::new(&broker)
        .consume("drain", acknowledged)
        .unwrap();
}
