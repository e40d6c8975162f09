//! What does a line of `messages.txt` say?

/// A request or response.
pub(super) struct Message {
    pub(super) key: i16,
    pub(super) name: String,
    pub(super) versions: Range,
    pub(super) flexible: Option<i16>,
    pub(super) fields: Vec<Field>,
}

pub(super) struct Field {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) versions: Range,
    pub(super) nullable: Option<Range>,
    pub(super) tag: Option<u32>,
    pub(super) default: Option<String>,
}

pub(super) enum Kind {
    Primitive(&'static str),
    Struct(Vec<Field>),
    Array(Box<Self>),
}

/// Versions, both ends included.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Range {
    pub(super) first: i16,
    pub(super) last: i16,
}

impl Range {
    const ALL: Self = Self {
        first: 0,
        last: i16::MAX,
    };

    /// `3`, `3-5` or `3+`.
    fn parse(text: &str) -> Self {
        let number = |text: &str| text.parse::<i16>().unwrap();
        let (first, last) = match (text.split_once('-'), text.strip_suffix('+')) {
            (Some((first, last)), _) => (number(first), number(last)),
            (None, Some(first)) => (number(first), i16::MAX),
            (None, None) => (number(text), number(text)),
        };
        Self { first, last }
    }

    pub(super) fn intersection(self, other: Self) -> Self {
        Self {
            first: self.first.max(other.first),
            last: self.last.min(other.last),
        }
    }

    pub(super) fn overlaps(self, other: Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }
}

/// Every message of the file.
pub(super) fn messages(text: &str) -> Vec<Message> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(message).collect()
}

fn message(line: &str) -> Message {
    let (head, fields) = line.split_once(':').unwrap();
    let [key, name, versions, "flex", flexible] = head.split(' ').collect::<Vec<_>>()[..] else {
        panic!("not a message: {head}");
    };
    let key = key.strip_prefix('[').unwrap().strip_suffix(']').unwrap();
    let mut rest = fields.trim_start();
    let fields = parse_fields(&mut rest);
    assert_eq!(rest, "", "left over of {name}");
    Message {
        key: key.parse().unwrap(),
        name: name.to_owned(),
        versions: Range::parse(versions.strip_prefix('v').unwrap()),
        flexible: flexible
            .strip_suffix('+')
            .map(|first| first.parse().unwrap()),
        fields,
    }
}

fn parse_fields(rest: &mut &str) -> Vec<Field> {
    let mut fields = Vec::new();
    while !rest.is_empty() && !rest.starts_with('}') {
        fields.push(field(rest));
        *rest = rest.strip_prefix(", ").unwrap_or(rest);
    }
    fields
}

fn field(rest: &mut &str) -> Field {
    let (name, after) = rest.split_once(':').unwrap();
    *rest = after;
    let kind = kind(rest);
    let (first, others) = name.split_at(1);
    let mut field = Field {
        name: first.to_uppercase() + others,
        kind,
        versions: Range::ALL,
        nullable: None,
        tag: None,
        default: None,
    };
    if let Some(after) = rest.strip_prefix('<') {
        let (attributes, after) = after.split_once('>').unwrap();
        *rest = after;
        for attribute in attributes.split(' ') {
            attribute_of(&mut field, attribute);
        }
    }
    field
}

fn attribute_of(field: &mut Field, attribute: &str) {
    if let Some(versions) = attribute.strip_prefix('?') {
        field.nullable = Some(Range::parse(versions));
    } else if let Some(tag) = attribute.strip_prefix('T') {
        let (tag, versions) = tag.split_once(':').unwrap();
        field.tag = Some(tag.parse().unwrap());
        assert!(Range::parse(versions) == field.versions, "{}", field.name);
    } else if let Some(default) = attribute.strip_prefix('=') {
        field.default = Some(default.to_owned());
    } else if !attribute.starts_with('#') {
        field.versions = Range::parse(attribute);
    }
}

fn kind(rest: &mut &str) -> Kind {
    if let Some(after) = rest.strip_prefix("[]") {
        *rest = after;
        return Kind::Array(Box::new(kind(rest)));
    }
    if let Some(after) = rest.strip_prefix('{') {
        *rest = after;
        let fields = parse_fields(rest);
        *rest = rest.strip_prefix('}').unwrap();
        return Kind::Struct(fields);
    }
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric());
    let (name, after) = rest.split_at(end.unwrap_or(rest.len()));
    *rest = after;
    Kind::Primitive(match name {
        "bool" => "Bool",
        "int8" => "Int8",
        "int16" => "Int16",
        "uint16" => "Uint16",
        "int32" => "Int32",
        "int64" => "Int64",
        "float64" => "Float64",
        "uuid" => "Uuid",
        "string" => "String",
        "bytes" => "Bytes",
        "records" => "Records",
        _ => panic!("unknown type {name}"),
    })
}
