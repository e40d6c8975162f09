//! How much may bad peers make a source log?

use crate::transforms::Blame;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};
use tracing::warn;

/// Lines about connections that ended badly that a source logs in one [`INTERVAL`], for each of those who can be to
/// blame: a flood of one kind does not hide the others.
pub(super) const LINES_PER_INTERVAL: u64 = 10;

/// After this time the lines that were left out are summed up, and it is counted from the start again.
pub(super) const INTERVAL: Duration = Duration::from_secs(10);

/// Lets the first lines of an interval pass and counts the others. One per source; no healthy connection touches it.
#[derive(Debug)]
pub(crate) struct LogLimit {
    source: Arc<str>,
    interval: Mutex<Interval>,
    begun: Notify,
}

/// Lines since the first one that did not belong to an earlier interval.
#[derive(Debug, Default)]
struct Interval {
    /// Nothing was logged yet without it.
    end: Option<Instant>,
    client: u64,
    broker: u64,
    proxy: u64,
}

impl LogLimit {
    pub(crate) fn new(source: Arc<str>) -> Self {
        Self {
            source,
            interval: Mutex::default(),
            begun: Notify::new(),
        }
    }

    /// Whether a line about a connection that ended badly is logged; counts it if not.
    pub(crate) fn admits(&self, blame: Blame) -> bool {
        let now = Instant::now();
        self.sum_up(now);
        let mut interval = self.interval();
        if interval.end.is_none() {
            interval.end = Some(now + INTERVAL);
            self.begun.notify_one();
        }
        let lines = match blame {
            Blame::Client => &mut interval.client,
            Blame::Broker => &mut interval.broker,
            Blame::Proxy => &mut interval.proxy,
        };
        *lines = lines.saturating_add(1);
        *lines <= LINES_PER_INTERVAL
    }

    /// Sums up each interval when it ends.
    pub(crate) async fn report(&self) -> Infallible {
        loop {
            self.begun.notified().await;
            let end = self.interval().end;
            if let Some(end) = end {
                sleep_until(end).await;
                self.sum_up(end);
            }
        }
    }

    /// Ends the interval if it is over, and says what was left out in it.
    fn sum_up(&self, now: Instant) {
        let over = {
            let mut interval = self.interval();
            if interval.end.is_none_or(|end| now < end) {
                return;
            }
            std::mem::take(&mut *interval)
        };
        self.log(&over);
    }

    fn log(&self, interval: &Interval) {
        for (blame, lines) in [
            ("client", interval.client),
            ("broker", interval.broker),
            ("proxy", interval.proxy),
        ] {
            let lines = lines.saturating_sub(LINES_PER_INTERVAL);
            if lines > 0 {
                // Not about the connection in whose span this may run.
                warn!(parent: None, source = %self.source, blame, lines, "left out further lines about closed connections");
            }
        }
    }

    fn interval(&self) -> MutexGuard<'_, Interval> {
        self.interval.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The last connection of a source has ended.
impl Drop for LogLimit {
    fn drop(&mut self) {
        self.log(&std::mem::take(&mut *self.interval()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observability::LogCapture;
    use tokio::time::{advance, sleep};

    fn limit() -> LogLimit {
        LogLimit::new("kafka".into())
    }

    fn admitted(limit: &LogLimit, blame: Blame, times: u64) -> u64 {
        (0..times)
            .map(|_| u64::from(limit.admits(blame)))
            .sum::<u64>()
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_lines_of_each_interval_pass() {
        let limit = limit();
        for _ in 0..3 {
            assert_eq!(admitted(&limit, Blame::Client, 50), LINES_PER_INTERVAL);
            advance(INTERVAL - Duration::from_millis(1)).await;
            assert_eq!(admitted(&limit, Blame::Client, 50), 0);
            advance(Duration::from_millis(1)).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn lines_about_clients_leave_room_for_those_about_brokers() {
        let limit = limit();
        assert_eq!(admitted(&limit, Blame::Client, 50), LINES_PER_INTERVAL);
        assert_eq!(admitted(&limit, Blame::Broker, 50), LINES_PER_INTERVAL);
        assert_eq!(admitted(&limit, Blame::Proxy, 50), LINES_PER_INTERVAL);
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_left_out_is_summed_up_once_when_the_interval_ends() {
        let (log, limit) = (LogCapture::start(), limit());
        let traffic = async {
            admitted(&limit, Blame::Client, LINES_PER_INTERVAL + 7);
            admitted(&limit, Blame::Broker, LINES_PER_INTERVAL);
            sleep(INTERVAL - Duration::from_millis(1)).await;
            assert_eq!(log.lines(), [""; 0]);
            sleep(INTERVAL * 3).await;
        };
        tokio::select! {
            never = limit.report() => match never {},
            () = traffic => {}
        }
        let lines = log.lines();
        assert_eq!(lines.len(), 1, "{lines:?}");
        let said = r#"left out further lines about closed connections source=kafka blame="client" lines=7"#;
        assert!(lines[0].ends_with(said), "{lines:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn every_interval_has_its_own_sum() {
        let (log, limit) = (LogCapture::start(), limit());
        let traffic = async {
            for more in 1..=3 {
                admitted(&limit, Blame::Broker, LINES_PER_INTERVAL + more);
                sleep(INTERVAL * 2).await;
            }
        };
        tokio::select! {
            never = limit.report() => match never {},
            () = traffic => {}
        }
        let lines = log.lines();
        assert_eq!(lines.len(), 3, "{lines:?}");
        for (line, more) in lines.iter().zip(1..) {
            assert!(line.ends_with(&format!("lines={more}")), "{line}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_left_out_at_the_end_is_not_forgotten() {
        let (log, limit) = (LogCapture::start(), limit());
        admitted(&limit, Blame::Client, LINES_PER_INTERVAL + 3);
        drop(limit);
        assert!(log.lines()[0].ends_with("lines=3"), "{:?}", log.lines());
    }
}
