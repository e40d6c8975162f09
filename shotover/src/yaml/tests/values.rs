//! Files that are right.

use super::types::{File, Kafka, Level, NullSink, SinkSingle, Source, Step, Tee, Tls};
use crate::yaml::from_str;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::num::NonZeroU16;

#[track_caller]
fn check<T: DeserializeOwned + Debug + PartialEq>(text: &str, expected: T) {
    match from_str::<T>("file.yaml", text) {
        Ok(value) => assert_eq!(value, expected),
        Err(problems) => panic!("{problems}"),
    }
}

fn sink(port: u16) -> SinkSingle {
    SinkSingle {
        destination_port: NonZeroU16::new(port).unwrap(),
        connect_timeout_ms: 3000,
        ratio: None,
    }
}

#[test]
fn a_file_with_everything_is_read() {
    let text = "
# a comment
sources:
  - Kafka:
      listen_addr: \"127.0.0.1:9192\"
      connection_limit: 512
      tls: { certificate_path: a, key_path: b, verify_hostname: true }
      chain:
        - Tee:
            chain: [NullSink]
        - SinkSingle:
            destination_port: 9092
            connect_timeout_ms: 3000
  - Idle
  - Pair: [1, two]
  - Inline:
      text: |
        line
labels: { a: 1, b: 0x10 }
log: warn
";
    let kafka = Kafka {
        listen_addr: "127.0.0.1:9192".to_owned(),
        connection_limit: Some(512),
        timeout: 60,
        tls: Some(Tls {
            certificate_path: "a".to_owned(),
            private_key_path: "b".to_owned(),
            verify_hostname: true,
        }),
        chain: vec![
            Step(Box::new(Tee {
                chain: vec![Box::new(NullSink)],
                buffer: 0,
            })),
            Step(Box::new(sink(9092))),
        ],
    };
    let expected = File {
        sources: vec![
            Source::Kafka(kafka),
            Source::Idle,
            Source::Pair(1, "two".to_owned()),
            Source::Inline {
                text: "line\n".to_owned(),
            },
        ],
        labels: BTreeMap::from([("a".to_owned(), 1), ("b".to_owned(), 16)]),
        log: Some(Level::Warn),
    };
    check(text, expected);
}

#[test]
fn an_object_without_settings_is_written_in_three_ways() {
    let expected = || vec![Step(Box::new(NullSink))];
    check("- NullSink", expected());
    check("- NullSink:", expected());
    check("- NullSink: {}", expected());
}

#[test]
fn an_optional_field_may_be_missing_or_null() {
    check::<File>(
        "sources: []\nlog: ~",
        File {
            sources: vec![],
            labels: BTreeMap::new(),
            log: None,
        },
    );
}

#[test]
fn an_alias_stands_for_the_anchored_value() {
    check("[&a 1, *a]", vec![1, 1]);
    check(
        "- SinkSingle: &sink { destination_port: 1, connect_timeout_ms: 3000 }\n- SinkSingle: *sink",
        vec![Step(Box::new(sink(1))), Step(Box::new(sink(1)))],
    );
}

#[test]
fn quoted_words_and_tagged_words_are_text() {
    check(
        "['1', \"true\", !!str 3, 0123]",
        ["1", "true", "3", "0123"].map(str::to_owned).to_vec(),
    );
}

#[test]
fn names_can_be_numbers() {
    check("{1: a, 2: b}", BTreeMap::from([(1u16, 'a'), (2, 'b')]));
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_text() {
    check("\u{feff}[1]", vec![1]);
}
