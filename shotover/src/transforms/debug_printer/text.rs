//! What is the body of a message as a line of text?

use crate::message::{Direction, Message};
use crate::wire::Topic;
use crate::wire::schema::{Field, Type};
use crate::wire::value::{Structure, Value};
use std::fmt::{self, Write};

/// What stands at the end of a text that was cut off.
const CUT: &str = "...";

/// The fields of a body with their names in Kafka's sources, cut off after `limit` bytes. Of records and other bytes
/// only the number is told.
pub(super) fn text_of(message: &Message, limit: usize) -> String {
    let key = message.api_key();
    let schema = match message.direction() {
        Direction::Request => key.request_schema(),
        Direction::Response => key.response_schema(),
    };
    let body = match message.body_bytes() {
        Ok(body) => body,
        Err(error) => return format!("cannot be encoded: {error}"),
    };
    let contents = match schema.decode(message.api_version(), &body) {
        Ok(contents) => contents,
        Err(error) => return format!("cannot be read: {error}"),
    };
    let mut line = Line {
        text: String::new(),
        limit,
    };
    if structure(&mut line, schema.fields(), &contents).is_err() {
        line.text.push_str(CUT);
    }
    line.text
}

/// Takes no more than its limit, and then an error ends the writing.
struct Line {
    text: String,
    limit: usize,
}

impl Write for Line {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        let room = self.limit.saturating_sub(self.text.len());
        if more.len() <= room {
            self.text.push_str(more);
            return Ok(());
        }
        let fitting = (0..=room).rev().find_map(|end| more.get(..end));
        self.text.push_str(fitting.unwrap_or_default());
        Err(fmt::Error)
    }
}

fn structure(line: &mut Line, fields: &'static [Field], contents: &Structure) -> fmt::Result {
    line.write_char('{')?;
    let mut separator = "";
    for (name, value) in contents.fields() {
        let Some(field) = fields.iter().find(|field| field.name() == name) else {
            continue;
        };
        write!(line, "{separator}{name}: ")?;
        write_value(line, field.kind(), value)?;
        separator = ", ";
    }
    line.write_char('}')
}

fn write_value(line: &mut Line, kind: Type, value: &Value) -> fmt::Result {
    match value {
        Value::Null => line.write_str("null"),
        Value::Bool(value) => write!(line, "{value}"),
        Value::Int(value) => write!(line, "{value}"),
        Value::Float(value) => write!(line, "{value}"),
        Value::Uuid(id) => write!(line, "{}", Topic::Id(*id)),
        Value::Bytes(bytes) if matches!(kind, Type::String) => {
            // Escaped: what a client calls something does not become a line of its own.
            write!(line, "{:?}", String::from_utf8_lossy(bytes))
        }
        Value::Bytes(bytes) => write!(line, "<{} bytes>", bytes.len()),
        Value::Array(elements) => array(line, kind, elements),
        Value::Structure(contents) => structure(line, kind.fields(), contents),
    }
}

fn array(line: &mut Line, kind: Type, elements: &[Value]) -> fmt::Result {
    let Type::Array(element_kind) = kind else {
        return Ok(());
    };
    line.write_char('[')?;
    let mut separator = "";
    for element in elements {
        line.write_str(separator)?;
        write_value(line, *element_kind, element)?;
        separator = ", ";
    }
    line.write_char(']')
}
