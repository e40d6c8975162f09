//! How far are the producer and the readers, in each partition?

use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

/// Partitions of a topic with traffic.
pub(crate) const PARTITIONS: i32 = 6;

/// Lines of the producer that are kept.
const LINES: usize = 200;

/// What they tell each other. The records of a partition are numbered from 0.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    partitions: [Partition; PARTITIONS as usize],
    ended: AtomicBool,
    refused: Mutex<Vec<String>>,
    /// What the producer said last about itself.
    said: Mutex<VecDeque<String>>,
}

/// Numbers of records.
#[derive(Debug, Default)]
pub(crate) struct Partition {
    pub(crate) sent: AtomicI64,
    pub(crate) acknowledged: AtomicI64,
    pub(crate) read: AtomicI64,
}

impl Progress {
    /// The one with this number.
    pub(crate) fn of(&self, partition: i32) -> &Partition {
        &self.partitions[usize::try_from(partition).unwrap()]
    }

    /// Whether nothing more is sent.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    /// Says that nothing more is to be sent.
    pub(crate) fn end(&self) {
        self.ended.store(true, Ordering::Release);
    }

    /// How many records each partition was sent.
    pub(crate) fn sent(&self) -> Vec<i64> {
        let sent = |partition: &Partition| partition.sent.load(Ordering::Acquire);
        self.partitions.iter().map(sent).collect()
    }

    /// Whether of each partition more records than these are acknowledged, and read.
    pub(crate) fn is_beyond(&self, numbers: &[i64]) -> bool {
        self.partitions
            .iter()
            .zip(numbers)
            .all(|(partition, number)| {
                partition.acknowledged.load(Ordering::Acquire) > *number
                    && partition.read.load(Ordering::Acquire) > *number
            })
    }

    /// Notes what a record was refused with.
    pub(crate) fn refuse(&self, why: String) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.push(why);
    }

    /// Notes what the producer says about itself.
    pub(crate) fn say(&self, line: &str) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.unwrap_or_default().as_millis();
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if said.len() == LINES {
            said.pop_front();
        }
        said.push_back(format!("{now} {line}"));
    }

    /// What it said, a line each.
    pub(crate) fn said(&self) -> String {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        said.make_contiguous().join("\n")
    }

    /// What the first record was refused with, and how many there were.
    pub(crate) fn refused(&self) -> Option<(usize, String)> {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        Some((refused.len(), refused.first()?.clone()))
    }
}

/// How far all are, in a few lines.
impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}, refused: {:?}", self.partitions, self.refused())
    }
}
