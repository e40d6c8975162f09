//! Do Kafka's own tools find through the proxy what they find without?

use test_helpers::clients::{Client, Java, Librdkafka, keyed_records};
use test_helpers::kafka::Listener;

use crate::setup::fixture;

/// What a tool prints, without what is different every time: order, addresses, and how the table is aligned.
fn said(java: &Java, (class, options): (&str, &[&str])) -> Vec<String> {
    let said = java.tool(class, options, "").unwrap();
    let mut lines: Vec<String> = said
        .lines()
        .map(|line| {
            let words = line
                .split_whitespace()
                .filter(|word| !word.contains("127."));
            words.collect::<Vec<_>>().join(" ")
        })
        .filter(|line| !line.is_empty())
        .collect();
    lines.sort_unstable();
    lines
}

#[test]
fn stock_tools_print_through_the_proxy_what_they_print_directly() {
    let fixture = fixture();
    let bootstrap = fixture.cluster.bootstrap(Listener::Plaintext).unwrap();
    let client = Librdkafka::new(&fixture.address).set("group.id", "readers");
    client.create_topic("tools", 6, 3).unwrap();
    client.produce("tools", &keyed_records(100)).unwrap();
    client.consume("tools", 100).unwrap();
    let direct = Java::new(&bootstrap).unwrap();
    let proxied = Java::new(&fixture.address).unwrap();
    let tools: [(&str, &[&str]); 11] = [
        (
            "org.apache.kafka.tools.TopicCommand",
            &["--describe", "--topic", "tools"],
        ),
        ("org.apache.kafka.tools.TopicCommand", &["--list"]),
        (
            "org.apache.kafka.tools.GetOffsetShell",
            &["--topic", "tools"],
        ),
        ("org.apache.kafka.tools.GroupsCommand", &["--list"]),
        (
            "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
            &["--describe", "--group", "readers", "--offsets"],
        ),
        (
            "org.apache.kafka.tools.MetadataQuorumCommand",
            &["describe", "--status"],
        ),
        ("org.apache.kafka.tools.FeatureCommand", &["describe"]),
        ("org.apache.kafka.tools.TransactionsCommand", &["list"]),
        (
            "org.apache.kafka.tools.LogDirsCommand",
            &["--describe", "--topic-list", "tools"],
        ),
        (
            "kafka.admin.ConfigCommand",
            &[
                "--describe",
                "--entity-type",
                "brokers",
                "--entity-name",
                "2",
            ],
        ),
        (
            "kafka.admin.ConfigCommand",
            &[
                "--describe",
                "--entity-type",
                "topics",
                "--entity-name",
                "tools",
            ],
        ),
    ];
    for tool in tools {
        let (expected, found) = (said(&direct, tool), said(&proxied, tool));
        assert!(!expected.is_empty() || tool.1 == ["list"], "{tool:?}");
        // The controllers' log grows while the tools run, and with it the epoch of features; their addresses are hidden.
        let settled = |lines: Vec<String>| -> Vec<String> {
            let moving = ["HighWatermark", "MaxFollowerLag", "CurrentVoters"];
            let still = |line: &String| !moving.iter().any(|name| line.starts_with(name));
            let without_epoch = |line: String| match line.split_once("Epoch: ") {
                Some((feature, _)) if line.starts_with("Feature: ") => feature.to_owned(),
                Some(_) | None => line,
            };
            lines.into_iter().filter(still).map(without_epoch).collect()
        };
        assert_eq!(settled(found), settled(expected), "{tool:?}");
    }
}
