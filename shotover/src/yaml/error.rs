//! What does serde report, in a form that can be put into words?

use serde::de::{self, Expected, Unexpected};
use std::fmt::{self, Display};

/// Stands for an error that was recorded already. `typetag` and `erased_serde` turn errors into
/// text on their way up; by this text they are known again.
const RECORDED: &str = "\u{1}this problem has been recorded\u{1}";

/// An error on its way from the visitor that found it to the reader that records it.
#[derive(Debug)]
pub(super) enum Error {
    Recorded,
    Custom(String),
    Mismatch {
        found: String,
        expected: String,
    },
    Length {
        found: usize,
        expected: String,
    },
    UnknownVariant {
        name: String,
        known: &'static [&'static str],
    },
    UnknownField {
        name: String,
        known: &'static [&'static str],
    },
    MissingField(&'static str),
    DuplicateField(&'static str),
}

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Recorded => f.write_str(RECORDED),
            Self::Custom(_)
            | Self::Mismatch { .. }
            | Self::Length { .. }
            | Self::UnknownVariant { .. }
            | Self::UnknownField { .. }
            | Self::MissingField(_)
            | Self::DuplicateField(_) => f.write_str(&super::wording::explain(self)),
        }
    }
}

impl std::error::Error for Error {}

impl de::Error for Error {
    fn custom<T: Display>(message: T) -> Self {
        let message = message.to_string();
        if message.contains(RECORDED) {
            Self::Recorded
        } else {
            Self::Custom(message)
        }
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::Mismatch {
            found: super::wording::found(found),
            expected: expected.to_string(),
        }
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(found, expected)
    }

    fn invalid_length(found: usize, expected: &dyn Expected) -> Self {
        Self::Length {
            found,
            expected: expected.to_string(),
        }
    }

    fn unknown_variant(name: &str, known: &'static [&'static str]) -> Self {
        Self::UnknownVariant {
            name: name.to_owned(),
            known,
        }
    }

    fn unknown_field(name: &str, known: &'static [&'static str]) -> Self {
        Self::UnknownField {
            name: name.to_owned(),
            known,
        }
    }

    fn missing_field(name: &'static str) -> Self {
        Self::MissingField(name)
    }

    fn duplicate_field(name: &'static str) -> Self {
        Self::DuplicateField(name)
    }
}
