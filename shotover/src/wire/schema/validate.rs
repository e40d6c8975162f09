//! Are these bytes the body of this message?

use super::{Field, Schema, Type};
use crate::wire::{Malformed, Problem, Reader};

/// Fields and elements of arrays in a message that is decoded. Each takes a byte or more of a frame and up to 80 when it
/// is decoded: without a limit, a frame of 100 MiB became many GiB.
pub const MAX_DECODED_VALUES: usize = 10_000_000;

impl Schema {
    /// Checks that `body` starts with all fields of this version and returns how many bytes they take.
    ///
    /// No length leads past the end, no array has more elements than there are bytes for, null stands only where it may.
    /// Tagged fields that are not in the tables are skipped. Bytes after the last field are tolerated as brokers do it:
    /// librdkafka sends some. Strings are not checked for UTF-8. Nothing is allocated.
    pub fn validate(&self, version: i16, body: &[u8]) -> Result<usize, Malformed> {
        self.walk(version, body).map(|walk| walk.reader.position())
    }

    /// [`validate`](Self::validate) for who is going to make something of every value: there are no more of them than
    /// [`MAX_DECODED_VALUES`].
    pub fn validate_to_decode(&self, version: i16, body: &[u8]) -> Result<usize, Malformed> {
        let walk = self.walk(version, body)?;
        if walk.values > MAX_DECODED_VALUES {
            let problem = Problem::Values {
                count: walk.values,
                most: MAX_DECODED_VALUES,
            };
            return Err(walk.reader.malformed(self.name, problem));
        }
        Ok(walk.reader.position())
    }

    #[cfg(test)]
    pub(in crate::wire) fn values(&self, version: i16, body: &[u8]) -> Result<usize, Malformed> {
        self.walk(version, body).map(|walk| walk.values)
    }

    fn walk<'a>(&self, version: i16, body: &'a [u8]) -> Result<Walk<'a>, Malformed> {
        let reader = Reader::new(body, self.encoding(version));
        if !self.versions().contains(&version) {
            return Err(reader.malformed(self.name, Problem::Version(version)));
        }
        let mut walk = Walk::new(reader, version);
        walk.structure(self.fields)?;
        Ok(walk)
    }
}

/// Reads past this field of a message of this version.
pub(in crate::wire) fn skip(
    reader: &mut Reader<'_>,
    field: &'static Field,
    version: i16,
) -> Result<(), Malformed> {
    let mut walk = Walk::new(reader.clone(), version);
    walk.field(field)?;
    *reader = walk.reader;
    Ok(())
}

/// Reads past an element of an array in a message of this version.
pub(in crate::wire) fn skip_element(
    reader: &mut Reader<'_>,
    element: Type,
    version: i16,
    what: &'static str,
) -> Result<(), Malformed> {
    let mut walk = Walk::new(reader.clone(), version);
    walk.value(element, what)?;
    *reader = walk.reader;
    Ok(())
}

struct Walk<'a> {
    reader: Reader<'a>,
    version: i16,
    /// Fields and elements of arrays so far.
    values: usize,
}

impl<'a> Walk<'a> {
    fn new(reader: Reader<'a>, version: i16) -> Self {
        Self {
            reader,
            version,
            values: 0,
        }
    }

    fn structure(&mut self, fields: &'static [Field]) -> Result<(), Malformed> {
        for field in fields {
            if field.exists(self.version) && field.tag_number().is_none() {
                self.values += 1;
                self.field(field)?;
            }
        }
        let (version, values) = (self.version, &mut self.values);
        self.reader.tags(|tag, content| {
            *values += 1;
            let mut known = fields.iter().filter(|field| field.exists(version));
            let Some(field) = known.find(|field| field.tag_number() == Some(tag)) else {
                return Ok(());
            };
            let mut walk = Walk::new(content, version);
            walk.field(field)?;
            *values += walk.values;
            match walk.reader.left() {
                0 => Ok(()),
                unused => Err(walk
                    .reader
                    .malformed(field.name(), Problem::TagSize { unused })),
            }
        })
    }

    fn field(&mut self, field: &'static Field) -> Result<(), Malformed> {
        let what = field.name();
        if !field.is_nullable(self.version) {
            return self.value(field.kind(), what);
        }
        match field.kind() {
            Type::String => self.reader.nullable_string(what).map(drop),
            Type::Bytes | Type::Records => self.reader.nullable_bytes(what).map(drop),
            Type::Struct(fields) => match self.reader.presence(what)? {
                true => self.structure(fields),
                false => Ok(()),
            },
            Type::Array(element) => {
                let smallest = self.smallest(*element);
                match self.reader.nullable_count(what, smallest)? {
                    Some(count) => self.elements(count, *element, what),
                    None => Ok(()),
                }
            }
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

    fn value(&mut self, kind: Type, what: &'static str) -> Result<(), Malformed> {
        match kind {
            Type::Bool | Type::Int8 => self.reader.i8(what).map(drop),
            Type::Int16 | Type::Uint16 => self.reader.i16(what).map(drop),
            Type::Int32 => self.reader.i32(what).map(drop),
            Type::Int64 | Type::Float64 => self.reader.i64(what).map(drop),
            Type::Uuid => self.reader.uuid(what).map(drop),
            Type::String => self.reader.string(what).map(drop),
            Type::Bytes | Type::Records => self.reader.bytes(what).map(drop),
            Type::Struct(fields) => self.structure(fields),
            Type::Array(element) => {
                let smallest = self.smallest(*element);
                let count = self.reader.count(what, smallest)?;
                self.elements(count, *element, what)
            }
        }
    }

    fn smallest(&self, element: Type) -> usize {
        element.smallest_size(self.version, self.reader.encoding())
    }

    fn elements(
        &mut self,
        count: usize,
        element: Type,
        what: &'static str,
    ) -> Result<(), Malformed> {
        // Cannot overflow: each has a byte at least.
        self.values += count;
        if let Some(size) = element.fixed_size() {
            // Cannot overflow: the count was checked against the bytes left.
            return self.reader.take(count.saturating_mul(size), what).map(drop);
        }
        for _ in 0..count {
            self.value(element, what)?;
        }
        Ok(())
    }
}
