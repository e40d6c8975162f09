//! How is a problem said to somebody who writes YAML and not Rust?

use super::error::Error;
use super::node::Value;
use super::path::shorten;
use serde::de::Unexpected;
use std::borrow::Cow;

/// Characters of a value or a name that a message shows.
const SHOWN: usize = 60;

/// Names of a list that a message shows.
const NAMES_SHOWN: usize = 40;

/// Names longer than this are no slips of the pen.
const LONGEST_SLIP: usize = 80;

/// The error as a message.
pub(super) fn explain(error: &Error) -> String {
    match error {
        Error::Recorded => "see the other problems".to_owned(),
        Error::Custom(message) => shorten(message, 400),
        Error::Mismatch { found, expected } => contrast(expected, found),
        Error::Length { found, expected } => {
            format!("expected {}, found {found} of them", plain(expected))
        }
        Error::UnknownVariant { name, known } => unknown_name("name", name, known),
        Error::UnknownField { name, known } => unknown_name("field", name, known),
        Error::MissingField(_) => "this field is required but missing".to_owned(),
        Error::DuplicateField(name) => format!("`{name}` is given twice, under two names"),
    }
}

/// A value that is not what its visitor expects.
pub(super) fn mismatch(expected: &str, value: &Value) -> String {
    let message = contrast(expected, &describe(value));
    let is_word = matches!(value, Value::Bool(_) | Value::Integer(_) | Value::Float(_));
    if is_word && plain(expected) == TEXT {
        message + ": quotes make it text"
    } else {
        message
    }
}

fn contrast(expected: &str, found: &str) -> String {
    format!("expected {}, found {found}", plain(expected))
}

/// What is known in place of `name`, and what was probably meant.
pub(crate) fn unknown_name(kind: &str, name: &str, known: &[&str]) -> String {
    unknown(kind, name, known, closest(name, known.iter().copied()))
}

/// The same with a suggestion of the caller's.
pub(super) fn unknown(kind: &str, name: &str, known: &[&str], suggestion: Option<&str>) -> String {
    let suggestion = suggestion
        .map(|close| format!(" (did you mean `{close}`?)"))
        .unwrap_or_default();
    let mut sorted = known.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    let mut list: Vec<String> = sorted
        .iter()
        .take(NAMES_SHOWN)
        .map(|name| format!("`{name}`"))
        .collect();
    if sorted.len() > NAMES_SHOWN {
        list.push("...".to_owned());
    }
    let known = match list.as_slice() {
        [] => format!("no {kind} is known here"),
        [..] => format!("known here: {}", list.join(", ")),
    };
    let name = shorten(name, SHOWN);
    format!("unknown {kind} `{name}`{suggestion}; {known}")
}

/// The candidate that `name` is most likely a slip of the pen of.
pub(super) fn closest<'a>(
    name: &str,
    candidates: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    if name.len() > LONGEST_SLIP {
        return None;
    }
    let name = folded(name);
    let tolerated = (name.chars().count() / 3).max(1);
    candidates
        .map(|candidate| {
            let folded = folded(candidate);
            let cut_short = name.len() >= 4 && folded.starts_with(&name);
            let distance = if cut_short {
                tolerated
            } else {
                strsim::damerau_levenshtein(&name, &folded)
            };
            (distance, candidate)
        })
        .filter(|(distance, _)| *distance <= tolerated)
        .min()
        .map(|(_, candidate)| candidate)
}

/// A value as it is shown after "found".
pub(super) fn describe(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Integer(value) => value.to_string(),
        Value::Float(value) => value.to_string(),
        Value::Text(text) => quoted(text),
        Value::Sequence(items) => match items.len() {
            0 => "an empty list".to_owned(),
            count => format!("a list of {count}"),
        },
        Value::Mapping(entries) => match entries.len() {
            0 => "empty settings".to_owned(),
            _ => "settings".to_owned(),
        },
    }
}

/// The same for a value that a visitor refused.
pub(super) fn found(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Bool(value) => value.to_string(),
        Unexpected::Unsigned(value) => value.to_string(),
        Unexpected::Signed(value) => value.to_string(),
        Unexpected::Float(value) => value.to_string(),
        Unexpected::Char(value) => quoted(&value.to_string()),
        Unexpected::Str(text) => quoted(text),
        Unexpected::Bytes(_) => "bytes".to_owned(),
        Unexpected::Unit | Unexpected::Option => "nothing".to_owned(),
        Unexpected::Seq | Unexpected::TupleVariant => "a list".to_owned(),
        Unexpected::Map | Unexpected::StructVariant | Unexpected::NewtypeStruct => {
            "settings".to_owned()
        }
        Unexpected::Enum | Unexpected::UnitVariant | Unexpected::NewtypeVariant => {
            "a name".to_owned()
        }
        Unexpected::Other(text) => shorten(text, SHOWN),
    }
}

const TEXT: &str = "text";

/// Serde's and Rust's names for types in plain words; what is no such name stays as it is.
fn plain(expected: &str) -> Cow<'_, str> {
    let words = match expected {
        "a string" | "a borrowed string" => TEXT,
        "path string" => "a path",
        "socket address" => "an IP address with a port",
        "IP address" | "IPv4 address" | "IPv6 address" => "an IP address",
        "a character" => "a single character",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "a map" => "settings (`name: value` lines)",
        "unit" => "nothing",
        "f32" | "f64" => "a number",
        "i64" | "i128" | "isize" => "a whole number",
        "u64" | "u128" | "usize" => "a whole number, 0 or more",
        "a nonzero u64" | "a nonzero u128" | "a nonzero usize" => "a whole number, 1 or more",
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "u32" => "a whole number from 0 to 4294967295",
        "a nonzero u8" => "a whole number from 1 to 255",
        "a nonzero u16" => "a whole number from 1 to 65535",
        "a nonzero u32" => "a whole number from 1 to 4294967295",
        "i8" => "a whole number from -128 to 127",
        "i16" => "a whole number from -32768 to 32767",
        "i32" => "a whole number from -2147483648 to 2147483647",
        other => return rust_type(other),
    };
    Cow::Borrowed(words)
}

fn rust_type(expected: &str) -> Cow<'_, str> {
    if expected.starts_with("struct ") {
        Cow::Borrowed("settings (`name: value` lines)")
    } else if expected.starts_with("dyn ") || expected.starts_with("enum ") {
        Cow::Borrowed("a name with its settings, as in `- Name: { ... }`")
    } else if expected.starts_with("unit struct ") {
        Cow::Borrowed("nothing")
    } else {
        Cow::Owned(shorten(expected, 400))
    }
}

/// Case and the characters between words are not what matters in a name.
fn folded(name: &str) -> String {
    name.chars()
        .filter(|c| !matches!(c, '_' | '-' | ' '))
        .flat_map(char::to_lowercase)
        .collect()
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", shorten(text, SHOWN))
}
