//! How is a message described?

use std::ops::RangeInclusive;

use crate::wire::Encoding;

/// The body of a request or response, in all its versions.
#[derive(Debug)]
pub struct Schema {
    pub(super) name: &'static str,
    pub(super) versions: (i16, i16),
    pub(super) flexible: Option<i16>,
    pub(super) fields: &'static [Field],
}

impl Schema {
    /// The name in Kafka's sources, such as `ProduceRequest`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The versions that exist.
    pub fn versions(&self) -> RangeInclusive<i16> {
        self.versions.0..=self.versions.1
    }

    /// Whether this version is one of them.
    #[inline]
    pub fn has_version(&self, version: i16) -> bool {
        self.versions.0 <= version && version <= self.versions.1
    }

    /// How lengths are written at this version.
    #[inline]
    pub fn encoding(&self, version: i16) -> Encoding {
        match self.flexible {
            Some(first) if version >= first => Encoding::Compact,
            Some(_) | None => Encoding::Fixed,
        }
    }

    /// The fields of all versions, in the order of the wire; tagged ones, which come last there, stand anywhere.
    pub fn fields(&self) -> &'static [Field] {
        self.fields
    }
}

/// A field of a message or of a structure in it.
#[derive(Debug)]
pub struct Field {
    name: &'static str,
    kind: Type,
    since: i16,
    until: i16,
    nullable_since: Option<i16>,
    tag: Option<u32>,
    default: Default,
}

/// What a field holds that nobody has set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::wire) enum Default {
    /// Zero, false or empty.
    Zero,
    Null,
    Number(i64),
}

impl Field {
    /// A field of all versions that is never null.
    pub(super) const fn new(name: &'static str, kind: Type) -> Self {
        Self {
            name,
            kind,
            since: 0,
            until: i16::MAX,
            nullable_since: None,
            tag: None,
            default: Default::Zero,
        }
    }

    pub(super) const fn since(mut self, version: i16) -> Self {
        self.since = version;
        self
    }

    pub(super) const fn until(mut self, version: i16) -> Self {
        self.until = version;
        self
    }

    pub(super) const fn nullable(self) -> Self {
        self.nullable_since(0)
    }

    pub(super) const fn nullable_since(mut self, version: i16) -> Self {
        self.nullable_since = Some(version);
        self
    }

    pub(super) const fn tag(mut self, tag: u32) -> Self {
        self.tag = Some(tag);
        self
    }

    pub(super) const fn defaults_to(mut self, number: i64) -> Self {
        self.default = Default::Number(number);
        self
    }

    pub(super) const fn defaults_to_null(mut self) -> Self {
        self.default = Default::Null;
        self
    }

    /// The name in Kafka's sources, such as `TopicData`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What the field holds.
    pub fn kind(&self) -> Type {
        self.kind
    }

    /// What the field holds if nobody sets it.
    pub(in crate::wire) fn default(&self) -> Default {
        self.default
    }

    /// Whether the field exists at this version of the message.
    #[inline]
    pub fn exists(&self, version: i16) -> bool {
        self.since <= version && version <= self.until
    }

    /// Whether the field may be null at this version.
    #[inline]
    pub fn is_nullable(&self, version: i16) -> bool {
        self.nullable_since.is_some_and(|since| since <= version)
    }

    /// The number of the field, if it is a tagged one.
    #[inline]
    pub fn tag_number(&self) -> Option<u32> {
        self.tag
    }
}

/// What a field holds.
#[derive(Debug, Clone, Copy)]
pub enum Type {
    /// One byte, 0 or 1.
    Bool,
    /// A signed byte.
    Int8,
    /// A 16-bit integer.
    Int16,
    /// An unsigned 16-bit integer.
    Uint16,
    /// A 32-bit integer.
    Int32,
    /// A 64-bit integer.
    Int64,
    /// A 64-bit floating point number.
    Float64,
    /// 16 bytes.
    Uuid,
    /// Text with a length of 16 bits, or a compact one.
    String,
    /// Bytes with a length of 32 bits, or a compact one.
    Bytes,
    /// Record batches, written like bytes.
    Records,
    /// Fields of its own.
    Struct(&'static [Field]),
    /// Any number of the same type.
    Array(&'static Self),
}

impl Type {
    /// The fields of the structure, or of each structure in the array; otherwise none.
    pub fn fields(self) -> &'static [Field] {
        match self {
            Self::Struct(fields) => fields,
            Self::Array(element) => element.fields(),
            Self::Bool
            | Self::Int8
            | Self::Int16
            | Self::Uint16
            | Self::Int32
            | Self::Int64
            | Self::Float64
            | Self::Uuid
            | Self::String
            | Self::Bytes
            | Self::Records => &[],
        }
    }

    /// The size of a value, if all values have the same.
    pub(super) fn fixed_size(self) -> Option<usize> {
        match self {
            Self::Bool | Self::Int8 => Some(1),
            Self::Int16 | Self::Uint16 => Some(2),
            Self::Int32 => Some(4),
            Self::Int64 | Self::Float64 => Some(8),
            Self::Uuid => Some(16),
            Self::String | Self::Bytes | Self::Records | Self::Struct(_) | Self::Array(_) => None,
        }
    }

    /// The size of the smallest value: everything empty, null or zero.
    pub(in crate::wire) fn smallest_size(self, version: i16, encoding: Encoding) -> usize {
        match (self, encoding) {
            (Self::Struct(fields), _) => smallest_structure(fields, version, encoding),
            (_, Encoding::Compact) => self.fixed_size().unwrap_or(1),
            (Self::String, Encoding::Fixed) => 2,
            (_, Encoding::Fixed) => self.fixed_size().unwrap_or(4),
        }
    }
}

fn smallest_structure(fields: &[Field], version: i16, encoding: Encoding) -> usize {
    let mut size = match encoding {
        Encoding::Fixed => 0,
        Encoding::Compact => 1,
    };
    for field in fields {
        if !field.exists(version) || field.tag.is_some() {
            continue;
        }
        let is_null = field.is_nullable(version) && matches!(field.kind, Type::Struct(_));
        size += match is_null {
            true => 1,
            false => field.kind.smallest_size(version, encoding),
        };
    }
    size
}
