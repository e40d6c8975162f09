//! Which value stands under this name?

use super::array::{Array, Elements, Scalars};
use super::scalar::{Scalar, scalar};
use crate::wire::schema::{Field, Schema, Type, skip};
use crate::wire::{Malformed, Reader};

/// A structure in the body of a message, of which fields are read by name, in any order and each as often as asked.
///
/// Nothing is allocated. A field is found by reading past those in front of it: this is for messages of which little is
/// asked, and for fields near the front.
#[derive(Debug, Clone)]
pub struct Peek<'a> {
    pub(super) reader: Reader<'a>,
    pub(super) version: i16,
    pub(super) fields: &'static [Field],
}

impl<'a> Peek<'a> {
    /// The fields at the top of a body of this version.
    pub fn new(schema: &'static Schema, version: i16, body: &'a [u8]) -> Self {
        Self {
            reader: Reader::new(body, schema.encoding(version)),
            version,
            fields: schema.fields(),
        }
    }

    /// The value of the field; nothing if it is null or does not exist at this version, or if it holds others.
    ///
    /// A tagged field that was left out is nothing as well, whatever its default.
    pub fn scalar(&self, name: &str) -> Result<Option<Scalar<'a>>, Malformed> {
        match self.value(name)? {
            Some((mut reader, field)) => scalar(&mut reader, field.kind(), field.name()),
            None => Ok(None),
        }
    }

    /// The integer in the field.
    pub fn int(&self, name: &str) -> Result<Option<i32>, Malformed> {
        Ok(self.scalar(name)?.and_then(Scalar::int))
    }

    /// The string or bytes in the field.
    pub fn bytes(&self, name: &str) -> Result<Option<&'a [u8]>, Malformed> {
        Ok(self.scalar(name)?.and_then(Scalar::bytes))
    }

    /// The UUID in the field.
    pub fn uuid(&self, name: &str) -> Result<Option<[u8; 16]>, Malformed> {
        Ok(self.scalar(name)?.and_then(Scalar::uuid))
    }

    /// The structure in the field; nothing if it is null or does not exist at this version.
    pub fn structure(&self, name: &str) -> Result<Option<Self>, Malformed> {
        let Some((reader, field)) = self.value(name)? else {
            return Ok(None);
        };
        let Type::Struct(fields) = field.kind() else {
            return Ok(None);
        };
        Ok(Some(Self {
            reader,
            version: self.version,
            fields,
        }))
    }

    /// The structures in the array in the field; none if it is null or does not exist at this version.
    pub fn elements(&self, name: &str) -> Result<Elements<'a>, Malformed> {
        self.array(name).map(Elements::of)
    }

    /// The values in the array in the field; none if it is null or does not exist at this version.
    pub fn scalars(&self, name: &str) -> Result<Scalars<'a>, Malformed> {
        self.array(name).map(Scalars::of)
    }

    /// The value that a path of names leads to. Of an array on the way, or at its end, the first element is taken.
    pub fn first(&self, path: &[&str]) -> Result<Option<Scalar<'a>>, Malformed> {
        let Some((last, front)) = path.split_last() else {
            return Ok(None);
        };
        let mut here = self.clone();
        for name in front {
            let inner = match here.elements(name)?.next() {
                Some(element) => Some(element?),
                None => here.structure(name)?,
            };
            match inner {
                Some(inner) => here = inner,
                None => return Ok(None),
            }
        }
        match here.scalars(last)?.next() {
            Some(first) => first.map(Some),
            None => here.scalar(last),
        }
    }

    /// What is found in the first structure that has it, of all that a path of names of arrays leads to.
    pub fn find<T>(
        &self,
        arrays: &[&str],
        wanted: &mut impl FnMut(&Self) -> Result<Option<T>, Malformed>,
    ) -> Result<Option<T>, Malformed> {
        let Some((array, inner)) = arrays.split_first() else {
            return wanted(self);
        };
        for element in self.elements(array)? {
            if let Some(found) = element?.find(inner, wanted)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// Where the value of the field starts, unless it is null.
    fn value(&self, name: &str) -> Result<Option<(Reader<'a>, &'static Field)>, Malformed> {
        let version = self.version;
        let mut existing = self.fields.iter().filter(|field| field.exists(version));
        let Some(wanted) = existing.clone().find(|field| field.name() == name) else {
            return Ok(None);
        };
        let mut reader = self.reader.clone();
        let plain = existing
            .by_ref()
            .filter(|field| field.tag_number().is_none());
        for field in plain.take_while(|field| field.name() != name) {
            skip(&mut reader, field, version)?;
        }
        if let Some(wanted_tag) = wanted.tag_number() {
            let mut found = None;
            reader.tags(|tag, content| {
                if tag == wanted_tag {
                    found = Some(content);
                }
                Ok(())
            })?;
            match found {
                Some(content) => reader = content,
                None => return Ok(None),
            }
        }
        let is_there = match wanted.is_nullable(version) {
            true => skip_presence(&mut reader, wanted)?,
            false => true,
        };
        Ok(is_there.then_some((reader, wanted)))
    }

    fn array(&self, name: &str) -> Result<Array<'a>, Malformed> {
        if let Some((mut reader, field)) = self.value(name)?
            && let Type::Array(element) = field.kind()
        {
            let smallest = element.smallest_size(self.version, reader.encoding());
            let count = reader.count(field.name(), smallest)?;
            return Ok(Array::new(
                reader,
                self.version,
                (count, *element),
                field.name(),
            ));
        }
        Ok(Array::empty(self.reader.clone()))
    }
}

/// Whether the value of a nullable field is there; in front of a structure that is, reads the byte that says so.
fn skip_presence(reader: &mut Reader<'_>, field: &'static Field) -> Result<bool, Malformed> {
    let what = field.name();
    match field.kind() {
        Type::Struct(_) => reader.presence(what),
        Type::String => Ok(reader.clone().nullable_string(what)?.is_some()),
        Type::Bytes | Type::Records => Ok(reader.clone().nullable_bytes(what)?.is_some()),
        Type::Array(_) => Ok(reader.clone().nullable_count(what, 1)?.is_some()),
        Type::Bool
        | Type::Int8
        | Type::Int16
        | Type::Uint16
        | Type::Int32
        | Type::Int64
        | Type::Float64
        | Type::Uuid => Ok(true),
    }
}
