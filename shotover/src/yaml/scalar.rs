//! What does a plain word in a YAML file stand for?
//!
//! The core schema of YAML 1.2, with one exception: digits that start with a zero are text. The
//! core schema reads them as decimal and YAML 1.1 as octal, so a number was hardly meant.

use super::node::Value;

/// The value of an unquoted word.
pub(super) fn resolve(word: &str) -> Value {
    match word {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Value::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Value::Float(f64::NEG_INFINITY),
        ".nan" | ".NaN" | ".NAN" => Value::Float(f64::NAN),
        _ => integer(word)
            .map(Value::Integer)
            .or_else(|| float(word).map(Value::Float))
            .unwrap_or_else(|| Value::Text(word.into())),
    }
}

fn integer(word: &str) -> Option<i128> {
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = word.strip_prefix(prefix) {
            // `from_str_radix` takes a sign, the schema does not.
            let plain = digits.chars().all(|digit| digit.is_digit(radix));
            return if plain {
                i128::from_str_radix(digits, radix).ok()
            } else {
                None
            };
        }
    }
    if starts_with_a_zero(word) {
        return None;
    }
    word.parse().ok()
}

fn float(word: &str) -> Option<f64> {
    let digits = word.chars().any(|c| c.is_ascii_digit());
    let plain = word
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, '.' | '+' | '-' | 'e' | 'E'));
    if digits && plain && !starts_with_a_zero(word) {
        word.parse().ok()
    } else {
        None
    }
}

fn starts_with_a_zero(word: &str) -> bool {
    let digits = word.strip_prefix(['+', '-']).unwrap_or(word);
    digits
        .strip_prefix('0')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(word: &str, expected: &str) {
        assert_eq!(format!("{:?}", resolve(word)), expected, "{word:?}");
    }

    #[test]
    fn words_resolve_by_the_core_schema() {
        check("", "Null");
        check("~", "Null");
        check("null", "Null");
        check("true", "Bool(true)");
        check("FALSE", "Bool(false)");
        check("yes", "Text(\"yes\")");
        check("0", "Integer(0)");
        check("-12", "Integer(-12)");
        check("+12", "Integer(12)");
        check("0x1F", "Integer(31)");
        check("0o17", "Integer(15)");
        check("0x-1", "Text(\"0x-1\")");
        check("0x", "Text(\"0x\")");
        check("1.5", "Float(1.5)");
        check("1e3", "Float(1000.0)");
        check(".5", "Float(0.5)");
        check("e5", "Text(\"e5\")");
        check("-.inf", "Float(-inf)");
        check("inf", "Text(\"inf\")");
        check("127.0.0.1", "Text(\"127.0.0.1\")");
        check("127.0.0.1:9092", "Text(\"127.0.0.1:9092\")");
    }

    #[test]
    fn digits_after_a_zero_are_text() {
        check("0123", "Text(\"0123\")");
        check("-01", "Text(\"-01\")");
        check("00.5", "Text(\"00.5\")");
        check("0.5", "Float(0.5)");
    }
}
