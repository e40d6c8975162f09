//! How does a partition name its topic?

use std::fmt;

/// A topic as requests and responses name it: by name, or since KIP-516 by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Topic<'a> {
    /// The name, as it stands in the frame; brokers only accept ASCII.
    Name(&'a [u8]),
    /// The id.
    Id([u8; 16]),
}

impl Topic<'_> {
    /// Bytes of a name at most: brokers refuse longer ones.
    pub const LONGEST_NAME: usize = 249;
}

impl fmt::Display for Topic<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(&String::from_utf8_lossy(name)),
            Self::Id(id) => write!(f, "{:032x}", u128::from_be_bytes(*id)),
        }
    }
}
