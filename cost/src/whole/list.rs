//! Which ways are counted?

use super::run::{Sink, Way};
use crate::cases::Case;
use crate::frames::{self, METADATA};
use anyhow::Result;
use bytes::Bytes;

const KIB: usize = 1024;

/// What clients do, how many brokers there are, how many requests are on their way at a time, and how often.
struct Shape {
    name: &'static str,
    requests: fn() -> Result<Vec<Bytes>>,
    brokers: usize,
    depth: usize,
    rounds: u64,
}

const SHAPES: [Shape; 17] = [
    Shape {
        name: "produce-1k-50-deep",
        requests: || Ok(vec![frames::produce(KIB, 0..1)?]),
        brokers: 3,
        depth: 50,
        rounds: 20,
    },
    Shape {
        name: "produce-1k-50-deep-by-id",
        requests: || Ok(vec![frames::produce_by_id(KIB, 0..1)?]),
        brokers: 3,
        depth: 50,
        rounds: 20,
    },
    Shape {
        name: "produce-1k-alone",
        requests: || Ok(vec![frames::produce(KIB, 0..1)?]),
        brokers: 3,
        depth: 1,
        rounds: 200,
    },
    Shape {
        name: "produce-16k-10-deep",
        requests: || Ok(vec![frames::produce(16 * KIB, 0..1)?]),
        brokers: 3,
        depth: 10,
        rounds: 20,
    },
    Shape {
        name: "produce-3x1k-50-deep",
        requests: || Ok(vec![frames::produce(KIB, 0..3)?]),
        brokers: 3,
        depth: 50,
        rounds: 20,
    },
    Shape {
        name: "produce-3x1k-50-deep-by-id",
        requests: || Ok(vec![frames::produce_by_id(KIB, 0..3)?]),
        brokers: 3,
        depth: 50,
        rounds: 20,
    },
    // As a producer of Kafka's own sends what has become full: never what was sent last, and all to one broker.
    Shape {
        name: "produce-some-of-6-alone",
        requests: || {
            [0..6, 1..4, 0..2, 3..6, 0..5, 2..6, 1..5]
                .into_iter()
                .map(|partitions| frames::produce(KIB, partitions))
                .collect()
        },
        brokers: 1,
        depth: 1,
        rounds: 210,
    },
    Shape {
        name: "fetch-64k",
        requests: || Ok(vec![frames::fetch(64 << 10, 0..1)?]),
        brokers: 3,
        depth: 1,
        rounds: 50,
    },
    Shape {
        name: "fetch-3x64k",
        requests: || Ok(vec![frames::fetch(64 << 10, 0..3)?]),
        brokers: 3,
        depth: 1,
        rounds: 50,
    },
    Shape {
        name: "fetch-3x64k-by-id",
        requests: || Ok(vec![frames::fetch_by_id(64 << 10, 0..3)?]),
        brokers: 3,
        depth: 1,
        rounds: 50,
    },
    Shape {
        name: "metadata-10000",
        requests: || Ok(vec![frames::metadata(METADATA, false)?]),
        brokers: 3,
        depth: 1,
        rounds: 50,
    },
    // More answers than are kept: each is read and rewritten.
    Shape {
        name: "metadata-10000-in-turn",
        requests: || {
            (9..=13)
                .flat_map(|version| [false, true].map(|it| frames::metadata(version, it)))
                .collect()
        },
        brokers: 3,
        depth: 1,
        rounds: 40,
    },
    Shape {
        name: "metadata-10000-of-two-versions",
        requests: || {
            [12, 13]
                .map(|version| frames::metadata(version, false))
                .into_iter()
                .collect()
        },
        brokers: 3,
        depth: 1,
        rounds: 50,
    },
    Shape {
        name: "heartbeat",
        requests: || Ok(vec![frames::heartbeat()?]),
        brokers: 3,
        depth: 1,
        rounds: 200,
    },
    Shape {
        name: "produce-30-brokers-in-turn",
        requests: || in_turn(30),
        brokers: 30,
        depth: 50,
        rounds: 12,
    },
    // What a wake-up takes is not to grow with the brokers that a client is connected to.
    Shape {
        name: "produce-3-brokers-in-turn-alone",
        requests: || in_turn(3),
        brokers: 3,
        depth: 1,
        rounds: 201,
    },
    Shape {
        name: "produce-100-brokers-in-turn-alone",
        requests: || in_turn(100),
        brokers: 100,
        depth: 1,
        rounds: 300,
    },
];

/// One request to each of so many brokers.
fn in_turn(brokers: i32) -> Result<Vec<Bytes>> {
    (0..brokers)
        .map(|index| frames::produce(KIB, index..index + 1))
        .collect()
}

pub(crate) fn cases() -> Vec<Case> {
    let sinks = [
        ("single", Sink::Single),
        ("brokers", Sink::Brokers),
        ("proxies", Sink::Proxies),
    ];
    let with = |(name, sink): (&'static str, Sink)| {
        SHAPES.iter().map(move |shape| {
            let run = move || {
                let way = Way {
                    sink,
                    requests: (shape.requests)()?,
                    brokers: shape.brokers,
                    depth: shape.depth,
                    rounds: shape.rounds,
                };
                way.run()
            };
            Case::new(format!("whole/{name}/{}", shape.name), run)
        })
    };
    sinks.into_iter().flat_map(with).collect()
}
