//! Text that nobody in their right mind wrote.

use super::types::File;
use crate::yaml::Document;
use proptest::prelude::*;

/// Reads `text` in every way; that it returns is the point.
fn read(text: &str) {
    let Ok(document) = Document::parse("f", text) else {
        return;
    };
    let reading = document.read::<File>();
    assert!(
        reading.value.is_some() || !reading.problems.is_empty(),
        "nothing was said about {text:?}"
    );
    for problem in reading.problems.iter() {
        let line = problem.to_string();
        assert_eq!(line.lines().count(), 1, "{line:?}");
        document.problem(&problem.path, "");
    }
}

/// Pieces of YAML that are next to each other in no particular order.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "sources",
        "labels",
        "log",
        "Kafka",
        "Idle",
        "Pair",
        "Inline",
        "chain",
        "tls",
        "NullSink",
        "SinkSingle",
        "Tee",
        "Throttle",
        "destination_port",
        "listen_addr",
        ": ",
        ":",
        "- ",
        "\n",
        "\n  ",
        "\n    ",
        "\n      ",
        "{",
        "}",
        "[",
        "]",
        ", ",
        "&a ",
        "*a",
        "!!str ",
        "!x ",
        "|\n",
        ">\n",
        "\"",
        "'",
        "#",
        "? ",
        "---\n",
        "...\n",
        "%YAML 1.2\n",
        "1",
        "-5",
        "1.5",
        "~",
        "true",
        "\u{feff}",
        "\t",
        "\0",
        "é",
        "\u{2028}",
        "\\u",
        "\\x4",
        "\r",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_text_is_read_or_reported(text in any::<String>()) {
        read(&text);
    }

    #[test]
    fn any_pieces_of_yaml_are_read_or_reported(text in pieces()) {
        read(&text);
    }

    #[test]
    fn a_file_that_was_cut_off_is_read_or_reported(end in 0usize..400) {
        let text = "sources:\n  - Kafka:\n      listen_addr: \"127.0.0.1:9192\"\n      \
                    tls: { certificate_path: a, key_path: b }\n      chain:\n        \
                    - Tee: { chain: [NullSink] }\n        - SinkSingle:\n            \
                    destination_port: 9092\n            connect_timeout_ms: 3000\n";
        read(text.get(..end).unwrap_or(text));
    }
}
