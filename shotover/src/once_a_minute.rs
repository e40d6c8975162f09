//! How often is something said that stays as it is?

use std::time::Duration;
use tokio::time::Instant;

/// It is said again after this time.
pub(crate) const SAID_AGAIN: Duration = Duration::from_secs(60);

/// When it was last said.
#[derive(Debug, Default)]
pub struct OnceAMinute(Option<Instant>);

impl OnceAMinute {
    /// Whether it is said now.
    pub fn is_said(&mut self, now: Instant) -> bool {
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
    fn what_stays_as_it_is_is_said_once_a_minute() {
        let mut once = OnceAMinute::default();
        let start = Instant::now();
        let said: Vec<_> = (0..=130)
            .filter(|second| once.is_said(start + Duration::from_secs(*second)))
            .collect();
        assert_eq!(said, [0, 60, 120]);
    }
}
