//! Does what administrators do through proxies, which their tools take for the brokers, happen at the brokers?

use anyhow::{Context, Result};
use test_helpers::clients::{Client, Java, Librdkafka, keyed_records};
use test_helpers::kafka::Listener;
use test_helpers::rdkafka::admin::{AdminClient, AdminOptions, ResourceSpecifier};
use test_helpers::rdkafka::client::DefaultClientContext;
use test_helpers::rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use test_helpers::rdkafka::producer::Producer;
use test_helpers::rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use test_helpers::wait::wait_until;
use tokio::runtime::Runtime;

use crate::setup::{Advertise, Fixture, LIMIT, in_front};
use crate::tools::{TRANSACTION, TRANSACTIONS, begin_a_transaction, commit_a_transaction};

const TOPIC: &str = "administered";
const PAID: &str = "paid";
/// Enough to have coordinators at several brokers.
const GROUPS: [&str; 6] = ["g0", "g1", "g2", "g3", "g4", "g5"];
/// What the groups have committed for the first partitions.
const COMMITTED: [i64; 3] = [30, 20, 10];

const TOPICS_TOOL: &str = "org.apache.kafka.tools.TopicCommand";
const GROUPS_TOOL: &str = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand";

/// Three proxies, each of which stands for the broker in its rack: proxy 0 for broker 1, and so on.
struct Stage {
    fixture: Fixture,
    proxied: Java,
    direct: String,
}

#[test]
fn what_administrators_do_through_proxies_happens_at_the_brokers() {
    let fixture = in_front(Advertise::Proxies, 3);
    let stage = Stage {
        proxied: Java::new(&fixture.address).unwrap(),
        direct: fixture.cluster.bootstrap(Listener::Plaintext).unwrap(),
        fixture,
    };
    let client = Librdkafka::new(&stage.fixture.address);
    client.create_topic(TOPIC, 3, 3).unwrap();
    client.produce(TOPIC, &keyed_records(300)).unwrap();
    stage.check_endpoints();
    stage.check_topic();
    stage.check_broker();
    stage.check_groups();
    stage.check_transactions();
}

impl Stage {
    /// DescribeCluster.
    fn check_endpoints(&self) {
        let class = "org.apache.kafka.tools.ClusterTool";
        let options = [
            "list-endpoints",
            "--bootstrap-server",
            &self.fixture.address,
        ];
        let mut program = self.proxied.start(class, &options).unwrap();
        program.wait(LIMIT).unwrap();
        let ports = self.fixture.ports.iter().enumerate();
        let expected =
            ports.map(|(id, port)| format!("{id} 127.0.0.1 {port} rack{id} unfenced broker"));
        let mut found: Vec<String> = program
            .log()
            .lines_with("broker")
            .iter()
            .map(|line| words(line))
            .collect();
        found.sort_unstable();
        assert_eq!(found, expected.collect::<Vec<_>>());
    }

    /// IncrementalAlterConfigs, CreatePartitions and DescribeTopicPartitions.
    fn check_topic(&self) {
        self.alter("topics", TOPIC, "retention.ms=86400000");
        let of_topic = ["--topic", TOPIC];
        let partitions = [&of_topic[..], &["--alter", "--partitions", "6"]].concat();
        self.proxied.tool(TOPICS_TOOL, &partitions, "").unwrap();
        let topic = ResourceSpecifier::Topic(TOPIC);
        for address in [&self.direct, &self.fixture.address] {
            wait_for_setting(address, &topic, "retention.ms", "86400000").unwrap();
        }
        let describe = [&of_topic[..], &["--describe"]].concat();
        let said = self.proxied.tool(TOPICS_TOOL, &describe, "").unwrap();
        let direct = Java::new(&self.direct).unwrap();
        let expected = direct.tool(TOPICS_TOOL, &describe, "").unwrap();
        assert!(expected.contains("PartitionCount: 6"), "{expected}");
        assert!(expected.contains("retention.ms=86400000"), "{expected}");
        assert_eq!(said, with_ids_of_proxies(&expected));
    }

    /// DescribeConfigs and IncrementalAlterConfigs of what is called broker 1: broker 2.
    fn check_broker(&self) {
        let name = "log.cleaner.threads";
        self.alter("brokers", "1", "log.cleaner.threads=2");
        wait_for_setting(&self.direct, &ResourceSpecifier::Broker(2), name, "2").unwrap();
        let values = |address: &str, ids: [i32; 3]| {
            ids.map(|id| setting(address, &ResourceSpecifier::Broker(id), name).unwrap())
        };
        let own = |value: &str| Some(value.to_owned());
        assert_eq!(values(&self.direct, [1, 2, 3]), ["1", "2", "1"].map(own));
        assert_eq!(
            values(&self.fixture.address, [0, 1, 2]),
            ["1", "2", "1"].map(own)
        );
    }

