//! Which records go in, and did the same ones come out, in order?

use std::collections::HashMap;

use anyhow::{Context, Result, bail, ensure};

/// A record as a test writes it. A key, a value and the value of a header can be null, which is not the same as empty.
///
/// Key and value together must be unique within a round trip: they are how a record is recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Decides the partition.
    pub key: Option<Vec<u8>>,
    /// What it says.
    pub value: Option<Vec<u8>>,
    /// Names, which may repeat, and values.
    pub headers: Vec<(String, Option<Vec<u8>>)>,
}

/// A record as a consumer sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// Where it was.
    pub partition: i32,
    /// Where it was in that partition.
    pub offset: i64,
    /// What it was.
    pub record: Record,
}

/// `count` records with few keys, a header each, and values that say their place.
#[must_use]
pub fn keyed_records(count: usize) -> Vec<Record> {
    (0..count)
        .map(|place| Record {
            key: Some(format!("key-{}", place % 17).into_bytes()),
            value: Some(format!("value-{place}").into_bytes()),
            headers: vec![("origin".to_owned(), Some(b"test".to_vec()))],
        })
        .collect()
}

/// Whether every record came back once, unchanged, and in the order of its partition.
///
/// # Errors
/// With the first record for which that is not so.
pub fn check_round_trip(sent: &[Record], received: &[Received]) -> Result<()> {
    let places: HashMap<_, usize> = sent
        .iter()
        .enumerate()
        .map(|(place, record)| ((&record.key, &record.value), place))
        .collect();
    ensure!(
        places.len() == sent.len(),
        "two of the sent records have one key and one value"
    );
    ensure!(
        received.len() == sent.len(),
        "{} records were sent and {} came back",
        sent.len(),
        received.len()
    );

    let mut last = HashMap::new();
    for Received {
        partition,
        offset,
        record,
    } in received
    {
        let name = format!(
            "record {} = {} of partition {partition} at {offset}",
            shown(record.key.as_ref()),
            shown(record.value.as_ref())
        );
        let place = *places
            .get(&(&record.key, &record.value))
            .with_context(|| format!("{name} was never sent"))?;
        ensure!(
            sent.get(place) == Some(record),
            "{name} has changed: {record:?}"
        );
        if let Some((last_place, last_offset)) = last.insert(*partition, (place, *offset))
            && (last_place >= place || last_offset >= *offset)
        {
            bail!(
                "{name}, sent as number {place}, came after number {last_place} at {last_offset}"
            );
        }
    }
    Ok(())
}

/// The beginning of it, for a message.
fn shown(bytes: Option<&Vec<u8>>) -> String {
    let Some(bytes) = bytes else {
        return "null".to_owned();
    };
    format!("\"{}\"", bytes.get(..40).unwrap_or(bytes).escape_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a cluster with two partitions would give back.
    fn round_trip() -> (Vec<Record>, Vec<Received>) {
        let sent = keyed_records(40);
        let mut received: Vec<Received> = Vec::new();
        for partition in 0..2 {
            let here = sent.iter().filter(|record| {
                let key = record.key.as_ref().unwrap();
                i32::from(key.last().unwrap() % 2) == partition
            });
            received.extend((0..).zip(here).map(|(offset, record)| Received {
                partition,
                offset,
                record: record.clone(),
            }));
        }
        (sent, received)
    }

    #[track_caller]
    fn check_fails(spoil: impl FnOnce(&mut Vec<Received>), expected: &str) {
        let (sent, mut received) = round_trip();
        spoil(&mut received);
        let message = check_round_trip(&sent, &received).unwrap_err().to_string();
        assert!(message.contains(expected), "{message}");
    }

    #[test]
    fn partitions_may_arrive_one_after_the_other() {
        let (sent, received) = round_trip();
        check_round_trip(&sent, &received).unwrap();
    }

    #[test]
    fn a_lost_record_is_found() {
        check_fails(
            |received| drop(received.pop()),
            "40 records were sent and 39 came back",
        );
    }

    #[test]
    fn a_repeated_record_is_found() {
        check_fails(
            |received| {
                let last = received.len() - 1;
                received[last].record = received[last - 1].record.clone();
            },
            "came after number",
        );
    }

    #[test]
    fn swapped_records_are_found() {
        check_fails(|received| received.swap(0, 1), "came after number");
    }

    #[test]
    fn a_changed_header_is_found() {
        check_fails(|received| received[3].record.headers.clear(), "has changed");
    }

    #[test]
    fn an_empty_value_is_not_null() {
        let (mut sent, mut received) = round_trip();
        sent[0].value = None;
        for found in &mut received {
            if found.record.value.as_deref() == Some(b"value-0") {
                found.record.value = Some(Vec::new());
            }
        }
        let error = check_round_trip(&sent, &received).unwrap_err();
        assert!(error.to_string().contains("was never sent"), "{error}");
    }

    #[test]
    fn a_foreign_record_is_found() {
        check_fails(
            |received| received[3].record.value = Some(b"value-x".to_vec()),
            "was never sent",
        );
    }
}
