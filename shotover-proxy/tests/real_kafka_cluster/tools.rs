//! Do Kafka's own tools print through proxies what they print without?

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
pub(crate) const TRANSACTION: &str = "paid";

const CONFIGS: &str = "kafka.admin.ConfigCommand";
const TOPICS: &str = "org.apache.kafka.tools.TopicCommand";
const ACLS: &str = "org.apache.kafka.tools.AclCommand";
pub(crate) const TRANSACTIONS: &str = "org.apache.kafka.tools.TransactionsCommand";
const REASSIGNMENTS: &str = "org.apache.kafka.tools.reassign.ReassignPartitionsCommand";
const CLIENT_METRICS: &str = "org.apache.kafka.tools.ClientMetricsCommand";

/// What names no broker, and is printed for clients that take proxies for the brokers as well.
#[rustfmt::skip]
const TOOLS: [Tool<'_>; 17] = [
    (TOPICS, &["--list"]),
    ("org.apache.kafka.tools.GetOffsetShell", &["--topic", TOPIC]),
    ("org.apache.kafka.tools.GroupsCommand", &["--list"]),
    (
        "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
        &["--describe", "--group", "readers", "--offsets"],
    ),
    (CONFIGS, &["--describe", "--entity-type", "topics", "--entity-name", TOPIC]),
    (TRANSACTIONS, &["describe-producers", "--topic", TOPIC, "--partition", "0"]),
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
    (ACLS, &["--add", "--deny-principal", "User:v", "--operation", "Read", "--topic", TOPIC]),
    (ACLS, &["--list"]),
];

/// What names brokers, or is about one.
#[rustfmt::skip]
const OF_BROKERS: [Tool<'_>; 9] = [
    (TOPICS, &["--describe", "--topic", TOPIC]),
    ("org.apache.kafka.tools.MetadataQuorumCommand", &["describe", "--status"]),
    ("org.apache.kafka.tools.FeatureCommand", &["describe"]),
    ("org.apache.kafka.tools.BrokerApiVersionsCommand", &[]),
    ("org.apache.kafka.tools.LogDirsCommand", &["--describe", "--topic-list", TOPIC]),
    (CONFIGS, &["--describe", "--entity-type", "brokers", "--entity-name", "2"]),
    (TRANSACTIONS, &["list"]),
    (TRANSACTIONS, &["describe", "--transactional-id", TRANSACTION]),
    (REASSIGNMENTS, &["--list"]),
];

#[test]
fn stock_tools_print_through_proxies_what_they_print_directly() {
    let brokers = Cluster::builder().access_rules().brokers(3);
    let cluster = brokers.start().unwrap();
    let seen_as_brokers = Front::start(&cluster, 3, Sink::of(Advertise::Proxies)).unwrap();
    let front = Front::start(&cluster, 1, Sink::of(Advertise::Brokers)).unwrap();
    let client = Librdkafka::new(&front.address).set("group.id", "readers");
    client.create_topic(TOPIC, 6, 3).unwrap();
    client.produce(TOPIC, &keyed_records(100)).unwrap();
    client.consume(TOPIC, 100).unwrap();
    commit_a_transaction(&client, TOPIC).unwrap();
    let both = SideBySide::of(&cluster, &[&front.address]).unwrap();
    for tool in OF_BROKERS {
        both.check(tool);
    }
    let all = SideBySide::of(&cluster, &[&front.address, &seen_as_brokers.address]).unwrap();
    for tool in TOOLS {
        all.check(tool);
    }
    // What these print is the same when they have nothing left to do.
    let [records, replicas] =
        ["\"offset\": 1", "\"replicas\": [1, 2, 3]"].map(|what| partitions(what).unwrap());
    let path = |file: &NamedTempFile| file.path().display().to_string();
    let class = "org.apache.kafka.tools.DeleteRecordsCommand";
    all.check((class, &["--offset-json-file", &path(&records)]));
    let verify = ["--verify", "--reassignment-json-file", &path(&replicas)];
    both.check((REASSIGNMENTS, &verify));

    let java = Java::new(&seen_as_brokers.address).unwrap();
    let rule = ["--allow-principal", "User:u", "--operation", "Read"];
    let remove = [&["--remove", "--force", "--topic", TOPIC], &rule[..]].concat();
    java.tool(ACLS, &remove, "").unwrap();
    let left = all.check((ACLS, &["--list"])).concat();
    assert!(
        left.contains("User:v") && !left.contains("User:u"),
        "{left}"
    );
}

pub(crate) fn commit_a_transaction(client: &Librdkafka, topic: &str) -> Result<()> {
    Ok(begin_a_transaction(client, topic)?.commit_transaction(LIMIT)?)
}

/// A transaction with one record for the first partition.
pub(crate) fn begin_a_transaction(client: &Librdkafka, topic: &str) -> Result<BaseProducer> {
    let client = client.clone().set("transactional.id", TRANSACTION);
    let producer: BaseProducer = client.create()?;
    producer.init_transactions(LIMIT)?;
    producer.begin_transaction()?;
    let record = BaseRecord::<str, str>::to(topic)
        .partition(0)
        .payload("paid");
    producer.send(record).map_err(|(error, _)| error)?;
    Ok(producer)
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

/// The tools without a proxy, and through some.
pub(crate) struct SideBySide {
    direct: Java,
    proxied: Vec<Java>,
}

impl SideBySide {
    pub(crate) fn of(cluster: &Cluster, addresses: &[&str]) -> Result<Self> {
        let proxied = addresses.iter().map(|address| Java::new(address));
        Ok(Self {
            direct: Java::new(&cluster.bootstrap(Listener::Plaintext)?)?,
            proxied: proxied.collect::<Result<Vec<Java>>>()?,
        })
    }

    /// Expects that a tool prints the same, which is returned. What one of them has changed the other may find done, and
    /// what was changed last reaches the brokers one after the other: where they differ, they are run again.
    #[track_caller]
    #[expect(clippy::print_stderr, reason = "shown when the test fails")]
    pub(crate) fn check(&self, tool: Tool<'_>) -> Vec<String> {
        let mut attempts = 0;
        loop {
            attempts += 1;
            let (expected, found) = self.said(tool);
            let is_same = found.iter().all(|found| *found == expected);
            if is_same && !expected.is_empty() {
                return expected;
            }
            let difference = format!("{tool:?} printed {found:?}, without a proxy {expected:?}");
            assert!(attempts < ATTEMPTS, "{difference}");
            eprintln!("{difference}");
        }
    }

    fn said(&self, tool: Tool<'_>) -> (Vec<String>, Vec<Vec<String>>) {
        thread::scope(|scope| {
            let run = |java| scope.spawn(move || said(java, tool));
            let direct = run(&self.direct);
            let proxied: Vec<_> = self.proxied.iter().map(run).collect();
            let proxied = proxied.into_iter().map(|said| said.join().unwrap());
            (direct.join().unwrap(), proxied.collect())
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
