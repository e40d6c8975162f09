//! What do these bytes say?

use bytes::Bytes;

use super::{Structure, Value};
use crate::wire::schema::{Field, Schema, Type};
use crate::wire::{Malformed, Reader};

impl Schema {
    /// Decodes a body of this version. Strings, bytes and records stay slices of it.
    ///
    /// Accepts what [`validate_to_decode`](Self::validate_to_decode) accepts, and allocates in proportion to what is there.
    pub fn decode(&self, version: i16, body: &Bytes) -> Result<Structure, Malformed> {
        self.validate_to_decode(version, body)?;
        let mut decoder = Decoder {
            reader: Reader::new(body, self.encoding(version)),
            body,
            version,
        };
        decoder.structure(self.fields())
    }
}

struct Decoder<'a> {
    reader: Reader<'a>,
    body: &'a Bytes,
    version: i16,
}

impl<'a> Decoder<'a> {
    fn structure(&mut self, fields: &'static [Field]) -> Result<Structure, Malformed> {
        // Exactly: room to grow would be most of what an element with a single field takes.
        let exist = fields.iter().filter(|field| field.exists(self.version));
        let always = exist.filter(|field| field.tag_number().is_none());
        let mut structure = Structure::with_room(always.count());
        for field in fields {
            if field.exists(self.version) && field.tag_number().is_none() {
                structure.push(field.name(), self.field(field)?);
            }
        }
        let (body, version) = (self.body, self.version);
        self.reader.tags(|tag, mut reader| {
            let mut known = fields.iter().filter(|field| field.exists(version));
            match known.find(|field| field.tag_number() == Some(tag)) {
                Some(field) => {
                    let mut decoder = Decoder {
                        reader,
                        body,
                        version,
                    };
                    structure.push(field.name(), decoder.field(field)?);
                }
                None => {
                    let content = reader.take(reader.left(), "tagged field")?;
                    structure.push_unknown_tag(tag, body.slice_ref(content));
                }
            }
            Ok(())
        })?;
        Ok(structure)
    }

    fn field(&mut self, field: &'static Field) -> Result<Value, Malformed> {
        let what = field.name();
        if !field.is_nullable(self.version) {
            return self.value(field.kind(), what);
        }
        match field.kind() {
            Type::String => self.reader.nullable_string(what).map(|s| self.bytes(s)),
            Type::Bytes | Type::Records => self.reader.nullable_bytes(what).map(|b| self.bytes(b)),
            Type::Struct(fields) => match self.reader.presence(what)? {
                true => self.structure(fields).map(Value::Structure),
                false => Ok(Value::Null),
            },
            Type::Array(element) => match self.reader.nullable_count(what, 1)? {
                Some(count) => self.elements(count, *element, what),
                None => Ok(Value::Null),
            },
            kind @ (Type::Bool
            | Type::Int8
            | Type::Int16
            | Type::Uint16
            | Type::Int32
            | Type::Int64
            | Type::Float64
            | Type::Uuid) => self.value(kind, what),
        }
    }

    fn value(&mut self, kind: Type, what: &'static str) -> Result<Value, Malformed> {
        let reader = &mut self.reader;
        match kind {
            Type::Bool => reader.bool(what).map(Value::Bool),
            Type::Int8 => reader.i8(what).map(|n| Value::Int(n.into())),
            Type::Int16 => reader.i16(what).map(|n| Value::Int(n.into())),
            Type::Uint16 => reader.u16(what).map(|n| Value::Int(n.into())),
            Type::Int32 => reader.i32(what).map(|n| Value::Int(n.into())),
            Type::Int64 => reader.i64(what).map(Value::Int),
            Type::Float64 => reader.f64(what).map(Value::Float),
            Type::Uuid => reader.uuid(what).map(Value::Uuid),
            Type::String => reader.string(what).map(|s| self.bytes(Some(s))),
            Type::Bytes | Type::Records => reader.bytes(what).map(|b| self.bytes(Some(b))),
            Type::Struct(fields) => self.structure(fields).map(Value::Structure),
            Type::Array(element) => {
                let count = reader.count(what, 1)?;
                self.elements(count, *element, what)
            }
        }
    }

    fn elements(
        &mut self,
        count: usize,
        element: Type,
        what: &'static str,
    ) -> Result<Value, Malformed> {
        let elements: Result<Vec<Value>, Malformed> =
            (0..count).map(|_| self.value(element, what)).collect();
        elements.map(Value::Array)
    }

    fn bytes(&self, bytes: Option<&'a [u8]>) -> Value {
        match bytes {
            Some(bytes) => Value::Bytes(self.body.slice_ref(bytes)),
            None => Value::Null,
        }
    }
}
