//! How does an event stay on one line, whatever its fields hold?

use std::fmt::{self, Debug, Write};
use tracing::field::Field;
use tracing_subscriber::fmt::format::Writer;

/// Writes a field of an event or a span. What a client sent may be in it: control characters are escaped, so that
/// nobody forges a line or talks to a terminal.
pub(super) fn write_field(
    writer: &mut Writer<'_>,
    field: &Field,
    value: &dyn Debug,
) -> fmt::Result {
    let name = field.name();
    let name = name.strip_prefix("r#").unwrap_or(name);
    if name != "message" && writer.has_ansi_escapes() {
        write!(writer, "\x1b[3m{name}\x1b[0m\x1b[2m=\x1b[0m")?;
    } else if name != "message" {
        write!(writer, "{name}=")?;
    }
    write!(OneLine(writer), "{value:?}")
}

/// Escapes what is written to it.
struct OneLine<'a, W>(&'a mut W);

impl<W: Write> Write for OneLine<'_, W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for piece in text.split_inclusive(leaves_the_line) {
            match piece.char_indices().next_back() {
                Some((start, last)) if leaves_the_line(last) => {
                    let (before, _) = piece.split_at_checked(start).unwrap_or_default();
                    write!(self.0, "{before}{}", last.escape_default())?;
                }
                Some(_) | None => self.0.write_str(piece)?,
            }
        }
        Ok(())
    }
}

fn leaves_the_line(c: char) -> bool {
    // The last two are line and paragraph separator.
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let mut line = String::new();
        OneLine(&mut line).write_str(text).unwrap();
        assert_eq!(line, expected);
    }

    #[test]
    fn what_would_leave_the_line_is_escaped_and_nothing_else() {
        check("", "");
        check("topic `é` \"a\\b\"", "topic `é` \"a\\b\"");
        check("a\r\n\nb\n", "a\\r\\n\\nb\\n");
        check("\x1b[2J\u{9b}1m\0", "\\u{1b}[2J\\u{9b}1m\\u{0}");
        check("a\u{2028}b", "a\\u{2028}b");
    }
}
