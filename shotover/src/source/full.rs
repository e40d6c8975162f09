//! How often is it said that a source has as many clients as it may?

use std::time::Duration;
use tokio::time::Instant;

/// A source that is full says so again after this time: clients that wait in its backlog show nowhere else.
const SAID_AGAIN: Duration = Duration::from_secs(60);

/// When it was last said.
#[derive(Debug, Default)]
pub(super) struct Full(Option<Instant>);

impl Full {
    /// Whether it is said now.
    pub(super) fn is_said(&mut self, now: Instant) -> bool {
        let is_said = self.0.is_none_or(|said| now >= said + SAID_AGAIN);
        if is_said {
            self.0 = Some(now);
        }
        is_said
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_that_stays_full_says_so_once_a_minute() {
        let mut full = Full::default();
        let start = Instant::now();
        let said: Vec<_> = (0..=130)
            .filter(|second| full.is_said(start + Duration::from_secs(*second)))
            .collect();
        assert_eq!(said, [0, 60, 120]);
    }
}
