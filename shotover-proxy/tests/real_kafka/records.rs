//! What comes back of what clients wrote through the proxy.

use test_helpers::clients::{
    Client, Java, Kcat, Librdkafka, Python, Record, Security, check_round_trip, keyed_records,
};
use test_helpers::kafka::Listener;

use crate::setup::{Fixture, clients, fixture};

/// Records with every combination of null, empty and longer keys and values, and headers that share a name.
/// kafka-python can write neither null in headers nor records that are null altogether.
fn odd_records(nulls: bool) -> Vec<Record> {
    let contents = [None, Some(""), Some("wört ✓")];
    let bytes = |text: &str| text.as_bytes().to_vec();
    let header = |name: &str, value: Option<&str>| (name.to_owned(), value.map(bytes));
    let headers = [
        vec![],
        vec![
            header("a", Some("1")),
            header("a", Some("2")),
            header("a", Some("1")),
        ],
        vec![
            header("b", Some("")),
            header("clé", Some("x=1;y")),
            header("b", Some("3")),
        ],
        vec![
            header("n", if nulls { None } else { Some("") }),
            header("n", Some("4")),
        ],
    ];
    let pairs = contents
        .iter()
        .flat_map(|key| contents.map(|value| (key, value)));
    pairs
        .filter(|(key, value)| nulls || key.is_some() || value.is_some())
        .zip(headers.iter().cycle())
        .map(|((key, value), headers)| Record {
            key: key.map(bytes),
            value: value.map(bytes),
            headers: headers.clone(),
        })
        .collect()
}

/// Records of bytes that are no text.
fn binary_records() -> Vec<Record> {
    let all: Vec<u8> = (0..=255).collect();
    let record = |byte: u8| Record {
        key: Some(vec![byte, 0, 0xff]),
        value: Some([&[byte], all.as_slice()].concat()),
        headers: vec![("bytes".to_owned(), Some(all.clone()))],
    };
    (0..=255).map(record).collect()
}

#[test]
fn what_one_client_writes_through_the_proxy_another_one_reads() {
    let Fixture {
        proxy: _proxy,
        cluster: _cluster,
        address,
    } = fixture().unwrap();
    let mut clients = clients(&address, &Security::default()).unwrap();
    clients.push(Box::new(Kcat::new(&address)));
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
fn keys_values_and_headers_come_back_byte_for_byte_to_every_client_from_every_client() {
    let Fixture {
        proxy: _proxy,
        cluster: _cluster,
        address,
    } = fixture().unwrap();
    let clients = clients(&address, &Security::default()).unwrap();
    let admin = Librdkafka::new(&address);
    let nulls = [true, true, false];
    for (number, (producer, nulls)) in clients.iter().zip(nulls).enumerate() {
        let (topic, sent) = (format!("odd-{number}"), odd_records(nulls));
        admin.create_topic(&topic, 3, 1).unwrap();
        producer.produce(&topic, &sent).unwrap();
        for consumer in &clients {
            let received = consumer.consume(&topic, sent.len()).unwrap();
            if let Err(error) = check_round_trip(&sent, &received) {
                panic!("from {producer:?} to {consumer:?}: {error:#}");
            }
        }
    }
}

#[test]
fn bytes_that_are_no_text_come_back() {
    let Fixture {
        proxy: _proxy,
        cluster: _cluster,
        address,
    } = fixture().unwrap();
    let (librdkafka, python) = (Librdkafka::new(&address), Python::new(&address));
    let clients: [&dyn Client; 2] = [&librdkafka, &python];
    let sent = binary_records();
    for (number, producer) in clients.into_iter().enumerate() {
        let topic = format!("binary-{number}");
        librdkafka.create_topic(&topic, 3, 1).unwrap();
        producer.produce(&topic, &sent).unwrap();
        for consumer in clients {
            check_round_trip(&sent, &consumer.consume(&topic, sent.len()).unwrap()).unwrap();
        }
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
    let mut sent = keyed_records(500);
    for value in sent.iter_mut().filter_map(|record| record.value.as_mut()) {
        value.resize(1_000, b'a');
    }
    let codecs = ["none", "gzip", "snappy", "lz4", "zstd"];
    let topic = |codec: &str| format!("codec-{codec}");
    for codec in codecs {
        let client = Librdkafka::new(&address).set("compression.codec", codec);
        client.create_topic(&topic(codec), 3, 1).unwrap();
        client.produce(&topic(codec), &sent).unwrap();
        check_round_trip(&sent, &client.consume(&topic(codec), sent.len()).unwrap()).unwrap();
    }
    // A client that sees no way to compress does not say so.
    let described = Java::new(&address)
        .unwrap()
        .tool("org.apache.kafka.tools.LogDirsCommand", &["--describe"], "")
        .unwrap();
    let [plain, compressed @ ..] = codecs.map(|codec| stored(&described, &topic(codec)));
    assert!(plain > 500_000, "{described}");
    for bytes in compressed {
        assert!((1..plain / 5).contains(&bytes), "{described}");
    }
}

/// Bytes of a topic, by what is told of log directories: an object in JSON for each partition.
fn stored(described: &str, topic: &str) -> u64 {
    let of_topic = format!("\"partition\":\"{topic}-");
    let partitions = described.split(['{', '}']);
    partitions
        .filter(|partition| partition.contains(&of_topic))
        .map(|partition| {
            let (_, size) = partition.split_once("\"size\":").unwrap();
            let size = size.split(',').next().unwrap_or_default();
            size.parse::<u64>().unwrap()
        })
        .sum()
}

#[test]
fn records_that_are_not_acknowledged_arrive_though_their_client_leaves_at_once() {
    let Fixture {
        proxy: _proxy,
        cluster: _cluster,
        address,
    } = fixture().unwrap();
    let client = Librdkafka::new(&address);
    client.create_topic("unacknowledged", 3, 1).unwrap();
    let sent = keyed_records(10_000);
    let hasty = client.clone().set("acks", "0");
    hasty.produce("unacknowledged", &sent).unwrap();
    let received = client.consume("unacknowledged", sent.len()).unwrap();
    check_round_trip(&sent, &received).unwrap();
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
        record.value = Some(vec![filler; 5_000_000]);
    }
    let client = Librdkafka::new(&address).set("message.max.bytes", "6000000");
    client.create_topic("large", 3, 1).unwrap();
    client.produce("large", &sent).unwrap();
    check_round_trip(&sent, &client.consume("large", sent.len()).unwrap()).unwrap();
}
