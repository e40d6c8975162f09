//! How is an error told with everything that caused it?

use std::error::Error;
use std::fmt;

/// An error followed by its causes, on one line.
///
/// ```
/// use shotover::causes::Causes;
///
/// let refused = std::io::Error::other(std::fmt::Error);
/// assert!(Causes(&refused).to_string().starts_with(&refused.to_string()));
/// ```
#[derive(Debug)]
pub struct Causes<'a>(pub &'a (dyn Error + 'static));

impl fmt::Display for Causes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use thiserror::Error;

    #[derive(Debug, Error)]
    #[error("no session")]
    struct Outer(#[source] Inner);

    #[derive(Debug, Error)]
    #[error("no trust")]
    struct Inner;

    #[test]
    fn an_error_is_told_with_its_causes() {
        assert_eq!(Causes(&Outer(Inner)).to_string(), "no session: no trust");
    }
}
