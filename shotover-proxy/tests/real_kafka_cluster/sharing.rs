//! Do the members of a share group get every record?

use std::collections::BTreeSet;
use test_helpers::clients::{Client, Java, Librdkafka, keyed_records};

use crate::setup::{Advertise, Front, Sink, fixture};
use crate::tools::SideBySide;

#[test]
fn a_share_group_reads_every_record() {
    let fixture = fixture();
    let client = Librdkafka::new(&fixture.address);
    client.create_topic("shared", 6, 3).unwrap();
    let java = Java::new(&fixture.address).unwrap();
    // A share group begins at the end of a topic unless it is told otherwise.
    java.tool(
        "kafka.admin.ConfigCommand",
        &[
            "--alter",
            "--entity-type",
            "groups",
            "--entity-name",
            "sharers",
            "--add-config",
            "share.auto.offset.reset=earliest",
        ],
        "",
    )
    .unwrap();
    let sent = keyed_records(300);
    client.produce("shared", &sent).unwrap();
    let options = [
        "--topic",
        "shared",
        "--group",
        "sharers",
        "--max-messages",
        "300",
        "--timeout-ms",
        "40000",
    ];
    let said = java
        .tool(
            "org.apache.kafka.tools.consumer.ConsoleShareConsumer",
            &options,
            "",
        )
        .unwrap();
    let seen: BTreeSet<&str> = said
        .lines()
        .filter(|line| line.starts_with("value-"))
        .collect();
    assert_eq!(seen.len(), sent.len(), "{said}");
    // Those who administer share groups need not see the brokers.
    let proxies = Front::start(&fixture.cluster, 2, Sink::of(Advertise::Proxies)).unwrap();
    let addresses = [fixture.address.as_str(), &proxies.address];
    let all = SideBySide::of(&fixture.cluster, &addresses).unwrap();
    let class = "org.apache.kafka.tools.consumer.group.ShareGroupCommand";
    all.check((class, &["--list", "--state"]));
    all.check((class, &["--describe", "--group", "sharers"]));
}
