//! Which cluster is it, and what do the clients say?

use anyhow::{Context, Result, ensure};
use std::env;
use std::net::SocketAddr;
use test_helpers::clients::Java;
use test_helpers::kafka::{Broker, Cluster, Listener};

const TOPICS: &str = "org.apache.kafka.tools.TopicCommand";
const PRODUCER: &str = "org.apache.kafka.tools.ProducerPerformance";
const CONSUMER: &str = "org.apache.kafka.tools.ConsumerPerformance";

/// Bytes of a record's value.
pub(super) const RECORD: usize = 1_000;

/// Partitions of a topic.
const PARTITIONS: usize = 6;

/// Three brokers, and one of them that coordinates every consumer group.
#[derive(Debug)]
pub(super) struct Kafka {
    cluster: Cluster,
    home: usize,
    topics: usize,
}

/// Which brokers lead the partitions of a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leaders {
    /// The one that coordinates groups, so that whoever knows one broker only can be measured.
    One,
    All,
}

/// What the producer said in the end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Produced {
    pub(super) megabytes_per_second: f64,
    pub(super) p50_milliseconds: f64,
    pub(super) p99_milliseconds: f64,
}

impl Kafka {
    /// Starts brokers, and lets a client write and read once: code is compiled, and Kafka's own topic is there.
    pub(super) fn start(records: usize) -> Result<Self> {
        let place = env::var("SHOTOVER_TEST_KAFKA").unwrap_or_default();
        ensure!(
            place == "process",
            "Kafka has to run as processes: eval \"$(scripts/test --env)\" first"
        );
        let cluster = Cluster::builder()
            .brokers(3)
            .listener(Listener::Relayed)
            .property("offsets.topic.num.partitions", "1")
            .property("log.segment.delete.delay.ms", "1000")
            .start()?;
        let mut kafka = Self {
            cluster,
            home: 0,
            topics: 0,
        };
        let topic = kafka.create(Leaders::All)?;
        let direct = kafka.bootstrap()?;
        produce(&direct, &topic, records)?;
        consume(&direct, &topic, records)?;
        kafka.delete(&topic)?;
        let described = kafka.tool(&["--describe", "--topic", "__consumer_offsets"])?;
        let home = described.split("Leader: ").nth(1);
        let home = home.and_then(|rest| rest.split_whitespace().next());
        let home: i32 = home.context("nobody coordinates groups")?.parse()?;
        let brokers = kafka.cluster.brokers().iter();
        kafka.home = brokers
            .take_while(|broker| broker.id() != home)
            .count()
            .min(2);
        Ok(kafka)
    }

    /// Where clients ask first that talk to brokers themselves.
    pub(super) fn bootstrap(&self) -> Result<String> {
        self.cluster.bootstrap(Listener::Plaintext)
    }

    /// Where a proxy finds the brokers, the one that coordinates first.
    pub(super) fn brokers(&self) -> Result<Vec<SocketAddr>> {
        let address = |broker: &Broker| Ok(broker.address(Listener::Plaintext)?.parse()?);
        let mut brokers = self
            .cluster
            .brokers()
            .iter()
            .map(address)
            .collect::<Result<Vec<_>>>()?;
        brokers.rotate_left(self.home);
        Ok(brokers)
    }

    /// Where relays have to listen, and what is behind each.
    pub(super) fn passages(&self) -> Result<Vec<[SocketAddr; 2]>> {
        let passage = |broker: &Broker| {
            let to = broker.address(Listener::Relayed)?.parse()?;
            Ok([crate::contestant::local(broker.relayed_port()), to])
        };
        self.cluster.brokers().iter().map(passage).collect()
    }

    /// A topic that is not replicated: what brokers say to each other is not what is measured.
    pub(super) fn create(&mut self, leaders: Leaders) -> Result<String> {
        self.topics += 1;
        let topic = format!("bench-{}", self.topics);
        let ids: Vec<i32> = self.cluster.brokers().iter().map(Broker::id).collect();
        let leader = |partition: usize| match leaders {
            Leaders::One => ids.get(self.home),
            Leaders::All => ids.get(partition % ids.len()),
        };
        let assignment = (0..PARTITIONS).filter_map(leader);
        let assignment: Vec<String> = assignment.map(i32::to_string).collect();
        let assignment = assignment.join(",");
        self.tool(&[
            "--create",
            "--topic",
            &topic,
            "--replica-assignment",
            &assignment,
        ])?;
        Ok(topic)
    }

    pub(super) fn delete(&self, topic: &str) -> Result<()> {
        self.tool(&["--delete", "--topic", topic]).map(drop)
    }

    fn tool(&self, arguments: &[&str]) -> Result<String> {
        Java::new(&self.bootstrap()?)?.tool(TOPICS, arguments, "")
    }
}

/// Writes as fast as the producer can, and waits for all acknowledgements.
pub(super) fn produce(bootstrap: &str, topic: &str, records: usize) -> Result<Produced> {
    let (records, record) = (records.to_string(), RECORD.to_string());
    let arguments = [
        ["--topic", topic],
        ["--num-records", &records],
        ["--record-size", &record],
        ["--throughput", "-1"],
    ];
    let said = Java::new(bootstrap)?.tool(PRODUCER, arguments.as_flattened(), "")?;
    let last = said.lines().last().unwrap_or_default();
    let before = |unit: &str| {
        let (front, _) = last.split_once(unit)?;
        front.rsplit([' ', '(']).next()?.parse().ok()
    };
    let figure = |unit: &str| before(unit).with_context(|| format!("the producer said:\n{said}"));
    Ok(Produced {
        megabytes_per_second: figure(" MB/sec")?,
        p50_milliseconds: figure(" ms 50th")?,
        p99_milliseconds: figure(" ms 99th")?,
    })
}

/// Reads all of it, in a group of its own; returns MB per second while it fetched.
pub(super) fn consume(bootstrap: &str, topic: &str, records: usize) -> Result<f64> {
    let count = records.to_string();
    let arguments = [["--topic", topic], ["--num-records", &count]];
    let said = Java::new(bootstrap)?.tool(CONSUMER, arguments.as_flattened(), "")?;
    let last = said.lines().last().unwrap_or_default();
    let fields: Vec<&str> = last.split(',').map(str::trim).collect();
    let field = |index: usize| {
        fields
            .get(index)
            .and_then(|field| field.parse::<f64>().ok())
    };
    let (read, speed) = field(4)
        .zip(field(8))
        .with_context(|| format!("the consumer said:\n{said}"))?;
    ensure!(
        read >= records as f64,
        "{read} records of {records} were read"
    );
    Ok(speed)
}
