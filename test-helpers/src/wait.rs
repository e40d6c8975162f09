//! How does a test wait for another process without waiting for ever?

use std::time::Duration;

use anyhow::{Result, bail};
use tokio::time::Instant;

/// How long to leave the machine to others between two looks.
const PAUSE: Duration = Duration::from_millis(20);

/// Asks `check` again and again until it has a value, for `limit` at most.
///
/// `what` says what is waited for; it is the message of the error.
///
/// # Errors
/// When `limit` is over, or as soon as `check` says that waiting is of no use.
pub fn wait_until<T>(
    what: &str,
    limit: Duration,
    mut check: impl FnMut() -> Result<Option<T>>,
) -> Result<T> {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(value) = check()? {
            return Ok(value);
        }
        if Instant::now() >= deadline {
            bail!("waited {limit:?} in vain: {what}");
        }
        std::thread::sleep(PAUSE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_value_ends_the_wait() {
        let mut looks = 0;
        let value = wait_until("three looks", Duration::from_secs(10), || {
            looks += 1;
            Ok((looks == 3).then_some("here"))
        });
        assert_eq!(value.unwrap(), "here");
    }

    #[test]
    fn the_limit_ends_the_wait_with_what_was_waited_for() {
        let result: Result<()> =
            wait_until("the broker is up", Duration::from_millis(1), || Ok(None));
        assert_eq!(
            result.unwrap_err().to_string(),
            "waited 1ms in vain: the broker is up"
        );
    }

    #[test]
    fn an_error_ends_the_wait_at_once() {
        let result: Result<()> = wait_until("nothing", Duration::from_secs(3600), || {
            bail!("it has exited")
        });
        assert_eq!(result.unwrap_err().to_string(), "it has exited");
    }
}
