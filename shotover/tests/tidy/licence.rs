//! Does a list of licences allow a licence expression of SPDX?

/// Whether whoever has the `allowed` licences may use what is under `expression`. An old `/` means OR; an exception
/// behind WITH must be allowed together with its licence.
pub(super) fn is_allowed(expression: &str, allowed: &[&str]) -> bool {
    let spaced = expression
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace('/', " OR ")
        .replace(" WITH ", "+WITH+");
    let mut expression = Expression {
        words: spaced.split_whitespace().peekable(),
        allowed,
    };
    let answer = expression.any();
    answer && expression.words.next().is_none()
}

struct Expression<'a, W: Iterator<Item = &'a str>> {
    words: std::iter::Peekable<W>,
    allowed: &'a [&'a str],
}

impl<'a, W: Iterator<Item = &'a str>> Expression<'a, W> {
    fn any(&mut self) -> bool {
        let mut answer = self.all();
        while self.words.next_if_eq(&"OR").is_some() {
            answer |= self.all();
        }
        answer
    }

    fn all(&mut self) -> bool {
        let mut answer = self.one();
        while self.words.next_if_eq(&"AND").is_some() {
            answer &= self.one();
        }
        answer
    }

    fn one(&mut self) -> bool {
        match self.words.next() {
            Some("(") => {
                let answer = self.any();
                self.words.next_if_eq(&")").is_some() && answer
            }
            Some(licence) => {
                let licence = licence.replace("+WITH+", " WITH ");
                self.allowed.contains(&&*licence)
            }
            None => false,
        }
    }
}

#[test]
fn alternatives_and_obligations_are_told_apart() {
    let allowed = ["MIT", "ISC", "Unicode-3.0"];
    for (expression, expected) in [
        ("MIT", true),
        ("GPL-3.0-only", false),
        ("MIT OR GPL-3.0-only", true),
        ("GPL-3.0-only/MIT", true),
        ("MIT AND GPL-3.0-only", false),
        ("MIT AND ISC OR GPL-3.0-only", true),
        ("GPL-3.0-only OR MIT AND ISC", true),
        ("(MIT OR GPL-3.0-only) AND Unicode-3.0", true),
        ("(MIT OR ISC) AND GPL-3.0-only", false),
        ("MIT WITH LLVM-exception", false),
        ("MIT WITH LLVM-exception OR ISC", true),
        ("(MIT", false),
        ("MIT ISC", false),
        ("", false),
    ] {
        assert_eq!(is_allowed(expression, &allowed), expected, "{expression}");
    }
}
