//! How are the results of a workload shown?

use super::chart::{Bar, Group};
use super::measurement::Measured;
use super::statistics::Spread;
use super::workload::{Drive, Unit, Workload};

/// What was measured of a contestant, by round; nothing where it failed.
type Rounds = [Option<Measured>];

/// A figure of a round, for each contestant.
struct Column<'a> {
    title: String,
    digits: usize,
    figure: Box<dyn Fn(usize, usize) -> Option<f64> + 'a>,
}

/// A table with a row for each contestant. `results` are in the order of `names`, and by round within.
pub(super) fn render(
    workload: &Workload,
    names: &[&str],
    results: &[Vec<Option<Measured>>],
) -> String {
    let columns = columns(workload, names, results);
    let mut rows = vec![header(&columns)];
    for (index, name) in names.iter().enumerate() {
        let rounds = &results[index];
        let mut row = vec![(*name).to_owned()];
        row.extend(columns.iter().map(|column| {
            let figures = (0..rounds.len()).filter_map(|round| (column.figure)(index, round));
            Spread::of(figures).map_or_else(
                || "-".to_owned(),
                |spread| cell(spread, column.digits, rounds.len()),
            )
        }));
        row.push(disturbed(rounds));
        rows.push(row);
    }
    let mut text = format!("## {}: {}\n\n", workload.name, workload.about());
    text.push_str(&aligned(&rows));
    text.push_str(&aims(workload, names, results));
    text.push_str(&costs_of_others(workload, names, results));
    text
}

/// What is drawn of it: nothing where there was no relay.
pub(super) fn group(
    workload: &Workload,
    names: &[&str],
    results: &[Vec<Option<Measured>>],
) -> Group {
    let relay = names.iter().position(|name| *name == "relay");
    let bars = names.iter().enumerate().filter_map(|(index, name)| {
        let ratio = ratio("", relay?, workload, results);
        let ratios = (0..results[index].len()).filter_map(|round| (ratio.figure)(index, round));
        Some(Bar {
            name: (*name).to_owned(),
            times_relay: Spread::of(ratios).filter(|_| Some(index) != relay)?,
            at_most: at_most(workload, name),
        })
    });
    Group {
        title: workload.name.to_owned(),
        bars: bars.collect(),
    }
}

/// How many times the relay's cost is aimed at.
fn at_most(workload: &Workload, name: &str) -> Option<f64> {
    let [single, cluster] = workload.at_most?;
    match name.split(',').next()? {
        "single" => Some(single),
        "brokers" | "proxies" => Some(cluster),
        _ => None,
    }
}

/// Which contestants cost what is aimed at, and which more.
fn aims(workload: &Workload, names: &[&str], results: &[Vec<Option<Measured>>]) -> String {
    let bars = group(workload, names, results).bars;
    let verdicts = bars.iter().filter_map(|bar| {
        let (at_most, median) = (bar.at_most?, bar.times_relay.median);
        let verdict = if median <= at_most { "met" } else { "MISSED" };
        Some(format!("{} {median:.2} of {at_most}: {verdict}", bar.name))
    });
    let verdicts: Vec<String> = verdicts.collect();
    if verdicts.is_empty() {
        return String::new();
    }
    format!("\nAimed at, × relay: {}.\n", verdicts.join("; "))
}

fn columns<'a>(
    workload: &'a Workload,
    names: &[&str],
    results: &'a [Vec<Option<Measured>>],
) -> Vec<Column<'a>> {
    let column = |title: &str, digits, figure: fn(&Workload, &Measured) -> Option<f64>| Column {
        title: title.to_owned(),
        digits,
        figure: Box::new(move |index: usize, round: usize| {
            figure(workload, results[index][round].as_ref()?)
        }),
    };
    let (unit, digits) = match workload.unit {
        Unit::Request => ("CPU µs/request", 2),
        Unit::Gigabyte => ("CPU s/GB", 3),
        Unit::Connection => ("KiB/connection", 1),
    };
    let mut columns = vec![column(unit, digits, cost)];
    for (title, other) in [("× relay", "relay"), ("× HAProxy", "haproxy")] {
        let other = names.iter().position(|name| *name == other);
        columns.extend(other.map(|other| ratio(title, other, workload, results)));
    }
    match workload.unit {
        Unit::Request => columns.push(column("requests/s", 0, |_, it| {
            Some(it.answers as f64 / it.usage.elapsed.as_secs_f64())
        })),
        Unit::Gigabyte => columns.push(column("MB/s", 0, |_, it| {
            Some(it.bytes as f64 / 1e6 / it.usage.elapsed.as_secs_f64())
        })),
        Unit::Connection => {}
    }
    if workload.has_latency() {
        columns.extend(latencies(names, results));
    }
    if workload.unit != Unit::Connection {
        columns.push(column("upstream/request", 2, |_, it| {
            Some(it.usage.requests as f64 / it.answers as f64)
        }));
    }
    if matches!(workload.drive, Drive::Slow { .. }) {
        columns.push(column("KiB/resting connection", 1, |_, it| {
            Some(it.bytes_per_connection? / 1024.0)
        }));
    }
    columns.push(column("RSS MiB", 1, |_, it| {
        Some(it.resident_bytes? as f64 / f64::from(1 << 20))
    }));
    columns
}

