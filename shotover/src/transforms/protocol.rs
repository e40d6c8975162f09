//! Which transforms fit below which?

use std::fmt;

/// What the messages between two transforms are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Protocol {
    /// The protocol of Apache Kafka.
    Kafka,
    /// One that no transform takes.
    #[cfg(test)]
    Other,
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kafka => f.write_str("Kafka"),
            #[cfg(test)]
            Self::Other => f.write_str("Other"),
        }
    }
}

/// What a transform sends to the transform below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DownChain {
    /// Whatever it is given: it stands anywhere but at the end.
    SameAsUpChain,
    /// This protocol.
    Speaks(Protocol),
    /// Nothing: it answers every request itself and must be the last of its chain.
    Terminates,
}
