//! How is shown what was measured with real clients?

use super::cluster::{Leaders, RECORD};
use super::round::{Measured, Round};
use crate::chart::{Bar, Group};
use crate::statistics::Spread;
use crate::table::{aligned, cell};

type Results = [Vec<Option<Round>>];

/// What was written, or what was read.
type Direction = fn(&Round) -> Measured;

/// A table for the producer and one for the consumer.
pub(super) fn render(
    leaders: Leaders,
    records: usize,
    names: &[&str],
    results: &Results,
) -> String {
    let led = match leaders {
        Leaders::One => "6 partitions, all led by one broker of three",
        Leaders::All => "6 partitions, led by three brokers",
    };
    let title = |client: &str| {
        format!("## {client}: {records} records of {RECORD} B at full speed, {led}\n\n")
    };
    let produced = table(names, results, |round| round.produced);
    let consumed = table(names, results, |round| round.consumed);
    format!(
        "{}{produced}\n{}{consumed}",
        title("real producer"),
        title("real consumer")
    )
}

/// What is drawn of it.
pub(super) fn groups(leaders: Leaders, names: &[&str], results: &Results) -> Vec<Group> {
    /// Of the relay's cost.
    const AT_MOST: f64 = 1.15;
    let Some(relay) = names.iter().position(|name| *name == "relay") else {
        return Vec::new();
    };
    let led = match leaders {
        Leaders::One => "one broker",
        Leaders::All => "three brokers",
    };
    let directions: [(&str, Direction); 2] = [
        ("producer", |round| round.produced),
        ("consumer", |round| round.consumed),
    ];
    let group = |(client, of): (&str, Direction)| {
        let cost = |index: usize, round: usize| of(results[index][round].as_ref()?).cost;
        let bars = names.iter().enumerate().filter_map(|(index, name)| {
            let rounds = 0..results[index].len();
            let ratios = rounds.filter_map(|round| Some(cost(index, round)? / cost(relay, round)?));
            Some(Bar {
                name: (*name).to_owned(),
                times_relay: Spread::of(ratios).filter(|_| index != relay)?,
                at_most: (!["floor", "haproxy"].contains(name)).then_some(AT_MOST),
            })
        });
        Group {
            title: format!("Java {client}, {led}"),
            bars: bars.collect(),
        }
    };
    directions.into_iter().map(group).collect()
}

fn table(names: &[&str], results: &Results, of: Direction) -> String {
    let measured = |index: usize, round: usize| results[index][round].as_ref().map(of);
    let cost = |index: usize, round: usize| measured(index, round)?.cost;
    let milliseconds =
        |index, round, which: usize| Some(measured(index, round)?.milliseconds?[which]);
    let ratio = |other: &str, index: usize, round: usize| {
        let other = names.iter().position(|name| *name == other)?;
        Some(cost(index, round)? / cost(other, round)?)
    };
    let mut rows = vec![
        [
            "contestant",
            "CPU s/GB",
            "× relay",
            "× HAProxy",
            "MB/s",
            "p50 ms",
            "p99 ms",
            "disturbed",
        ]
        .map(str::to_owned)
        .to_vec(),
    ];
    for (index, name) in names.iter().enumerate() {
        let count = results[index].len();
        let spread = |figure: &dyn Fn(usize) -> Option<f64>, digits| {
            Spread::of((0..count).filter_map(figure))
                .map_or_else(|| "-".to_owned(), |spread| cell(spread, digits, count))
        };
        let disturbed = (0..count).filter_map(|round| measured(index, round));
        let disturbed = disturbed.filter(|measured| measured.disturbed).count();
        rows.push(vec![
            (*name).to_owned(),
            spread(&|round| cost(index, round), 3),
            spread(&|round| ratio("relay", index, round), 2),
            spread(&|round| ratio("haproxy", index, round), 2),
            spread(
                &|round| Some(measured(index, round)?.megabytes_per_second),
                0,
            ),
            spread(&|round| milliseconds(index, round, 0), 0),
            spread(&|round| milliseconds(index, round, 1), 0),
            format!("{disturbed}/{count}"),
        ]);
    }
    aligned(&rows)
}
