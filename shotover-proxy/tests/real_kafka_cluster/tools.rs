//! Do Kafka's own tools print through the proxy what they print without?

use std::io::Write;
use std::thread;

use anyhow::Result;
use tempfile::NamedTempFile;
use test_helpers::clients::{Client, Java, Librdkafka, keyed_records};
use test_helpers::kafka::{Cluster, Listener};
use test_helpers::rdkafka::producer::{BaseProducer, BaseRecord, Producer};

use crate::setup::{Advertise, Front, LIMIT, Sink};

/// A class, and its options.
pub(crate) type Tool<'a> = (&'a str, &'a [&'a str]);

/// How often a tool is run before it counts that it prints something else.
const ATTEMPTS: u32 = 4;

const TOPIC: &str = "tools";
const TRANSACTION: &str = "paid";

const CONFIGS: &str = "kafka.admin.ConfigCommand";
const TOPICS: &str = "org.apache.kafka.tools.TopicCommand";
const ACLS: &str = "org.apache.kafka.tools.AclCommand";
const TRANSACTIONS: &str = "org.apache.kafka.tools.TransactionsCommand";
const REASSIGNMENTS: &str = "org.apache.kafka.tools.reassign.ReassignPartitionsCommand";
const CLIENT_METRICS: &str = "org.apache.kafka.tools.ClientMetricsCommand";

#[rustfmt::skip]
const TOOLS: [Tool<'_>; 25] = [
    (TOPICS, &["--describe", "--topic", TOPIC]),
    (TOPICS, &["--list"]),
    ("org.apache.kafka.tools.GetOffsetShell", &["--topic", TOPIC]),
    ("org.apache.kafka.tools.GroupsCommand", &["--list"]),
    (
        "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
        &["--describe", "--group", "readers", "--offsets"],
    ),
    ("org.apache.kafka.tools.MetadataQuorumCommand", &["describe", "--status"]),
    ("org.apache.kafka.tools.FeatureCommand", &["describe"]),
    ("org.apache.kafka.tools.BrokerApiVersionsCommand", &[]),
    ("org.apache.kafka.tools.LogDirsCommand", &["--describe", "--topic-list", TOPIC]),
    (CONFIGS, &["--describe", "--entity-type", "brokers", "--entity-name", "2"]),
    (CONFIGS, &["--describe", "--entity-type", "topics", "--entity-name", TOPIC]),
    (TRANSACTIONS, &["list"]),
    (TRANSACTIONS, &["describe", "--transactional-id", TRANSACTION]),
    (TRANSACTIONS, &["describe-producers", "--topic", TOPIC, "--partition", "0"]),
    (REASSIGNMENTS, &["--list"]),
    (
        "org.apache.kafka.tools.LeaderElectionCommand",
        &["--election-type", "preferred", "--topic", TOPIC, "--partition", "0"],
    ),
    (CLIENT_METRICS, &["--alter", "--name", "pushed", "--metrics", "all", "--interval", "60000"]),
    (CLIENT_METRICS, &["--describe", "--name", "pushed"]),
    (CLIENT_METRICS, &["--list"]),
    (CONFIGS, &["--alter", "--entity-type", "users", "--entity-name", "u", "--add-config", "producer_byte_rate=1000000"]),
    (CONFIGS, &["--alter", "--entity-type", "users", "--entity-name", "v", "--add-config", "SCRAM-SHA-256=[password=secret]"]),
    (CONFIGS, &["--describe", "--entity-type", "users", "--entity-name", "u"]),
    (CONFIGS, &["--describe", "--entity-type", "users", "--entity-name", "v"]),
    (ACLS, &["--add", "--allow-principal", "User:u", "--operation", "Read", "--topic", TOPIC]),
    (ACLS, &["--list"]),
];