/// How many times the cost of contestant `other` in the same round.
fn ratio<'a>(
    title: &str,
    other: usize,
    workload: &'a Workload,
    results: &'a [Vec<Option<Measured>>],
) -> Column<'a> {
    Column {
        title: title.to_owned(),
        digits: 2,
        figure: Box::new(move |index, round| {
            let of = |index: usize| cost(workload, results[index][round].as_ref()?);
            Some(of(index)? / of(other)?)
        }),
    }
}

fn latencies<'a>(names: &[&str], results: &'a [Vec<Option<Measured>>]) -> Vec<Column<'a>> {
    let p50 = move |index: usize, round: usize| Some(results[index][round].as_ref()?.latency?.p50);
    let position = |wanted| names.iter().position(|name| *name == wanted);
    let mut columns = vec![
        Column {
            title: "p50 µs".to_owned(),
            digits: 0,
            figure: Box::new(p50),
        },
        Column {
            title: "p99 µs".to_owned(),
            digits: 0,
            figure: Box::new(move |index, round| {
                Some(results[index][round].as_ref()?.latency?.p99)
            }),
        },
        Column {
            title: "p99.9 µs".to_owned(),
            digits: 0,
            figure: Box::new(move |index, round| {
                Some(results[index][round].as_ref()?.latency?.p999)
            }),
        },
    ];
    let Some(direct) = position("direct") else {
        return columns;
    };
    let added = move |index, round| Some(p50(index, round)? - p50(direct, round)?);
    columns.push(Column {
        title: "p50 added µs".to_owned(),
        digits: 0,
        figure: Box::new(added),
    });
    if let Some(relay) = position("relay") {
        columns.push(Column {
            title: "added × relay".to_owned(),
            digits: 2,
            figure: Box::new(move |index, round| Some(added(index, round)? / added(relay, round)?)),
        });
    }
    columns
}

/// What the workload's unit cost.
fn cost(workload: &Workload, measured: &Measured) -> Option<f64> {
    // Nothing between clients and brokers.
    measured.resident_bytes?;
    let seconds = measured.usage.contestant.as_secs_f64();
    match workload.unit {
        Unit::Request => Some(seconds * 1e6 / measured.answers as f64),
        Unit::Gigabyte => Some(seconds * 1e9 / measured.bytes as f64),
        Unit::Connection => Some(measured.bytes_per_connection? / 1024.0),
    }
}

fn disturbed(rounds: &Rounds) -> String {
    let measured = rounds.iter().flatten();
    let disturbed = measured
        .clone()
        .filter(|it| it.usage.is_disturbed())
        .count();
    let failed = rounds.len() - measured.count();
    match failed {
        0 => format!("{disturbed}/{}", rounds.len()),
        _ => format!("{disturbed}/{}, {failed} FAILED", rounds.len()),
    }
}

/// What brokers and clients took beside the relay: they should cost less than it.
fn costs_of_others(
    workload: &Workload,
    names: &[&str],
    results: &[Vec<Option<Measured>>],
) -> String {
    let Some(relay) = names.iter().position(|name| *name == "relay") else {
        return String::new();
    };
    if workload.unit == Unit::Connection {
        return String::new();
    }
    let per_request = |of: fn(&Measured) -> f64| {
        let measured = results[relay].iter().flatten();
        Spread::of(measured.map(|it| of(it) * 1e6 / it.answers as f64))
            .map_or(f64::NAN, |it| it.median)
    };
    format!(
        "\nBeside the relay the brokers took {:.2} µs/request and the clients {:.2} µs/request.\n",
        per_request(|it| it.usage.peers.as_secs_f64()),
        per_request(|it| it.usage.load.as_secs_f64())
    )
}

fn header(columns: &[Column<'_>]) -> Vec<String> {
    let titles = columns.iter().map(|column| column.title.clone());
    let first = std::iter::once("contestant".to_owned());
    first
        .chain(titles)
        .chain(["disturbed".to_owned()])
        .collect()
}

pub(super) fn cell(spread: Spread, digits: usize, rounds: usize) -> String {
    let Spread {
        median,
        least,
        most,
    } = spread;
    if rounds == 1 {
        format!("{median:.digits$}")
    } else {
        format!("{median:.digits$} ({least:.digits$}-{most:.digits$})")
    }
}

/// A table in Markdown whose columns are aligned in plain text, too.
pub(super) fn aligned(rows: &[Vec<String>]) -> String {
    let widths: Vec<usize> = (0..rows[0].len())
        .map(|column| {
            rows.iter()
                .map(|row| row[column].chars().count())
                .max()
                .unwrap_or(0)
        })
        .collect();
    let mut text = String::new();
    for (number, row) in rows.iter().enumerate() {
        let cells = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("| {cell:<width$} "));
        text.extend(cells);
        text.push_str("|\n");
        if number == 0 {
            text.extend(
                widths
                    .iter()
                    .map(|width| format!("|{:-<1$}", "", width + 2)),
            );
            text.push_str("|\n");
        }
    }
    text
}
