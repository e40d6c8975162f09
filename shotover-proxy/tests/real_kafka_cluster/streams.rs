//! Do the members of a streams group (KIP-1071) share the work, whether they see brokers or proxies, and does one of them do
//! for all?

use anyhow::Result;
use tempfile::TempDir;
use test_helpers::clients::{Client, Java, Librdkafka, Program, Received, keyed_records};
use test_helpers::kafka::Listener;
use test_helpers::wait::wait_until;

use crate::setup::{LIMIT, both};

const GROUP: &str = "counters";
const OUTPUT: &str = "streams-wordcount-output";

/// Kafka's own example, which counts the words of one topic and writes to another.
fn member(address: &str, state: &TempDir) -> Result<(Java, Program)> {
    let java = Java::new(address)?
        .set("bootstrap.servers", address)?
        .set("application.id", GROUP)?
        .set("group.protocol", "streams")?
        .set("state.dir", &state.path().display().to_string())?;
    let properties = java.properties().display().to_string();
    let class = "org.apache.kafka.streams.examples.wordcount.WordCountDemo";
    let program = java.start(class, &[&properties])?;
    Ok((java, program))
}

/// What the tool says of the group.
fn described(address: &str, what: &str) -> Result<String> {
    let class = "org.apache.kafka.tools.streams.StreamsGroupCommand";
    Java::new(address)?.tool(class, &["--describe", "--group", GROUP, what], "")
}

/// How often a word had been counted in the end.
fn count(received: &[Received], word: &[u8]) -> Option<u64> {
    let of_word = |received: &&Received| received.record.key.as_deref() == Some(word);
    let counts = received.iter().filter(of_word).filter_map(|received| {
        let count = received.record.value.as_deref()?.try_into().ok()?;
        Some(u64::from_be_bytes(count))
    });
    counts.max()
}

#[test]
fn two_members_of_a_streams_group_count_every_word_and_one_does_so_when_the_other_is_gone() {
    let (cluster, fronts) = both(1);
    let client = Librdkafka::new(&fronts[0].address);
    for topic in ["streams-plaintext-input", OUTPUT] {
        client.create_topic(topic, 3, 3).unwrap();
    }
    let states = [(); 2].map(|()| TempDir::new().unwrap());
    let members = fronts.iter().zip(&states);
    let mut members: Vec<(Java, Program)> = members
        .map(|(front, state)| member(&front.address, state).unwrap())
        .collect();
    for (_, program) in &mut members {
        program.wait_for_lines("to RUNNING", 1, 2 * LIMIT).unwrap();
    }
    wait_until("both are members", LIMIT, || {
        for front in &fronts {
            let said = described(&front.address, "--members")?;
            if said.matches(GROUP).count() < 2 {
                return Ok(None);
            }
        }
        Ok(Some(()))
    })
    .unwrap();
    // A word that all lines have, and one for each line.
    client
        .produce("streams-plaintext-input", &keyed_records(100))
        .unwrap();
    let received = client.consume(OUTPUT, 200).unwrap();
    assert_eq!(count(&received, b"value"), Some(100));

    let bootstrap = cluster.bootstrap(Listener::Plaintext).unwrap();
    for address in [&bootstrap, &fronts[0].address, &fronts[1].address] {
        let state = described(address, "--state").unwrap();
        assert!(state.contains("Stable"), "{state}");
    }

    // Left is the one that sees a proxy.
    members[0].1.terminate(LIMIT).unwrap();
    client
        .produce("streams-plaintext-input", &keyed_records(100))
        .unwrap();
    let received = client.consume(OUTPUT, 400).unwrap();
    assert_eq!(count(&received, b"value"), Some(200));
}
