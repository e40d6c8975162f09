//! What do the tables of these messages look like as Rust?

use std::fmt::Write;

use super::parse::{Field, Kind, Message, Range};

/// The files the tables are spread over: name, what it holds, its keys.
pub(super) const FILES: &[(&str, &str, &[i16])] = &[
    (
        "brokers",
        "brokers and their controller",
        &[56, 58, 62, 63, 67, 70, 73],
    ),
    (
        "cluster",
        "the cluster and its brokers",
        &[3, 10, 18, 57, 60, 64, 71, 72, 80, 81],
    ),
    (
        "configs",
        "configurations, quotas and log directories",
        &[32, 33, 34, 35, 44, 48, 49, 74],
    ),
    ("consumer_groups", "groups of the newer protocol", &[68, 69]),
    ("data", "records and offsets", &[0, 1, 2, 21, 23]),
    (
        "groups",
        "groups and their offsets",
        &[8, 9, 11, 12, 13, 14, 15, 16, 42, 47],
    ),
    (
        "quorum",
        "the controllers among themselves",
        &[52, 53, 54, 55, 59, 82],
    ),
    (
        "security",
        "authentication and authorization",
        &[17, 29, 30, 31, 36, 38, 39, 40, 41, 50, 51],
    ),
    ("share_groups", "share groups", &[76, 77, 78, 79]),
    (
        "share_state",
        "state and offsets of share groups",
        &[83, 84, 85, 86, 87, 90, 91, 92],
    ),
    ("streams_groups", "groups of Kafka Streams", &[88, 89]),
    (
        "topics",
        "topics and partitions",
        &[19, 20, 37, 43, 45, 46, 75],
    ),
    (
        "transactions",
        "transactions and producers",
        &[22, 24, 25, 26, 27, 28, 61, 65, 66],
    ),
];

/// `ProduceRequest` as `PRODUCE_REQUEST`.
pub(super) fn screaming(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(letter.to_ascii_uppercase());
    }
    out
}

/// The file with the tables of these messages.
pub(super) fn tables(question: &str, messages: &[&Message]) -> String {
    let mut body = String::new();
    for message in messages {
        let name = screaming(&message.name);
        let mut structures = Structures::default();
        let fields = structures.list(&name, message.versions, &message.fields);
        body.push_str(&structures.text);
        let (first, last) = (message.versions.first, message.versions.last);
        let flexible = match message.flexible {
            Some(version) => format!("Some({version})"),
            None => "None".to_owned(),
        };
        write!(
            body,
            "pub(super) static {name}: Schema = Schema {{ name: \"{}\", versions: ({first}, {last}), \
             flexible: {flexible}, fields: {fields} }};\n\n",
            message.name
        ).unwrap();
    }
    // In the order of rustfmt.
    let kinds = "Array Bool Bytes Float64 Int8 Int16 Int32 Int64 Records String Struct Uint16 Uuid"
        .split(' ');
    let used = kinds.filter(|kind| {
        let mut words = body.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '"');
        words.any(|word| word == *kind)
    });
    let used = used.collect::<Vec<_>>().join(", ");
    format!(
        "//! What do the messages about {question} look like? Generated: see `schema/mod.rs`.\n\n\
         use crate::wire::schema::Type::{{{used}}};\nuse crate::wire::schema::{{Field, Schema}};\n\n{body}"
    )
}

/// Constants for the structures inside a message.
#[derive(Default)]
struct Structures {
    text: String,
    names: Vec<String>,
}

impl Structures {
    /// The list of these fields as an expression; constants it needs are added.
    fn list(&mut self, path: &str, versions: Range, fields: &[Field]) -> String {
        let existing = fields
            .iter()
            .filter(|field| field.versions.overlaps(versions));
        let lines: Vec<String> = existing
            .map(|field| self.field(path, versions, field))
            .collect();
        format!("&[{}]", lines.join(", "))
    }

    fn field(&mut self, path: &str, versions: Range, field: &Field) -> String {
        let within = versions.intersection(field.versions);
        let kind = self.kind(path, within, &field.name, &field.kind);
        let mut line = format!("Field::new(\"{}\", {kind})", field.name);
        if field.versions.first > versions.first {
            write!(line, ".since({})", field.versions.first).unwrap();
        }
        if field.versions.last < versions.last {
            write!(line, ".until({})", field.versions.last).unwrap();
        }
        if let Some(nullable) = field
            .nullable
            .filter(|nullable| nullable.overlaps(versions))
        {
            assert!(
                nullable.last >= field.versions.last,
                "null of {} ends",
                field.name
            );
            assert!(!matches!(&field.kind, Kind::Primitive(kind) if kind.contains("Int")));
            if nullable.first <= versions.first.max(field.versions.first) {
                line.push_str(".nullable()");
            } else {
                write!(line, ".nullable_since({})", nullable.first).unwrap();
            }
        }
        match field.default.as_deref() {
            Some("null") => line.push_str(".defaults_to_null()"),
            Some("true") => line.push_str(".defaults_to(1)"),
            Some(number) => write!(line, ".defaults_to({number})").unwrap(),
            None => {}
        }
        if let Some(tag) = field.tag {
            write!(line, ".tag({tag})").unwrap();
        }
        line
    }

    fn kind(&mut self, path: &str, versions: Range, name: &str, kind: &Kind) -> String {
        match kind {
            Kind::Primitive(kind) => (*kind).to_owned(),
            Kind::Array(element) => {
                format!("Array(&{})", self.kind(path, versions, name, element))
            }
            Kind::Struct(fields) => {
                let constant = format!("{path}_{}", screaming(name));
                assert!(!self.names.contains(&constant), "{constant} twice");
                let list = self.list(&constant, versions, fields);
                write!(self.text, "const {constant}: &[Field] = {list};\n\n").unwrap();
                self.names.push(constant.clone());
                format!("Struct({constant})")
            }
        }
    }
}

/// The file that finds the tables of a key.
pub(super) fn index(messages: &[Message]) -> String {
    let mut out = "//! Which table belongs to which key? Generated: see `schema/mod.rs`.\n\n\
        use crate::wire::ApiKey;\nuse crate::wire::schema::Schema;\n\n"
        .to_owned();
    for (file, _, _) in FILES {
        writeln!(out, "use super::{file}::*;").unwrap();
    }
    for direction in ["request", "response"] {
        let suffix = screaming(&direction.replacen('r', "R", 1));
        write!(
            out,
            "\n#[expect(clippy::too_many_lines, reason = \"a line per key\")]\npub(in crate::wire) fn {direction}(key: ApiKey) -> &'static Schema {{ match key {{"
        )
        .unwrap();
        for message in messages {
            let Some(key) = message.name.strip_suffix("Request") else {
                continue;
            };
            write!(out, "ApiKey::{key} => &{}_{suffix},", screaming(key)).unwrap();
        }
        out.push_str("} }\n");
    }
    out
}
