//! What is wrong with the bytes a peer sent?

use std::fmt;

use thiserror::Error;

/// Bytes that are not what the protocol says they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{what} at byte {offset}: {problem}")]
pub struct Malformed {
    /// The field that was being read.
    pub what: &'static str,
    /// Where it starts, counted from the first byte the reader was given.
    pub offset: usize,
    /// What is wrong with it.
    pub problem: Problem,
}

/// The ways in which a field can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// A field of fixed size is cut off.
    Short {
        /// The size of the field.
        needed: usize,
        /// How many bytes there are.
        left: usize,
    },
    /// A length points past the end.
    Length {
        /// The length that was read.
        length: usize,
        /// How many bytes there are.
        left: usize,
    },
    /// More elements than could be there if each were as small as it can be.
    Count {
        /// The number of elements that was read.
        count: usize,
        /// How many bytes there are.
        left: usize,
    },
    /// More fields and elements than may be decoded.
    Values {
        /// How many there are.
        count: usize,
        /// How many there may be.
        most: usize,
    },
    /// A length below -1, the one that means null.
    Negative(i32),
    /// Null where the protocol has no null.
    Null,
    /// A variable-length integer of more than 32 bits.
    Varint,
    /// A byte that says neither that a structure follows nor that it is null.
    Presence(i8),
    /// Tags that do not ascend.
    TagOrder,
    /// A tagged field that is shorter than it says.
    TagSize {
        /// How many of its bytes are not part of the field.
        unused: usize,
    },
    /// The message has no such version.
    Version(i16),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Short { needed, left } => write!(f, "needs {needed} bytes, {left} are left"),
            Self::Length { length, left } => {
                write!(f, "length {length} exceeds the {left} bytes left")
            }
            Self::Count { count, left } => {
                write!(f, "{count} elements do not fit in the {left} bytes left")
            }
            Self::Values { count, most } => {
                write!(
                    f,
                    "{count} values are more than the {most} that are decoded"
                )
            }
            Self::Negative(length) => write!(f, "negative length {length}"),
            Self::Null => write!(f, "null is not allowed"),
            Self::Varint => write!(f, "variable-length integer of more than 32 bits"),
            Self::Presence(byte) => write!(f, "{byte} is neither present (1) nor null (-1)"),
            Self::TagOrder => write!(f, "tags do not ascend"),
            Self::TagSize { unused } => write!(f, "tagged field leaves {unused} bytes unused"),
            Self::Version(version) => write!(f, "there is no version {version}"),
        }
    }
}