#[test]
fn stock_tools_print_through_the_proxy_what_they_print_directly() {
    let brokers = Cluster::builder().access_rules().brokers(3);
    let cluster = brokers.start().unwrap();
    let front = Front::start(&cluster, 1, Sink::of(Advertise::Brokers)).unwrap();
    let client = Librdkafka::new(&front.address).set("group.id", "readers");
    client.create_topic(TOPIC, 6, 3).unwrap();
    client.produce(TOPIC, &keyed_records(100)).unwrap();
    client.consume(TOPIC, 100).unwrap();
    commit_a_transaction(&client).unwrap();
    let both = Both::of(&cluster, &front.address).unwrap();
    for tool in TOOLS {
        both.check(tool);
    }
    // What these print is the same when they have nothing left to do.
    let [records, replicas] =
        ["\"offset\": 1", "\"replicas\": [1, 2, 3]"].map(|what| partitions(what).unwrap());
    let path = |file: &NamedTempFile| file.path().display().to_string();
    let class = "org.apache.kafka.tools.DeleteRecordsCommand";
    both.check((class, &["--offset-json-file", &path(&records)]));
    let verify = ["--verify", "--reassignment-json-file", &path(&replicas)];
    both.check((REASSIGNMENTS, &verify));
}

fn commit_a_transaction(client: &Librdkafka) -> Result<()> {
    let client = client.clone().set("transactional.id", TRANSACTION);
    let producer: BaseProducer = client.create()?;
    producer.init_transactions(LIMIT)?;
    producer.begin_transaction()?;
    let record = BaseRecord::<str, str>::to(TOPIC)
        .partition(0)
        .payload("paid");
    producer.send(record).map_err(|(error, _)| error)?;
    Ok(producer.commit_transaction(LIMIT)?)
}

/// A file that says this of every partition.
fn partitions(what: &str) -> Result<NamedTempFile> {
    let partitions = (0..6)
        .map(|partition| format!("{{\"topic\": \"{TOPIC}\", \"partition\": {partition}, {what}}}"));
    let partitions = partitions.collect::<Vec<_>>().join(", ");
    let mut file = NamedTempFile::new()?;
    write!(file, "{{\"version\": 1, \"partitions\": [{partitions}]}}")?;
    Ok(file)
}

/// The tools without the proxy, and through it.
pub(crate) struct Both {
    direct: Java,
    proxied: Java,
}

impl Both {
    pub(crate) fn of(cluster: &Cluster, address: &str) -> Result<Self> {
        Ok(Self {
            direct: Java::new(&cluster.bootstrap(Listener::Plaintext)?)?,
            proxied: Java::new(address)?,
        })
    }

    /// Expects that a tool prints the same. What one of them has changed the other may find done, and what was changed
    /// last reaches the brokers one after the other: where they differ, they are run again.
    #[track_caller]
    #[expect(clippy::print_stderr, reason = "shown when the test fails")]
    pub(crate) fn check(&self, tool: Tool<'_>) {
        let mut attempts = 0;
        loop {
            attempts += 1;
            let [expected, found] = self.said(tool);
            if found == expected && !expected.is_empty() {
                break;
            }
            let difference = format!("{tool:?} printed {found:?}, without the proxy {expected:?}");
            assert!(attempts < ATTEMPTS, "{difference}");
            eprintln!("{difference}");
        }
    }

    fn said(&self, tool: Tool<'_>) -> [Vec<String>; 2] {
        thread::scope(|scope| {
            let said = [&self.direct, &self.proxied].map(|java| scope.spawn(|| said(java, tool)));
            said.map(|said| said.join().unwrap())
        })
    }
}

/// What a tool prints, without what is different every time: order, addresses, and how the table is aligned.
fn said(java: &Java, (class, options): Tool<'_>) -> Vec<String> {
    let said = java.tool(class, options, "").unwrap();
    let mut lines: Vec<String> = said
        .lines()
        .map(settled)
        .filter(|line| !line.is_empty())
        .collect();
    lines.sort_unstable();
    lines
}

/// The controllers' log grows while the tools run, and with it the epoch of features; their addresses are hidden. The
/// time from the beginning of a transaction grows though it has ended.
fn settled(line: &str) -> String {
    let moving = ["HighWatermark", "MaxFollowerLag", "CurrentVoters"];
    if moving.iter().any(|name| line.starts_with(name)) {
        return String::new();
    }
    let line = match line.split_once("Epoch: ") {
        Some((feature, _)) if line.starts_with("Feature: ") => feature,
        Some(_) | None => line,
    };
    let line = match line.split_once("CompleteCommit") {
        Some((transaction, _)) => transaction,
        None => line,
    };
    let words = line
        .split_whitespace()
        .filter(|word| !word.contains("127."));
    words.collect::<Vec<_>>().join(" ")
}
