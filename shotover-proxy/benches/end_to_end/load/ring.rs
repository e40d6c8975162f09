//! Which bytes are written next?

use crate::workload::{CORRELATION, Request};
use anyhow::{Context, Result};

/// The requests of a workload one behind the other, so that several are written at once.
#[derive(Clone, Debug)]
pub(crate) struct Ring {
    bytes: Vec<u8>,
    /// Where each request begins, and where the last one ends.
    starts: Vec<usize>,
    /// The number of the next request, which is its correlation id.
    next: u32,
}

impl Ring {
    /// Holds `requests` in turn, at least `depth` of them: what is on its way is not written to.
    pub(crate) fn new(requests: &[Request], depth: usize) -> Self {
        let mut ring = Self {
            bytes: Vec::new(),
            starts: vec![0],
            next: 0,
        };
        while ring.slots() < depth {
            for request in requests {
                ring.bytes.extend_from_slice(&request.frame);
                ring.starts.push(ring.bytes.len());
            }
        }
        ring
    }

    fn slots(&self) -> usize {
        self.starts.len() - 1
    }

    /// The next requests, up to `most`; fewer at the end of the ring. Second, how many they are.
    pub(crate) fn take(&mut self, most: usize) -> Result<(&[u8], usize)> {
        let first = usize::try_from(self.next)? % self.slots();
        let count = most.min(self.slots() - first);
        let starts = self
            .starts
            .get(first..=first + count)
            .context("no such slots")?;
        for start in starts.iter().take(count) {
            let correlation = start + CORRELATION.start..start + CORRELATION.end;
            let place = self.bytes.get_mut(correlation).context("a short request")?;
            place.copy_from_slice(&self.next.to_be_bytes());
            self.next = self.next.wrapping_add(1);
        }
        let (from, to) = starts.first().zip(starts.last()).context("no slots")?;
        let bytes = self.bytes.get(*from..*to).context("a short ring")?;
        Ok((bytes, count))
    }
}