    /// ListGroups, DescribeGroups, OffsetFetch, OffsetDelete and DeleteGroups.
    fn check_groups(&self) {
        for group in GROUPS {
            commit(&self.consumer(group)).unwrap();
        }
        let tool = |options: &[&str]| self.proxied.tool(GROUPS_TOOL, options, "").unwrap();
        let said = tool(&["--describe", "--all-groups"]);
        let rows: Vec<String> = said
            .lines()
            .map(words)
            .filter(|row| row.contains(TOPIC))
            .collect();
        assert_eq!(rows.len(), GROUPS.len() * COMMITTED.len(), "{said}");
        for group in GROUPS {
            for (partition, offset) in COMMITTED.iter().enumerate() {
                let row = format!("{group} {TOPIC} {partition} {offset} ");
                assert!(rows.iter().any(|found| found.starts_with(&row)), "{said}");
            }
        }

        let [kept, deleted @ ..] = GROUPS;
        let partition = format!("{TOPIC}:1");
        tool(&["--delete-offsets", "--group", kept, "--topic", &partition]);
        let committed = committed(&self.consumer(kept)).unwrap();
        let offset = |offset: i64| Offset::Offset(offset);
        let [first, _, third] = COMMITTED.map(offset);
        assert_eq!(committed, [first, Offset::Invalid, third]);

        let deleted: Vec<&str> = deleted
            .iter()
            .flat_map(|group| ["--group", group])
            .collect();
        tool(&[&["--delete"], &deleted[..]].concat());
        let left = self.consumer(kept).fetch_group_list(None, LIMIT).unwrap();
        let left = left.groups().iter().map(|group| group.name());
        assert_eq!(left.collect::<Vec<_>>(), [kept]);
    }

    /// ListTransactions, DescribeTransactions, DescribeProducers and WriteTxnMarkers.
    fn check_transactions(&self) {
        let tool = |options: &[&str]| self.proxied.tool(TRANSACTIONS, options, "").unwrap();
        let client = Librdkafka::new(&self.fixture.address);
        client.create_topic(PAID, 1, 3).unwrap();
        commit_a_transaction(&client, PAID).unwrap();
        let listed = tool(&["list"]);
        assert_eq!(listed.matches(TRANSACTION).count(), 1, "{listed}");
        let described = tool(&["describe", "--transactional-id", TRANSACTION]);
        assert!(described.contains("CompleteCommit"), "{described}");

        // One that hangs, behind a record and the marker of the one before.
        let hanging = begin_a_transaction(&client, PAID).unwrap();
        hanging.flush(LIMIT).unwrap();
        let of_partition = ["--topic", PAID, "--partition", "0"];
        let begins_at_2 = || {
            let said = tool(&[&["describe-producers"], &of_partition[..]].concat());
            said.lines().any(|line| words(line).ends_with(" 2"))
        };
        assert!(begins_at_2());
        tool(&[&["abort", "--start-offset", "2"], &of_partition[..]].concat());
        assert!(!begins_at_2());
    }

    fn alter(&self, kind: &str, name: &str, setting: &str) {
        let options = [
            ["--entity-type", kind],
            ["--entity-name", name],
            ["--add-config", setting],
        ];
        let options = [&["--alter"], options.as_flattened()].concat();
        let class = "kafka.admin.ConfigCommand";
        self.proxied.tool(class, &options, "").unwrap();
    }

    /// A member of a group that never joins it, and knows the brokers.
    fn consumer(&self, group: &str) -> BaseConsumer {
        let client = Librdkafka::new(&self.direct).set("group.id", group);
        client.create().unwrap()
    }
}

fn words(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What is said of a topic, with the proxies that stand for the brokers.
fn with_ids_of_proxies(said: &str) -> String {
    let field = |field: &str| match field.split_once(": ") {
        Some((name, ids)) if ["Leader", "Replicas", "Isr"].contains(&name.trim()) => {
            let ids = ids.trim_end_matches('\n').split(',');
            let ids = ids.map(|id| (id.parse::<i32>().unwrap() - 1).to_string());
            format!("{name}: {}", ids.collect::<Vec<_>>().join(","))
        }
        Some(_) | None => field.to_owned(),
    };
    let line = |line: &str| line.split('\t').map(field).collect::<Vec<_>>().join("\t");
    said.lines().map(|text| line(text) + "\n").collect()
}

/// The value that the cluster at `address` says a setting has.
fn setting(address: &str, of: &ResourceSpecifier<'_>, name: &str) -> Result<Option<String>> {
    let admin: AdminClient<DefaultClientContext> = Librdkafka::new(address).create()?;
    let options = AdminOptions::new();
    let answer = Runtime::new()?.block_on(admin.describe_configs([of], &options))?;
    let resource = answer.into_iter().next().context("no answer")??;
    let setting = resource.get(name).context("no such setting")?;
    Ok(setting.value.clone())
}

fn wait_for_setting(
    address: &str,
    of: &ResourceSpecifier<'_>,
    name: &str,
    value: &str,
) -> Result<()> {
    wait_until("it has its setting", LIMIT, || {
        let found = setting(address, of, name)?;
        Ok((found.as_deref() == Some(value)).then_some(()))
    })
}

fn commit(consumer: &BaseConsumer) -> Result<()> {
    let mut offsets = TopicPartitionList::new();
    for (partition, offset) in (0..).zip(COMMITTED) {
        offsets.add_partition_offset(TOPIC, partition, Offset::Offset(offset))?;
    }
    wait_until("the coordinator takes offsets", LIMIT, || {
        Ok(consumer.commit(&offsets, CommitMode::Sync).ok())
    })
}

fn committed(consumer: &BaseConsumer) -> Result<Vec<Offset>> {
    let mut partitions = TopicPartitionList::new();
    partitions.add_partition_range(TOPIC, 0, 2);
    let committed = consumer.committed_offsets(partitions, LIMIT)?;
    let elements = committed.elements();
    Ok(elements.iter().map(|element| element.offset()).collect())
}
