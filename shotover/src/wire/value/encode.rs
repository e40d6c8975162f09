//! How are these contents written?

use bytes::{BufMut, BytesMut};
use thiserror::Error;

use super::{Structure, Value};
use crate::wire::Encoding;
use crate::wire::schema::{Default, Field, Schema, Type};

/// Contents that a message cannot have.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EncodeError {
    /// The message has no such version.
    #[error("{message} has no version {version}")]
    Version {
        /// Which message.
        message: &'static str,
        /// The version asked for.
        version: i16,
    },
    /// A field that exists in no version.
    #[error("there is no field {0} here")]
    NoSuchField(&'static str),
    /// A value that is not of the field's type.
    #[error("{0} is of another type")]
    Type(&'static str),
    /// Null where the field has no null.
    #[error("{0} cannot be null")]
    Null(&'static str),
    /// A number or length that the field has no room for.
    #[error("{0} does not fit")]
    Size(&'static str),
}

impl Schema {
    /// Appends a body of this version.
    ///
    /// Fields that this version does not have are left out: answers are written once for all versions. Fields that are
    /// not there are written with their defaults, tagged ones not at all.
    pub fn encode(
        &self,
        version: i16,
        contents: &Structure,
        out: &mut BytesMut,
    ) -> Result<(), EncodeError> {
        if !self.versions().contains(&version) {
            let message = self.name();
            return Err(EncodeError::Version { message, version });
        }
        let mut encoder = Encoder {
            out,
            version,
            encoding: self.encoding(version),
        };
        encoder.structure(self.fields(), contents)
    }
}

struct Encoder<'a> {
    out: &'a mut BytesMut,
    version: i16,
    encoding: Encoding,
}

impl Encoder<'_> {
    fn structure(
        &mut self,
        fields: &'static [Field],
        contents: &Structure,
    ) -> Result<(), EncodeError> {
        for (name, _) in contents.fields() {
            if !fields.iter().any(|field| field.name() == name) {
                return Err(EncodeError::NoSuchField(name));
            }
        }
        for field in fields {
            if !field.exists(self.version) || field.tag_number().is_some() {
                continue;
            }
            match contents.get(field.name()) {
                Some(value) => self.field(field, value)?,
                None => self.field(field, &default(field, self.version))?,
            }
        }
        match self.encoding {
            Encoding::Fixed => Ok(()),
            Encoding::Compact => self.tags(fields, contents),
        }
    }

    fn tags(&mut self, fields: &'static [Field], contents: &Structure) -> Result<(), EncodeError> {
        let mut tags = Vec::new();
        for field in fields.iter().filter(|field| field.exists(self.version)) {
            if let (Some(tag), Some(value)) = (field.tag_number(), contents.get(field.name())) {
                let mut out = BytesMut::new();
                let mut encoder = Encoder {
                    out: &mut out,
                    version: self.version,
                    encoding: self.encoding,
                };
                encoder.field(field, value)?;
                tags.push((tag, out.freeze()));
            }
        }
        tags.extend_from_slice(contents.unknown_tags());
        tags.sort_unstable_by_key(|(tag, _)| *tag);
        self.uvarint(tags.len(), "tagged fields")?;
        for (tag, content) in tags {
            put_uvarint(self.out, tag);
            self.uvarint(content.len(), "tagged field")?;
            self.out.put_slice(&content);
        }
        Ok(())
    }

    fn field(&mut self, field: &'static Field, value: &Value) -> Result<(), EncodeError> {
        let nullable = field.is_nullable(self.version);
        if matches!(value, Value::Null) {
            if !nullable {
                return Err(EncodeError::Null(field.name()));
            }
            self.null(field.kind());
            return Ok(());
        }
        if nullable && matches!(field.kind(), Type::Struct(_)) {
            self.out.put_i8(1);
        }
        self.value(field.kind(), value, field.name())
    }

    fn null(&mut self, kind: Type) {
        match (kind, self.encoding) {
            (Type::Struct(_), _) => self.out.put_i8(-1),
            (_, Encoding::Compact) => self.out.put_u8(0),
            (Type::String, Encoding::Fixed) => self.out.put_i16(-1),
            (_, Encoding::Fixed) => self.out.put_i32(-1),
        }
    }

    fn value(&mut self, kind: Type, value: &Value, what: &'static str) -> Result<(), EncodeError> {
        match (kind, value) {
            (Type::Bool, Value::Bool(value)) => self.out.put_u8((*value).into()),
            (Type::Int8, Value::Int(number)) => self.out.put_i8(sized(*number, what)?),
            (Type::Int16, Value::Int(number)) => self.out.put_i16(sized(*number, what)?),
            (Type::Uint16, Value::Int(number)) => self.out.put_u16(sized(*number, what)?),
            (Type::Int32, Value::Int(number)) => self.out.put_i32(sized(*number, what)?),
            (Type::Int64, Value::Int(number)) => self.out.put_i64(*number),
            (Type::Float64, Value::Float(number)) => self.out.put_f64(*number),
            (Type::Uuid, Value::Uuid(id)) => self.out.put_slice(id),
            (Type::String, Value::Bytes(bytes)) => {
                match self.encoding {
                    Encoding::Fixed => self.out.put_i16(sized(bytes.len(), what)?),
                    Encoding::Compact => self.length(bytes.len(), what)?,
                }
                self.out.put_slice(bytes);
            }
            (Type::Bytes | Type::Records, Value::Bytes(bytes)) => {
                self.length(bytes.len(), what)?;
                self.out.put_slice(bytes);
            }
            (Type::Struct(fields), Value::Structure(contents)) => {
                self.structure(fields, contents)?;
            }
            (Type::Array(element), Value::Array(elements)) => {
                self.length(elements.len(), what)?;
                for value in elements {
                    self.value(*element, value, what)?;
                }
            }
            _ => return Err(EncodeError::Type(what)),
        }
        Ok(())
    }

    fn length(&mut self, length: usize, what: &'static str) -> Result<(), EncodeError> {
        match self.encoding {
            Encoding::Fixed => self.out.put_i32(sized(length, what)?),
            Encoding::Compact => self.uvarint(length.saturating_add(1), what)?,
        }
        Ok(())
    }

    fn uvarint(&mut self, value: usize, what: &'static str) -> Result<(), EncodeError> {
        put_uvarint(self.out, sized(value, what)?);
        Ok(())
    }
}

fn sized<From, To: TryFrom<From>>(number: From, what: &'static str) -> Result<To, EncodeError> {
    To::try_from(number).map_err(|_| EncodeError::Size(what))
}

/// Appends an unsigned variable-length integer.
pub fn put_uvarint(out: &mut BytesMut, mut value: u32) {
    loop {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        if value == 0 {
            return out.put_u8(low & 0x7f);
        }
        out.put_u8(low | 0x80);
    }
}

fn default(field: &Field, version: i16) -> Value {
    match (field.default(), field.kind()) {
        (Default::Null, _) if field.is_nullable(version) => Value::Null,
        (Default::Number(number), Type::Bool) => Value::Bool(number != 0),
        (Default::Number(number), _) => Value::Int(number),
        (Default::Null | Default::Zero, kind) => empty(kind),
    }
}

fn empty(kind: Type) -> Value {
    match kind {
        Type::Bool => Value::Bool(false),
        Type::Int8 | Type::Int16 | Type::Uint16 | Type::Int32 | Type::Int64 => Value::Int(0),
        Type::Float64 => Value::Float(0.0),
        Type::Uuid => Value::Uuid([0; 16]),
        Type::String | Type::Bytes | Type::Records => Value::Bytes(bytes::Bytes::new()),
        Type::Struct(_) => Value::Structure(Structure::new()),
        Type::Array(_) => Value::Array(Vec::new()),
    }
}
